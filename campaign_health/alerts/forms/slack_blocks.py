"""Renders a digest as a Slack message.

Names go into rich-text elements, which Slack never reads for markup: no name can mention a channel, make a link or
break a block. Limits are Slack's documented ones (50 blocks a message, 150 characters a header, 3,000 a text); all
blocks together are kept under 12,000 characters, because Slack refuses more than about 13,200 (`msg_blocks_too_long`).
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from campaign_health.alerts.digest.digest_data import CheckFailure, Digest, DigestItem, Section, SectionName
from campaign_health.alerts.digest.lines import (
    brief_text,
    day_and_workspace,
    failure_days,
    item_cost,
    more_text,
    next_text,
    section_title,
    seen_text,
    shown_name,
    stale_lines,
    when_text,
    why_text,
)
from campaign_health.alerts.forms.spark_text import sparkline
from campaign_health.words.dates import day_text

HEADER_LENGTH = 150
TEXT_LENGTH = 3000
SENTENCE_LENGTH = 320
MORE_LENGTH = 9_000
ALL_BLOCKS_LENGTH = 12_000
# Sections give way to others in this order when room runs out, by an item (True) or by a paragraph, which becomes
# a line. Of what is broken at last the names stay.
GIVE_WAY = (
    (SectionName.LATE, True),
    (SectionName.MUTED, True),
    (SectionName.CLOSED, True),
    (SectionName.RECOVERED, True),
    (SectionName.STILL_BROKEN, False),
    (SectionName.NEW, False),
    (SectionName.COULD_NOT_CHECK, True),
    (SectionName.STILL_BROKEN, True),
    (SectionName.NEW, True),
)
MARKS = {
    SectionName.NEW: "🔴 New",
    SectionName.STILL_BROKEN: "🟠 Still broken",
    SectionName.BESIDE: "🔴 Broadcasts and transactional messages",
    SectionName.RECOVERED: "🟢 Recovered",
    SectionName.CLOSED: "⚪ Ended without recovering",
    SectionName.LATE: "🕓 Came to light late",
    SectionName.MUTED: "🔕 {}",
    SectionName.COULD_NOT_CHECK: "⚪ Could not check",
}
# Slack's ids hold digits; an owner called SUPPORT or WEBTEAM is a name, and as an id Slack would refuse the message.
_CODE = re.compile(r"`([^`]+)`")
_PERSON = re.compile(r"<?@?([UW](?=[A-Z]*\d)[A-Z0-9]{6,20})>?", re.ASCII)
_GROUP = re.compile(r"<?!?(?:subteam\^)?(S(?=[A-Z]*\d)[A-Z0-9]{6,20})>?", re.ASCII)

Element = dict[str, Any]
Block = dict[str, Any]


def slack_message(digest: Digest) -> dict[str, Any]:
    """The message's `blocks`, and the plain `text` that notifications show."""
    blocks = _blocks(digest)
    while len(json.dumps(blocks, ensure_ascii=False)) > ALL_BLOCKS_LENGTH:
        shorter = _shortened(digest)
        if shorter is None:
            break
        digest = shorter
        blocks = _blocks(digest)
    return {
        "text": _escaped(_notification(digest))[:TEXT_LENGTH],
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _blocks(digest: Digest) -> list[Block]:
    blocks: list[Block] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(digest.headline, HEADER_LENGTH), "emoji": False}}
    ]
    if digest.delayed_since:
        note = f"This message could not be sent since {day_text(digest.delayed_since, digest.day)}."
        blocks.append(_rich([_text(note, italic=True)]))
    if stale := stale_lines(digest):
        blocks.append(_rich([_text(_cut("\n".join(stale), SENTENCE_LENGTH), italic=True)]))
    for section in digest.sections:
        blocks.append(_rich([_text(MARKS[section.name].format(section_title(section)), bold=True)]))
        blocks += [_item_block(item, section.name, digest.day) for item in section.items if not item.brief]
        blocks += _brief_blocks([item for item in section.items if item.brief], digest.day)
        blocks += [_failure_block(failure) for failure in section.failures]
        if section.more:
            *parts, last = textwrap.wrap(_cut(more_text(section), MORE_LENGTH), TEXT_LENGTH - 20)
            blocks += [_rich([_text(part)]) for part in parts]
            more = [_text(last)]
            blocks.append(_rich([*more, _text(" – "), _link(digest.link, "see all")] if digest.link else more))
    rest = [_text(digest.rest)]
    if digest.link:
        rest += [_text("  "), _link(digest.link, "Open the dashboard")]
    blocks.append({"type": "divider"})
    blocks.append(_rich(rest))
    identity = f"{day_and_workspace(digest)} · id {digest.announcement_id}"
    blocks.append({"type": "context", "elements": [{"type": "plain_text", "text": identity, "emoji": False}]})
    return blocks


