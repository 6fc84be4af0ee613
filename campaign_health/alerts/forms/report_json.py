"""A monthly report as JSON values, for programs."""

from __future__ import annotations

from typing import Any

from campaign_health.state.monthly_report import MonthlyReport
from campaign_health.state.report_text import ReportText


def report_as_json(report: MonthlyReport, text: ReportText) -> dict[str, Any]:
    """The report as JSON values: its numbers, and the words that every form shows."""
    return {
        "workspace": report.workspace,
        "month": f"{report.month:%Y-%m}",
        "judged_until": report.judged_until.isoformat() if report.judged_until else None,
        "is_over": report.is_over,
        "watched_since": report.since.isoformat() if report.since else None,
        "breaks": len(report.caught),
        "campaigns": report.campaigns,
        "mended": report.mended,
        "still_broken": report.still_broken,
        "over_when_found": report.over_when_found,
        "intended": report.intended,
        "days_to_find": report.days_to_find.days if report.days_to_find else None,
        "days_to_mend": report.days_to_mend.days if report.days_to_mend else None,
        "missed_sends": _ends(report.missed_sends),
        "revenue_at_risk": {currency: _ends(ends) for currency, ends in report.risk.items()},
        "campaigns_without_deal_value": report.unpriced,
        "missed_sends_avoided": _ends(report.sends_avoided),
        "revenue_kept_from_risk": {currency: _ends(ends) for currency, ends in report.risk_avoided.items()},
        "false_alarms": report.false_alarms,
        "false_alarms_since_watched": report.alarms.said,
        "title": text.title,
        "headline": text.headline,
        "figures": [{"label": one.label, "value": one.value, "about": one.about} for one in text.figures],
        "incidents": [
            {
                "campaign": one.campaign,
                "campaign_id": one.campaign_id,
                "found": one.found,
                "days_until_found": one.to_find,
                "became": one.became,
                "missed_sends": one.missed,
                "revenue_at_risk": one.risk,
            }
            for one in text.rows
        ],
        "notes": list(text.notes),
    }


def _ends(values: tuple[float, ...] | None) -> list[float] | None:
    return None if values is None else list(values)
