"""The result for a person at a terminal; colours are dropped by whoever prints it elsewhere."""

from __future__ import annotations

import click

from campaign_health.check.findings import CheckResult, Finding
from campaign_health.check.reports.plain import plain, printable, summary

_COLOURS = {"holds": "green", "violated": "red", "could_not_check": "yellow"}


def render(result: CheckResult) -> str:
    """Findings first, then what failed, the coverage, and the outcome as the last line."""
    parts = [_finding(finding) for finding in result.findings]
    failed = click.style("could not check", fg="yellow", bold=True)
    parts += [
        f"{failed}  {printable(failure.message)}\n  {printable(failure.cure)}".rstrip() for failure in result.failures
    ]
    parts.append("\n".join(plain(sentence) for sentence in result.coverage.sentences()))
    parts.append(click.style(summary(result), fg=_COLOURS[result.outcome], bold=True))
    return "\n\n".join(part for part in parts if part) + "\n"


def _finding(finding: Finding) -> str:
    file, line = finding.place()
    colour = "red" if finding.severity == "violation" else "cyan"
    head = click.style(finding.severity, fg=colour, bold=True)
    place = printable(f"{file}:{line}" if file and line else (file or ""))
    return f"{head}  {place}  {click.style(finding.rule, dim=True)}\n  {plain(finding.message)}"
