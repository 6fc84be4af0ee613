"""How often `check` is right on the changes in `tests/fixtures/check`, its known misses among them.

`python -m tests.benchmarks.check_accuracy`

A violation counts as right when its event, property, campaigns and both places are those of the table; *exactly* right
when its rule and the likely new name are too.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from campaign_health.check.findings import CheckResult
from tests.benchmarks.property_drift_table import is_about_properties, property_table
from tests.check_corpus import Case, Expected, as_expected, build, check, read_cases, read_misses

LEAST = 0.98


def roughly(expected: Expected) -> tuple[object, ...]:
    return (expected.event, expected.property, expected.campaigns, expected.base, expected.head)


def violations(expected: list[Expected]) -> list[Expected]:
    return [one for one in expected if one.severity == "violation"]


def main() -> None:
    """Print a line for each language, the misses, precision and recall, then the same of properties.

    Exit 1 below 0.98.
    """
    count: Counter[str] = Counter()
    of_properties: Counter[str] = Counter()
    results: list[tuple[Case, CheckResult]] = []
    by_language: dict[str, Counter[str]] = {}
    wrong: list[str] = []
    cases = [*read_cases(), *read_misses()]
    for case in cases:
        result = _run(case)
        found, expected = violations([as_expected(finding) for finding in result.findings]), violations(case.expected)
        both = Counter(map(roughly, found)) & Counter(map(roughly, expected))
        exact = Counter(found) & Counter(expected)
        of_language = by_language.setdefault(case.language, Counter())
        about = [of_properties] if is_about_properties(case) else []
        results += [(case, result)] if about else []
        for tally in (count, of_language, *about):
            tally["cases"] += 1
            tally["found"] += len(found)
            tally["expected"] += len(expected)
            tally["right"] += both.total()
            tally["exact"] += exact.total()
        if both.total() != len(found) or both.total() != len(expected):
            wrong.append(case.label)
    print(f"{'language':<22}{'changes':>8}{'to flag':>9}{'flagged':>9}{'right':>7}{'exactly':>9}")
    for language, tally in sorted(by_language.items()):
        print(f"{language:<22}" + "".join(f"{tally[key]:>{width}}" for key, width in _COLUMNS))
    print(f"{'all':<22}" + "".join(f"{count[key]:>{width}}" for key, width in _COLUMNS))
    for label in wrong:
        print(f"wrong: {label}")
    least = _said("all", count)
    print("\n" + "\n".join(property_table(results)))
    least_of_properties = _said("properties", of_properties)
    sys.exit(0 if min(least, least_of_properties) >= LEAST else 1)


def _said(name: str, count: Counter[str]) -> float:
    """Print precision and recall; the lower of them."""
    precision, recall = count["right"] / count["found"], count["right"] / count["expected"]
    exact = count["exact"] / count["expected"]
    print(f"{name}: precision {precision:.3f}, recall {recall:.3f}, exactly right {exact:.3f}")
    return min(precision, recall)


_COLUMNS = (("cases", 8), ("expected", 9), ("found", 9), ("right", 7), ("exact", 9))


def _run(case: Case) -> CheckResult:
    with tempfile.TemporaryDirectory() as folder:
        return check(build(case, Path(folder)))


if __name__ == "__main__":
    main()
