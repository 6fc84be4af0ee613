"""How `check` does on the versions of real packages: what they stopped sending, and what it must be silent about.

`python -m tests.benchmarks.check_real [--each] [names of packages]`

Each pair of neighbouring versions is one change; each event that the older one sends triggers a running campaign. What
became of an event is told by a reader of its own (`real_reader.py`) and, where that reader is wrong, by hand
(`real_reviewed.yaml`); lost events that nobody looked at count as the reader says, and are counted. The packages come
through `npm` and `pip`; without a registry it ends with 2.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ruamel.yaml import YAML

from campaign_health.check.findings import CheckResult, Finding
from campaign_health.check.run_check import CheckRequest, run_check
from campaign_health.manifest.writing import quote
from tests.benchmarks.real_packages import PACKAGES, NotReachable, Package, repository_of
from tests.benchmarks.real_reader import read_code, sent_events
from tests.check_corpus import run_git

REVIEWED = Path(__file__).with_name("real_reviewed.yaml")
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LOST = ("event_renamed", "event_removed", "event_not_sent", "event_vanished_in_part")
COLUMNS = (
    ("pairs", "pairs"),
    ("innocent", "innocent"),
    ("silent", "silent"),
    ("removed", "removed"),
    ("removed found", "found"),
    ("renamed", "renamed"),
    ("renamed found", "found"),
    ("false", "false alarms"),
    ("name right", "name right"),
    ("name wrong", "wrong"),
    ("name none", "none"),
)


@dataclass(frozen=True)
class Reviewed:
    """What became of one event between two versions, as read by hand: `renamed`, `removed` or `sent`."""

    verdict: str
    new_names: tuple[str, ...] = ()


def read_reviewed() -> dict[tuple[str, str, str], Reviewed]:
    """By package, pair of versions and event."""
    rows = YAML(typ="safe").load(REVIEWED.read_text(encoding="utf-8"))
    return {
        (row["package"], row["between"], event): Reviewed(row["verdict"], tuple(row.get("new_names", ())))
        for row in rows
        for event in row["events"]
    }


def write_manifest(path: Path, events: Iterable[str], calls: Iterable[str], properties: str = "{}") -> None:
    """A manifest in which each event triggers one running campaign."""
    names = sorted(events)
    lines = ["version: 1", "events:", *(f"  {quote(name)}: {properties}" for name in names), "campaigns:"]
    lines += [f"  - {{name: Campaign {i}, event: {quote(name)}, state: running}}" for i, name in enumerate(names)]
    lines.append(f"code: {{calls: [{', '.join(calls)}], unlisted: 'off'}}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def check(repository: Path, manifest: Path, base: str) -> CheckResult:
    """What `check --code --base` finds in the work tree."""
    return run_check(CheckRequest(manifest=manifest, now=NOW, code=repository, base=base))


def run_package(package: Package, reviewed: dict[tuple[str, str, str], Reviewed], *, each: bool) -> Counter[str]:
    """Judge every pair of one package's versions, printing what is wrong."""
    repository = repository_of(package)
    manifest = repository.parent / "manifest.yaml"
    sent: dict[str, set[str]] = {}
    tally: Counter[str] = Counter()
    for version in package.versions:
        run_git(repository, "checkout", "-q", "-f", f"v{version}")
        sent[version] = {one.event for one in sent_events(read_code(repository), package.calls)}
    tally["events"] = len(set().union(*sent.values()))
    for older, newer in zip(package.versions, package.versions[1:], strict=False):
        if not sent[older]:
            continue
        between = f"{older}..{newer}"
        write_manifest(manifest, sent[older], package.calls)
        run_git(repository, "checkout", "-q", "-f", f"v{newer}")
        began = time.perf_counter()
        result = check(repository, manifest, f"v{older}")
        seconds = time.perf_counter() - began
        tally["ms"] += round(seconds * 1000)
        tally["slowest ms"] = max(tally["slowest ms"], round(seconds * 1000))
        known = {event: reviewed.get((package.name, between, event)) for event in sent[older]}
        for line in judge_pair(sent[older], sent[newer], result, known, tally):
            if each or not line.startswith("found"):
                print(f"  {package.name} {between} {line}", flush=True)
    run_git(repository, "checkout", "-q", "-f", "main")
    return tally


