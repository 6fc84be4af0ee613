"""How long `check` takes: 5,000 files with 300 campaigns, and a commit that touches the dictionary of 280 events.

`python -m tests.benchmarks.check_speed`
"""

from __future__ import annotations

import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.check_corpus import build_repository, run_git

FILES = 5000
CAMPAIGNS = 300
RUNS = 5
BUDGET_SECONDS = 5.0
DICTIONARY_FILES = 2328
DICTIONARY_EVENTS = 280
DICTIONARY_BUDGET_SECONDS = 3.0
SUFFIXES = (".ts", ".tsx", ".js", ".py", ".rb", ".go", ".swift", ".kt", ".java")
WORDS = "user plan order price cart view page list item state value result data index account team limit".split()  # noqa: SIM905

CALLS = {
    ".ts": 'analytics.track("{}", {{ plan }});',
    ".tsx": 'analytics.track("{}", {{ plan }});',
    ".js": "mixpanel.track('{}', {{ plan }});",
    ".py": 'mp.track(user_id, "{}", {{"plan": plan}})',
    ".rb": '$customerio.track(user.id, "{}", plan: plan)',
    ".go": '\tclient.Track(id, "{}", nil)',
    ".swift": 'Mixpanel.mainInstance().track(event: "{}")',
    ".kt": 'mixpanel.track("{}", props)',
    ".java": 'mixpanel.track("{}", props);',
}
LINES = {
    ".py": "    {0}_{1} = {2}({0}, '{1} {2}')  # {2}",
    ".rb": "    {0}_{1} = {2}({0}, '{1} {2}')",
    ".go": '\t{0}{1} := {2}({0}, "{1} {2}")',
    ".swift": '    let {0}{1} = {2}({0}, "{1} {2}")',
    ".kt": '    val {0}{1} = {2}({0}, "{1} {2}")',
}


def source(suffix: str, number: int, event: str | None, chance: random.Random, lines: int = 60) -> bytes:
    line = LINES.get(suffix, '  const {0}{1} = {2}({0}, "{1} {2}");')
    body = [line.format(*(chance.choice(WORDS) for _ in range(3))) for _ in range(lines)]
    begin, end = {
        ".py": (f"def part_{number}(user_id, plan):", ""),
        ".rb": (f"def part_{number}(user, plan)", "end"),
        ".go": (f"package p\n\nfunc part{number}() {{", "}"),
        ".swift": (f"func part{number}() {{", "}"),
        ".kt": (f"fun part{number}() {{", "}"),
        ".java": (f"class Part{number} {{ void f() {{", "} }"),
    }.get(suffix, (f"function part{number}(plan) {{", "}"))
    if event:
        call = CALLS[suffix].format(event)
        body.insert(30, ("    " if suffix == ".py" else "") + call)
    return "\n".join([begin, *body, end, ""]).encode()


