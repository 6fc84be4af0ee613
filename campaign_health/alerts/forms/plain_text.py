"""Renders a digest as plain text, for the terminal and for e-mail."""

from __future__ import annotations

import textwrap
from datetime import date

from campaign_health.alerts.digest.digest_data import (
    BROKEN_SECTIONS,
    CheckFailure,
    Digest,
    DigestItem,
    Section,
    SectionName,
)
from campaign_health.alerts.digest.lines import (
    brief_text,
    day_and_workspace,
    failure_days,
    item_cost,
    members_text,
    more_text,
    next_text,
    section_title,
    seen_text,
    shown_name,
    stale_lines,
    when_text,
    why_text,
)
from campaign_health.alerts.forms.spark_text import SPARK_LEGEND, sparkline
from campaign_health.words.dates import day_text

WIDTH = 78
INDENT = "    "


def plain_text(digest: Digest) -> str:
    """The whole digest in lines of at most 78 characters (links stand on lines of their own and may be longer)."""
    lines = [*textwrap.wrap(digest.headline, WIDTH), day_and_workspace(digest)]
    if digest.delayed_since:
        lines.append(f"This message could not be sent since {day_text(digest.delayed_since, digest.day)}.")
    for text in stale_lines(digest):
        lines += textwrap.wrap(text, WIDTH)
    for section in digest.sections:
        lines += ["", *_section_lines(section, digest)]
    lines += ["", *textwrap.wrap(digest.rest, WIDTH)]
    if any(section.draws_sends for section in digest.sections):
        lines += textwrap.wrap(SPARK_LEGEND, WIDTH)
    if digest.link:
        lines.append(digest.link)
    lines.append(f"id {digest.announcement_id}")
    return "\n".join(lines) + "\n"


def _section_lines(section: Section, digest: Digest) -> list[str]:
    lines = [section_title(section).upper()]
    for item in section.items:
        lines += _item_lines(item, section.name, digest.day)
    for failure in section.failures:
        lines += _failure_lines(failure)
    if section.more:
        lines += textwrap.wrap(more_text(section), WIDTH, initial_indent="  ", subsequent_indent="  ")
        lines += [f"{INDENT}{digest.link}"] if digest.link else []
    return lines


def _item_lines(item: DigestItem, name: SectionName, today: date) -> list[str]:
    if item.brief:
        text = f"{shown_name(item.campaign)} – {brief_text(item, today)}"
        lines = textwrap.wrap(shown_name(text, 500), WIDTH, initial_indent="  ", subsequent_indent=INDENT)
        return [*lines, *_members(item)]
    lines = [f"  {shown_name(item.campaign)} – {when_text(item, today)}"]
    paragraphs = [seen] if (seen := seen_text(item)) else []
    title, cause = why_text(item, name)
    if title or cause:
        paragraphs.append(f"Why: {f'{title}. ' if title else ''}{cause}")
    if missed := item_cost(item):
        paragraphs.append(missed[0].upper() + missed[1:] + ".")
    if next_step := next_text(item, name):
        paragraphs.append(f"Next: {next_step}")
    if item.note:
        paragraphs.append(item.note)
    if item.owner:
        paragraphs.append(f"Owner: {shown_name(item.owner)}")
    if item.sends and name in BROKEN_SECTIONS:
        paragraphs.append(f"Sends: {sparkline(item.sends)}")
    for paragraph in paragraphs:
        lines += _wrapped(paragraph)
    lines += _members(item)
    if item.link:
        lines.append(f"{INDENT}{item.link}")
    # The address of Mixpanel's report is five lines long; the campaign's page leads there.
    if item.customerio_link:
        lines.append(f"{INDENT}Customer.io: {item.customerio_link}")
    return lines


def _members(item: DigestItem) -> list[str]:
    return textwrap.wrap(members_text(item), WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)


def _failure_lines(failure: CheckFailure) -> list[str]:
    heading = " – ".join(part for part in (shown_name(failure.title, 300), failure_days(failure)) if part)
    lines = textwrap.wrap(heading, WIDTH, initial_indent="  ", subsequent_indent="  ")
    for text in (failure.said, f"Details: {failure.error}" if failure.error else ""):
        lines += _wrapped(text) if text else []
    return [*lines, f"{INDENT}{failure.link}"] if failure.link else lines


def _wrapped(paragraph: str) -> list[str]:
    text = shown_name(paragraph, 500)
    return textwrap.wrap(text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT, break_long_words=True)
