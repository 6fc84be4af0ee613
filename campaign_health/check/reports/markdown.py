"""The result as one comment on a pull request."""

from __future__ import annotations

from urllib.parse import quote

from campaign_health.check.event_standing import lines as standing_lines
from campaign_health.check.findings import CheckResult, Finding
from campaign_health.check.reports.markdown_escaping import code, inline
from campaign_health.check.reports.plain import sentence, summary
from campaign_health.manifest.manifest_reading import DEFAULT_NAME

MARK = "<!-- campaign-health check -->"
"""Lets a pipeline find its comment and replace it; that of another manifest than the usual one names it."""
MOST_EVENTS = 100  # of which it is said where they stand
LONGEST = 60_000  # GitHub takes 65,536 characters
_SIGNS = {"holds": "✅", "violated": "❌", "could_not_check": "⚠️"}


def mark_of(manifest: str) -> str:
    """The mark of a manifest's comment, so that two manifests on one pull request keep one comment each."""
    if manifest == DEFAULT_NAME:
        return MARK
    # In letters that cannot end the comment, whatever the path.
    path = quote(manifest, safe="/").replace("-", "%2D")
    return f"<!-- campaign-health check: {path} -->"


def render(result: CheckResult) -> str:
    """A heading, the findings, what could not be checked, and the coverage; cut with a count if it is too long."""
    of = "" if result.manifest == DEFAULT_NAME else f" ({code(result.manifest)})"
    head = [mark_of(result.manifest), f"### {_SIGNS[result.outcome]} {summary(result)}{of}"]
    tail = [
        f"- Could not check: {inline(f'{sentence(failure.message)} {failure.cure}')}" for failure in result.failures
    ]
    said = result.coverage.sentences(with_standings=False)
    tail += ["", "<sub>" + " ".join(inline(sentence) for sentence in said) + "</sub>"]
    if events := standing_lines(result.coverage.standings):
        tail += ["", "<details><summary>Each trigger event</summary>", ""]
        tail += [f"- {inline(line)}" for line in events[:MOST_EVENTS]]
        tail += [f"- … and {len(events) - MOST_EVENTS} more."] * (len(events) > MOST_EVENTS) + ["", "</details>"]
    room = LONGEST - sum(len(part) + 1 for part in (*head, *tail)) - 100
    shown: list[str] = []
    for index, finding in enumerate(result.findings):
        entry = _entry(finding)
        if room < len(entry):
            shown.append(f"- … and {len(result.findings) - index} more findings, in the log.")
            break
        room -= len(entry) + 1
        shown.append(entry)
    return "\n".join([*head, "", *shown, *tail]) + "\n"


def _entry(finding: Finding) -> str:
    file, line = finding.place()
    sign = "**" if finding.severity == "violation" else ""
    where = f" — {code(f'{file}:{line}' if line else file)}" if file else ""
    return f"- {sign}{finding.rule.replace('_', ' ')}{sign}: {inline(sentence(finding.message))}{where}"