def build(folder: Path) -> Path:
    """Files of about 3 kB in nine languages, one in four with a tracking call; twenty changed, two events renamed."""
    chance = random.Random(1)
    names = [f"{chance.choice(WORDS)}_{chance.choice(WORDS)}_done_{i}" for i in range(CAMPAIGNS)]
    manifest = "version: 1\nevents:\n" + "".join(
        f"  {name}:\n    properties:\n      user_id: {{type: string, required: true}}\n      plan: {{type: string}}\n"
        for name in names
    )
    manifest += "campaigns:\n" + "".join(
        f"  - name: Campaign {i}\n    event: {name}\n    state: running\n    owner: '@team'\n    uses: [plan]\n"
        for i, name in enumerate(names)
    )
    before = {"manifest.yaml": manifest.encode()}
    for number in range(FILES - 1):
        suffix = SUFFIXES[number % len(SUFFIXES)]
        event = names[number // 4 % CAMPAIGNS] if number % 4 == 0 else None
        before[f"src/part{number % 97}/file{number}{suffix}"] = source(suffix, number, event, chance)
    after: dict[str, bytes] = {}
    for path, content in before.items():
        if path != "manifest.yaml" and len(after) < 20:
            after[path] = content.replace(b"list", b"listing")
    for path, content in before.items():
        for renamed in (names[3], names[7]):
            if path != "manifest.yaml" and renamed.encode() in content:
                after[path] = content.replace(renamed.encode(), renamed.replace("_done", "_finished").encode())
    return build_repository(folder, before, after)


def build_with_dictionary(folder: Path) -> Path:
    """All names stand in one file as constants, some also as types and labels; calls use the constants.

    The commit adds twelve constants; one is renamed with its event, the call of another goes, and all are sorted anew.
    """
    chance = random.Random(2)
    names = [f"{chance.choice(WORDS)}_{chance.choice(WORDS)}_done_{i}" for i in range(DICTIONARY_EVENTS)]
    manifest = "version: 1\nevents:\n" + "".join(f"  {name}: {{}}\n" for name in names)
    manifest += "campaigns:\n" + "".join(
        f"  - {{name: Campaign {i}, event: {name}, state: running}}\n" for i, name in enumerate(names)
    )
    before = {"manifest.yaml": manifest.encode()}
    for number in range(DICTIONARY_FILES - 4):
        suffix = SUFFIXES[number % 3]
        text = source(suffix, number, None, chance, lines=240).decode()
        if number % 3 == 0:
            name = names[number // 3 % DICTIONARY_EVENTS]
            text = f'import {{ EVENTS }} from "../events";\nimport mixpanel from "mixpanel-browser";\n{text}'
            text = text.replace("\n}\n", f"\n  mixpanel.track(EVENTS.{name.upper()}, {{ plan }});\n}}\n")
        before[f"src/part{number % 97}/file{number}{suffix}"] = text.encode()
    before |= _dictionary(names)
    changed = [name.replace("_done", "_finished") if i == 7 else name for i, name in enumerate(names)]
    after = _dictionary(sorted([*changed, *(f"fresh_thing_{i}" for i in range(12))]))
    for path, content in before.items():
        if f"EVENTS.{names[11].upper()},".encode() in content:
            after[path] = re.sub(rb"  mixpanel.track[^;]*;\n", b"", content)
        elif f"EVENTS.{names[7].upper()},".encode() in content:
            after[path] = content.replace(b"_DONE_7,", b"_FINISHED_7,")
    return build_repository(folder, before, after)


def _dictionary(names: list[str]) -> dict[str, bytes]:
    constants = "".join(f'  {name.upper()}: "{name}",\n' for name in names)
    types = "".join(f'\n  | "{name}"' for name in names[::5])
    shown = "".join(f'  "{name}": "{name.replace("_", " ").capitalize()}",\n' for name in names[::7])
    return {
        "src/events.ts": f"export const EVENTS = {{\n{constants}}} as const;\n".encode(),
        "src/event-types.ts": f"export type EventName ={types};\n".encode(),
        "src/labels.ts": f"export const EVENT_LABELS: Record<string, string> = {{\n{shown}}};\n".encode(),
    }


def measure(repository: Path, what: str, budget: float, *, by_processor: bool) -> bool:
    """Print each run and the medians; whether the median is within the budget."""
    size = sum(path.stat().st_size for path in (repository / "src").rglob("*") if path.is_file())
    run_git(repository, "gc", "-q")
    command = [sys.executable, "-m", "tests.benchmarks.check_speed", "--once", str(repository)]
    times, processor = [], []
    for _ in range(RUNS):
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        times.append(time.perf_counter() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert done.returncode == 1, done.stdout + done.stderr
    last = done.stdout.strip().splitlines()[-1]
    median, busy = statistics.median(times), statistics.median(processor)
    within = (busy if by_processor else median) < budget
    print(f"{what} ({size / 1e6:.1f} MB): {last}")
    print(f"seconds, process start to end: {', '.join(f'{t:.2f}' for t in times)}; median {median:.2f}")
    print(f"processor seconds (what an idle machine takes): median {busy:.2f}")
    print(f"within {budget:.0f} s{' of processor time' * by_processor}: {'yes' if within else 'NO'}")
    return within


def main() -> None:
    """Measure both repositories; exit 1 over a budget."""
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    within = True
    with tempfile.TemporaryDirectory() as folder:
        what = f"{FILES:,} files, {CAMPAIGNS} campaigns"
        within &= measure(build(Path(folder)), what, BUDGET_SECONDS, by_processor=False)
    with tempfile.TemporaryDirectory() as folder:
        what = f"dictionary of events touched: {DICTIONARY_FILES:,} files, {DICTIONARY_EVENTS} campaigns"
        repository = build_with_dictionary(Path(folder))
        within &= measure(repository, what, DICTIONARY_BUDGET_SECONDS, by_processor=True)
    sys.exit(0 if within else 1)


def once(repository: str) -> None:
    """One check, as the command runs it."""
    from campaign_health.cli.check import command

    command(["--manifest", f"{repository}/manifest.yaml", "--code", repository, "--base", "main"])


if __name__ == "__main__":
    once(sys.argv[2]) if sys.argv[1:2] == ["--once"] else main()
