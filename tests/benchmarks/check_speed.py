"""How long `check` takes on a repository of 5,000 files with 300 campaigns.

`python -m tests.benchmarks.check_speed`
"""

from __future__ import annotations

import os
import random
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


def source(suffix: str, number: int, event: str | None, chance: random.Random) -> bytes:
    line = LINES.get(suffix, '  const {0}{1} = {2}({0}, "{1} {2}");')
    body = [line.format(*(chance.choice(WORDS) for _ in range(3))) for _ in range(60)]
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


def main() -> None:
    """Print each run and the median; exit 1 over the budget."""
    with tempfile.TemporaryDirectory() as folder:
        repository = build(Path(folder))
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
    median = statistics.median(times)
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{FILES:,} files ({size / 1e6:.1f} MB), {CAMPAIGNS} campaigns: {last}")
    print(f"seconds, process start to end: {', '.join(f'{t:.2f}' for t in times)}; median {median:.2f}")
    print(f"processor seconds (what an idle machine takes): median {statistics.median(processor):.2f}")
    print(f"within {BUDGET_SECONDS:.0f} s: {'yes' if median < BUDGET_SECONDS else 'NO'}")
    sys.exit(0 if median < BUDGET_SECONDS else 1)


def once(repository: str) -> None:
    """One check, as the command runs it."""
    from campaign_health.cli.check import command

    command(["--manifest", f"{repository}/manifest.yaml", "--code", repository, "--base", "main"])


if __name__ == "__main__":
    once(sys.argv[2]) if sys.argv[1:2] == ["--once"] else main()
