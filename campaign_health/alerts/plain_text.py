"""Renders a digest as plain text, for the terminal and for e-mail."""

from __future__ import annotations

import textwrap

from campaign_health.alerts.digest import CheckFailure, Digest, DigestItem, Section, SectionName
from campaign_health.alerts.sparkline import sparkline
from campaign_health.alerts.wording import missed_text, shown_day, shown_name, source_words, when_text

WIDTH = 78
INDENT = "    "


def plain_text(digest: Digest) -> str:
    """The whole digest in lines of at most 78 characters (links stand on lines of their own and may be longer)."""
    lines = [digest.headline, f"{shown_name(digest.workspace, 40)}, {shown_day(digest.day)}"]
    if digest.delayed_since:
        lines.append(f"This message could not be sent since {shown_day(digest.delayed_since)}.")
    for section in digest.sections:
        lines += ["", *_section_lines(section, digest)]
    lines += ["", *textwrap.wrap(digest.rest, WIDTH)]
    if digest.link:
        lines.append(digest.link)
    lines.append(f"id {digest.announcement_id}")
    return "\n".join(lines) + "\n"


def _section_lines(section: Section, digest: Digest) -> list[str]:
    lines = [section.name.upper()]
    for item in section.items:
        lines += _item_lines(item, section.name)
    for failure in section.failures:
        lines += _failure_lines(failure)
    if section.more:
        lines.append(f"  and {section.more:,} more" + (f": {digest.link}" if digest.link else ""))
    return lines


def _item_lines(item: DigestItem, name: SectionName) -> list[str]:
    lines = [f"  {shown_name(item.campaign)} – {when_text(item)}"]
    paragraphs = [item.seen]
    if name in (SectionName.NEW, SectionName.STILL_BROKEN) and item.cause:
        paragraphs.append(f"Probable cause: {item.cause}")
    if missed := missed_text(item):
        paragraphs.append(missed[0].upper() + missed[1:] + ".")
    if name is SectionName.NEW and item.next_step:
        paragraphs.append(f"Next: {item.next_step}")
    if item.note:
        paragraphs.append(item.note)
    if item.owner:
        paragraphs.append(f"Owner: {shown_name(item.owner)}")
    if item.sends and name in (SectionName.NEW, SectionName.STILL_BROKEN):
        paragraphs.append(f"Sends: {sparkline(item.sends)}")
    for paragraph in paragraphs:
        lines += textwrap.wrap(
            shown_name(paragraph, 500), WIDTH, initial_indent=INDENT, subsequent_indent=INDENT, break_long_words=True
        )
    if item.link:
        lines.append(f"{INDENT}{item.link}")
    return lines


def _failure_lines(failure: CheckFailure) -> list[str]:
    days = shown_day(failure.first_day)
    if failure.last_day != failure.first_day:
        days += f" to {shown_day(failure.last_day)}"
    lines = [f"  {source_words(failure.source)} – {days}"]
    lines += textwrap.wrap(shown_name(failure.error, 500), WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)
    return [*lines, f"{INDENT}{failure.link}"] if failure.link else lines
