"""Annotations for GitHub: workflow commands that it shows on the lines of a pull request."""

from __future__ import annotations

from campaign_health.check.findings import CheckResult
from campaign_health.check.reports.plain import plain, printable, summary

_COMMANDS = {"violation": "error", "note": "notice"}


def render(result: CheckResult) -> str:
    """One command a line, then the coverage and the outcome for the log."""
    lines = []
    for finding in result.findings:
        file, line = finding.place()
        title = f"campaign-health: {finding.rule}"
        place = [("file", file), ("line", str(line) if line else None), ("title", title)]
        where = ",".join(f"{key}={_property(value)}" for key, value in place if value)
        lines.append(f"::{_COMMANDS[finding.severity]} {where}::{_data(plain(finding.message))}")
    for failure in result.failures:
        said = printable(f"{failure.message} {failure.cure}".strip())
        lines.append(f"::error title={_property('campaign-health: could not check')}::{_data(said)}")
    lines += [_log(sentence) for sentence in (*result.coverage.sentences(), summary(result))]
    return "\n".join(lines) + "\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")


def _log(sentence: str) -> str:
    return plain(sentence.replace("\n", " "))
