"""A monthly report as Slack messages."""

from __future__ import annotations

from typing import Any

from campaign_health.alerts.forms.slack_elements import (
    TEXT_LENGTH,
    escaped,
    headed,
    in_lines,
    link,
    plain,
    rich,
    small_print,
)
from campaign_health.state.report_text import CaughtRow, ReportText
from campaign_health.words.numbers import count

# About what one incident takes; so many stay well below what Slack takes in one message.
ROWS_SHOWN = 20


def report_slack(text: ReportText, address: str | None = None, identity: str = "") -> dict[str, Any]:
    """The message: the figures, a line for each of the worst incidents, and where all of them are."""
    blocks = headed(text.title)
    blocks.append(rich([plain(f"{text.headline}.")]))
    if text.figures:
        figures = [[plain(f"{one.label}: "), plain(one.value, bold=True)] for one in text.figures]
        blocks.append(rich(in_lines(figures)))
    if text.rows:
        blocks.append(rich(in_lines([_row(row) for row in text.rows[:ROWS_SHOWN]])))
    if (more := len(text.rows) - ROWS_SHOWN) > 0:
        blocks.append(rich([plain(f"and {count(more)} more")]))
    explained = [f"{one.label}: {one.about[:1].lower()}{one.about[1:]}" for one in text.figures if one.about]
    if small := "\n".join((*text.notes, *explained)):
        blocks.append(small_print(small[:TEXT_LENGTH]))
    if address:
        blocks.append(rich([link(address, "Open the report")]))
    if identity:
        blocks.append(small_print(identity))
    return {
        "text": escaped(f"{text.title}: {text.headline}")[:TEXT_LENGTH],
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _row(row: CaughtRow) -> list[dict[str, Any]]:
    told = f"  found {row.found}, after {row.to_find}. {row.became}. Missed sends: {row.missed}; at risk: {row.risk}."
    return [plain(row.campaign, bold=True), plain(told)]
