"""A monthly report as HTML for mail programs: tables with their look written into them, and no picture to fetch.

The pictures are bars made of table cells, which every mail program draws. No text has a background of its own but that
of the page, and colours are of a middle lightness, so that a mail program that turns dark changes both or neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from campaign_health.state.monthly_report import MANUAL_DETECTION_DAYS
from campaign_health.state.report_text import BY_HAND, CaughtRow, Figure, ReportText

FIND_COLOUR = "#d97706"
MEND_COLOUR = "#0f9488"
BY_HAND_COLOUR = "#8a8f98"
LINE = "#8a8f9866"
_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_SMALL = "font-size:13px;line-height:1.45;opacity:.78"
_TABLE = 'role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%"'
LONGEST_BAR_DAYS = MANUAL_DETECTION_DAYS[1]


def report_html(text: ReportText, link: str | None = None, identity: str = "") -> str:
    """The whole report as one HTML document that stands alone."""
    more = f'<p style="margin:24px 0 0"><a href="{escape(link)}">Open the report</a></p>' if link else ""
    more += f'<p style="{_SMALL};margin:24px 0 0">{escape(identity)}</p>' if identity else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        '<meta name="supported-color-schemes" content="light dark">'
        f"<title>{escape(text.title)}</title></head>"
        f'<body style="margin:0;padding:24px 16px;{_FONT};font-size:15px;line-height:1.5">'
        f'<div style="max-width:640px;margin:0 auto">'
        f'<h1 style="font-size:22px;line-height:1.25;margin:0 0 6px">{escape(text.title)}</h1>'
        f'<p style="font-size:16px;margin:0 0 20px">{escape(text.headline)}.</p>'
        f"{report_body(text)}{more}</div></body></html>\n"
    )


def report_body(text: ReportText) -> str:
    """The figures, the picture, the incidents and what is to be known about them."""
    return f"{_figures(text.figures)}{_bars(text.rows)}{_incidents(text.rows)}{_notes(text.notes)}"


def _bars(rows: Sequence[CaughtRow]) -> str:
    """The picture: of each incident the days until it was found and from then until it was mended, beside those that
    finding it by hand takes. Empty where no beginning is known.
    """
    drawn = [row for row in rows if row.days_to_find is not None]
    if not drawn:
        return ""
    low, high = MANUAL_DETECTION_DAYS
    lines = [_bar(row.campaign, [(row.days_to_find or 0, FIND_COLOUR), (row.days_to_mend or 0, MEND_COLOUR)], row)
             for row in drawn]  # fmt: skip
    by_hand = _bar_line("By hand", [(low, "transparent"), (high - low, BY_HAND_COLOUR)], BY_HAND)
    legend = " &nbsp; ".join(
        f'<span style="color:{colour}">&#9632;</span> {words}'
        for colour, words in (
            (FIND_COLOUR, "until it was found"),
            (MEND_COLOUR, "from then until it was mended, or until today"),
            (BY_HAND_COLOUR, "when it is found by hand"),
        )
    )
    return (
        '<h2 style="font-size:16px;margin:28px 0 8px">How long they lasted</h2>'
        f"<table {_TABLE}>{''.join(lines)}{by_hand}</table>"
        f'<p style="{_SMALL};margin:8px 0 0">{legend}</p>'
    )


def _bar(name: str, parts: Sequence[tuple[int, str]], row: CaughtRow) -> str:
    return _bar_line(name, parts, f"{row.to_find}; {row.became[:1].lower()}{row.became[1:]}")


def _bar_line(name: str, parts: Sequence[tuple[int, str]], said: str) -> str:
    left, cells = LONGEST_BAR_DAYS, []
    for days, colour in parts:
        shown = min(days, left)
        left -= shown
        if shown:
            style = f"background:{colour};" if colour != "transparent" else ""
            cells.append(
                f'<td width="{100 * shown / LONGEST_BAR_DAYS:.1f}%" style="{style}height:12px;font-size:0">&nbsp;</td>'
            )
    if left:
        cells.append(f'<td width="{100 * left / LONGEST_BAR_DAYS:.1f}%" style="height:12px;font-size:0">&nbsp;</td>')
    return (
        f'<tr><td style="padding:6px 0 2px;font-size:14px"><b>{escape(name)}</b> '
        f'<span style="{_SMALL}">{escape(said)}</span></td></tr>'
        f'<tr><td style="padding:0 0 6px"><table {_TABLE} style="border-left:1px solid {LINE}">'
        f"<tr>{''.join(cells)}</tr></table></td></tr>"
    )


def _figures(figures: Sequence[Figure]) -> str:
    rows = "".join(
        f'<tr><td style="padding:10px 12px 10px 0;border-top:1px solid {LINE};vertical-align:top">'
        f"<b>{escape(one.label)}</b>"
        f'{f"""<div style="{_SMALL}">{escape(one.about)}</div>""" if one.about else ""}</td>'
        f'<td style="padding:10px 0;border-top:1px solid {LINE};vertical-align:top;text-align:right;width:38%">'
        f'<b style="font-size:16px">{escape(one.value)}</b></td></tr>'
        for one in figures
    )
    return f"<table {_TABLE}>{rows}</table>" if rows else ""


def _incidents(rows: Sequence[CaughtRow]) -> str:
    if not rows:
        return ""
    lines = "".join(
        f'<tr><td style="padding:10px 0;border-top:1px solid {LINE}"><b>{escape(row.campaign)}</b>'
        f'<div style="{_SMALL}">Found {escape(row.found)}, after {escape(row.to_find)}. {escape(row.became)}. '
        f"Missed sends: {escape(row.missed)}; at risk: {escape(row.risk)}.</div></td></tr>"
        for row in rows
    )
    return f'<h2 style="font-size:16px;margin:28px 0 8px">What broke</h2><table {_TABLE}>{lines}</table>'


def _notes(notes: Sequence[str]) -> str:
    return "".join(f'<p style="{_SMALL};margin:12px 0 0">{escape(one)}</p>' for one in notes)
