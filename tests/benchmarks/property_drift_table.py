"""What `check` says of changes to properties, by kind and language: found, silent, opaque."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from campaign_health.check.findings import CheckResult
from tests.check_corpus import Case

FILES = "properties_"
_OUTCOMES = ("found", "silent", "opaque")


def is_about_properties(case: Case) -> bool:
    """Whether a change is one of `properties_*.txt`, whose names begin with their kind."""
    return case.language.startswith(FILES)


def property_table(results: Iterable[tuple[Case, CheckResult]]) -> list[str]:
    """A line for each kind and language. *Opaque*: nothing was found, and a call does not show all of its keys."""
    tally: dict[tuple[str, str], Counter[str]] = {}
    for case, result in results:
        kind = case.name.partition(":")[0]
        for row in ((kind, case.language.removeprefix(FILES)), (kind, "all")):
            tally.setdefault(row, Counter()).update([_outcome(result)])
    lines = [f"{'kind':<10}{'language':<12}{'changes':>8}" + "".join(f"{name:>8}" for name in _OUTCOMES)]
    for (kind, language), counts in sorted(tally.items(), key=lambda row: (row[0][0], row[0][1] == "all", row[0][1])):
        cells = "".join(f"{counts[name]:>8}" for name in _OUTCOMES)
        lines.append(f"{kind:<10}{language:<12}{counts.total():>8}{cells}")
    return lines


def _outcome(result: CheckResult) -> str:
    if any(finding.rule.startswith("property_") for finding in result.violations):
        return "found"
    seen = result.coverage.properties
    return "silent" if seen is None or seen.visible == seen.calls else "opaque"
