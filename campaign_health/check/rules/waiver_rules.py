"""Waivers: violations that somebody answers for until a day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace

from campaign_health.check.findings import Finding
from campaign_health.manifest.schema import Waiver


def with_waivers(findings: Iterable[Finding], waivers: Iterable[Waiver], today: datetime.date) -> list[Finding]:
    """The findings, each violation that is waived as a note that says until when; the last day is still waived.

    A waiver that has ended changes nothing, and that is said.
    """
    known = list(waivers)
    return [_judged(finding, known, today) for finding in findings]


def _judged(finding: Finding, waivers: list[Waiver], today: datetime.date) -> Finding:
    fitting = [waiver for waiver in waivers if _fits(waiver, finding)]
    if finding.severity != "violation" or not fitting:
        return finding
    latest = max(fitting, key=lambda waiver: waiver.until)
    until = latest.until.isoformat()
    if latest.until < today:
        return replace(finding, message=f"{finding.message} Its waiver ended on {until}.")
    reason = f": {latest.reason}" if latest.reason else ""
    by = f" by {latest.owner}" if latest.owner else ""
    return replace(
        finding, severity="note", waived_until=until, message=f"{finding.message} Waived until {until}{by}{reason}."
    )


def _fits(waiver: Waiver, finding: Finding) -> bool:
    return (
        finding.event is not None
        and waiver.event.strip() == finding.event.strip()
        and (waiver.rule is None or waiver.rule == finding.rule)
        and (waiver.property is None or waiver.property == finding.property)
    )
