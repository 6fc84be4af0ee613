"""A monthly report as plain text, for the terminal and for mail programs that show no HTML."""

from __future__ import annotations

import textwrap

from campaign_health.state.report_text import ReportText
from campaign_health.words.visible import visible

WIDTH = 78
INDENT = "    "


def report_plain(text: ReportText, link: str | None = None) -> str:
    """The whole report in lines of at most 78 characters; a link stands on a line of its own."""
    lines = [text.title, *textwrap.wrap(f"{text.headline}.", WIDTH), ""]
    for figure in text.figures:
        lines.append(f"{figure.label}: {figure.value}")
        lines += textwrap.wrap(figure.about, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)
    for row in text.rows:
        told = f"found {row.found}, after {row.to_find}. {row.became}. Missed sends: {row.missed}; at risk: {row.risk}."
        lines += ["", *textwrap.wrap(visible(row.campaign), WIDTH)]
        lines += textwrap.wrap(told[0].upper() + told[1:], WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)
    if text.notes:
        lines += ["", *(line for note in text.notes for line in textwrap.wrap(note, WIDTH))]
    return "\n".join([*lines, *([link] if link else [])]) + "\n"