def _item_block(item: DigestItem, name: SectionName, today: date) -> Block:
    title = shown_name(item.campaign)
    lines: list[list[Element]] = [
        [
            _link(item.link, title, bold=True) if item.link else _text(title, bold=True),
            _text(f"  {when_text(item, today)}"),
        ]
    ]
    if seen := seen_text(item):
        lines.append(_said(_cut(seen, SENTENCE_LENGTH)))
    cause_title, cause = why_text(item, name)
    if cause_title or cause:
        lines.append([_text(f"{cause_title or 'Why'}. ", bold=True), *_said(_cut(cause, SENTENCE_LENGTH))])
    if missed := item_cost(item):
        lines.append([_text(missed[0].upper() + missed[1:])])
    if next_step := next_text(item, name):
        lines.append([_text("Next: ", bold=True), *_said(_cut(next_step, SENTENCE_LENGTH))])
    if item.note:
        lines.append([_text(_cut(item.note, SENTENCE_LENGTH), italic=True)])
    if item.sends and name in (SectionName.NEW, SectionName.STILL_BROKEN):
        lines.append([_text(f"Sends {sparkline(item.sends)}")])
    last: list[Element] = []
    if item.owner:
        last += [_text("Owner "), _mention(item.owner)]
    ways = (
        (item.customerio_link, "Open in Customer.io"),
        (item.mixpanel_link, "Open in Mixpanel"),
        (item.acknowledge_link, "Acknowledge"),
        (item.fixed_link, "I fixed it"),
        (item.mute_link, "Mute"),
    )
    for address, words in ways:
        if address:
            last += [_text("  ·  " if last else ""), _link(address, words)]
    if last:
        lines.append([element for element in last if element.get("text") != ""])
    return _rich([element for line in _joined(lines) for element in line])


def _brief_blocks(items: Sequence[DigestItem], today: date) -> list[Block]:
    """One line a campaign; a message may have 50 blocks, so as many lines share one as its text may have signs."""
    parts: list[list[list[Element]]] = []
    length = TEXT_LENGTH
    for item in items:
        title, text = shown_name(item.campaign), _cut(f"  {brief_text(item, today)}", SENTENCE_LENGTH)
        length += len(title) + len(text) + 1
        if length > TEXT_LENGTH:
            parts.append([])
            length = len(title) + len(text) + 1
        name = _link(item.link, title, bold=True) if item.link else _text(title, bold=True)
        parts[-1].append([name, _text(text)])
    return [_rich([element for line in _joined(lines) for element in line]) for lines in parts]


def _failure_block(failure: CheckFailure) -> Block:
    elements = [
        _text(_cut(failure.title, SENTENCE_LENGTH), bold=True),
        _text(f"  {failure_days(failure)}"),
    ]
    if failure.said:
        elements += _said(f"\n{_cut(failure.said, SENTENCE_LENGTH)}")
    if failure.error:
        elements.append(_text(f"\n{_cut(failure.error, SENTENCE_LENGTH)}", italic=True))
    return _rich([*elements, _text("\n"), _link(failure.link, "What to do")] if failure.link else elements)


def _shortened(digest: Digest) -> Digest | None:
    """The digest one step shorter: what is not broken gives way first, then the paragraphs of what is."""
    for name, is_cut in GIVE_WAY:
        section = digest.section(name)
        shorter = None if section is None else _without_last(section) if is_cut else _with_brief_last(section)
        if shorter is not None:
            return replace(digest, sections=tuple(shorter if s.name == name else s for s in digest.sections))
    return None


def _with_brief_last(section: Section) -> Section | None:
    places = [place for place, item in enumerate(section.items) if not item.brief]
    if not places:
        return None
    items = list(section.items)
    items[places[-1]] = replace(items[places[-1]], brief=True)
    return replace(section, items=tuple(items))


def _without_last(section: Section) -> Section | None:
    if section.failures:
        return replace(section, failures=section.failures[:-1], more=section.more + 1)
    if not section.items:
        return None
    last = section.items[-1]
    others = (*(last.campaigns or (last.campaign,)), *section.others)
    return replace(section, items=section.items[:-1], more=len(others), others=others)


def _notification(digest: Digest) -> str:
    names = [shown_name(item.campaign) for item in _items(digest.section(SectionName.NEW))]
    return f"{digest.headline}: {', '.join(names)}" if names else digest.headline


def _items(section: Section | None) -> Sequence[DigestItem]:
    return section.items if section else ()


def _joined(lines: Sequence[list[Element]]) -> list[list[Element]]:
    return [line if index == 0 else [_text("\n"), *line] for index, line in enumerate(lines)]


def _rich(elements: Sequence[Element]) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def _text(text: str, bold: bool = False, italic: bool = False) -> Element:
    element: Element = {"type": "text", "text": text}
    if bold or italic:
        element["style"] = {"bold": True} if bold else {"italic": True}
    return element


def _said(text: str) -> list[Element]:
    """A sentence with the names in it as code: in these blocks Slack shows backticks as they are."""
    parts = _CODE.split(text)
    return [
        {"type": "text", "text": part, "style": {"code": True}} if number % 2 else _text(part)
        for number, part in enumerate(parts)
        if part
    ]


def _link(address: str | None, text: str, bold: bool = False) -> Element:
    element: Element = {"type": "link", "url": address, "text": text}
    if bold:
        element["style"] = {"bold": True}
    return element


def _mention(owner: str) -> Element:
    if person := _PERSON.fullmatch(owner):
        return {"type": "user", "user_id": person.group(1)}
    if group := _GROUP.fullmatch(owner):
        return {"type": "usergroup", "usergroup_id": group.group(1)}
    return _text(shown_name(owner))


def _cut(text: str, length: int) -> str:
    return shown_name(text, length)


def _escaped(text: str) -> str:
    # Slack's three control characters: https://api.slack.com/reference/surfaces/formatting#escaping
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