def judge_pair(
    older: set[str],
    newer: set[str],
    result: CheckResult,
    known: dict[str, Reviewed | None],
    tally: Counter[str],
) -> list[str]:
    """Count one pair of versions; a line for each event that was lost, missed or flagged for nothing."""
    flagged: dict[str, Finding] = {
        finding.event: finding
        for finding in result.findings
        if finding.severity == "violation" and finding.rule in LOST and finding.event is not None
    }
    lines = [f"failed: {failure.message}" for failure in result.failures]
    lines += [f"false alarm: {f.message}" for f in result.findings if f.severity == "violation" and f.rule not in LOST]
    tally["false"] += len(lines)
    lost = 0
    for event in sorted(older):
        read = known[event]
        gone = event not in newer if read is None else read.verdict != "sent"
        finding = flagged.get(event)
        if not gone:
            if finding is not None:
                tally["false"] += 1
                lines.append(f"false alarm{'' if read else ' (not reviewed)'}: {finding.message}")
            continue
        lost += 1
        kind = read.verdict if read is not None else "removed"
        tally[kind] += 1
        if read is None:
            tally["not reviewed"] += 1
        if finding is None:
            lines.append(f"missed{'' if read else ' (not reviewed)'}: {event} ({kind})")
            continue
        tally[f"{kind} found"] += 1
        right = read is not None and finding.new_name in read.new_names
        name = "none" if finding.new_name is None else "right" if right else "wrong"
        if kind == "renamed" or name != "none":
            tally[f"name {name}"] += 1
        said = f"{event} ({kind}{'' if read else ', not reviewed'}) -> {finding.new_name}"
        place = f"{finding.file}:{finding.line} => {finding.head_file}:{finding.head_line}"
        lines.append(f"{'found' if name != 'wrong' and read else 'to look at'}: {said} {place}")
    tally["pairs"] += 1
    if lost == 0:
        tally["innocent"] += 1
        tally["silent"] += not any(line.startswith(("false", "failed")) for line in lines)
    return lines


def main() -> None:
    """Print the table over all packages. Exit 1 where `check` is wrong, 2 without a registry."""
    options = [word for word in sys.argv[1:] if word.startswith("--")]
    names = [word for word in sys.argv[1:] if not word.startswith("--")]
    reviewed = read_reviewed()
    rows: list[tuple[str, Counter[str]]] = []
    try:
        chosen = [one for one in PACKAGES if not names or one.name in names or one.slug in names]
        rows.extend((one.name, run_package(one, reviewed, each="--each" in options)) for one in chosen)
    except NotReachable as error:
        print(f"Could not get the packages: {error}\nThis benchmark needs the registries of npm and Python.")
        sys.exit(2)
    whole: Counter[str] = Counter()
    for _, tally in rows:
        whole.update({key: count for key, count in tally.items() if key != "slowest ms"})
        whole["slowest ms"] = max(whole["slowest ms"], tally["slowest ms"])
    print(f"{'package':<20}{'events':>7}" + "".join(f"{title:>{len(title) + 2}}" for _, title in COLUMNS) + "  s each")
    for name, tally in [*rows, ("all", whole)]:
        cells = "".join(f"{tally[key]:>{len(title) + 2}}" for key, title in COLUMNS)
        print(f"{name:<20}{tally['events']:>7}{cells}  {tally['ms'] / 1000 / max(tally['pairs'], 1):>6.1f}")
    print(f"slowest pair {whole['slowest ms'] / 1000:.1f} s; not reviewed by hand: {whole['not reviewed']}")
    found = whole["removed found"] + whole["renamed found"]
    sys.exit(1 if whole["false"] or found < whole["removed"] + whole["renamed"] else 0)


if __name__ == "__main__":
    main()
