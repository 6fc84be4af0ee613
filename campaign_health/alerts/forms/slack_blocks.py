"""Renders a digest as a Slack message.

Names go into rich-text elements, which Slack never reads for markup: no name can mention a channel, make a link or
break a block. Limits are Slack's documented ones (50 blocks a message, 150 characters a header, 3,000 a text); all
blocks together are kept under 12,000 characters, because Slack refuses more than about 13,200 (`msg_blocks_too_long`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from campaign_health.alerts.digest.digest_data import (
    BROKEN_SECTIONS,
    CheckFailure,
    Digest,
    DigestItem,
    Section,
    SectionName,
)
from campaign_health.alerts.digest.lines import (
    NAME_IN_LIST,
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
from campaign_health.alerts.forms.slack_elements import (
    TEXT_LENGTH,
    Block,
    Element,
    escaped,
    headed,
    in_lines,
    in_parts,
    link,
    mention,
    plain,
    rich,
    said,
    small_print,
)
from campaign_health.alerts.forms.slack_room import LeftOver, shortened, without_some_names
from campaign_health.alerts.forms.spark_text import SPARK_LEGEND, sparkline
from campaign_health.words.dates import day_text
from campaign_health.words.lists import joined

SENTENCE_LENGTH = 320
MORE_LENGTH = 9_000
ALL_BLOCKS_LENGTH = 12_000
# About what a paragraph takes, so that no step saves more.
MOST_OF_A_STEP = 2_000
MARKS = {
    SectionName.NEW: "🔴 New",
    SectionName.STILL_BROKEN: "🟠 Still broken",
    SectionName.EARLY: "🟡 Early signs",
    SectionName.DELIVERY: "🟠 Carried to Customer.io",
    SectionName.BESIDE: "🔴 Broadcasts and transactional messages",
    SectionName.PROMISES: "🟡 Late messages",
    SectionName.RECOVERED: "🟢 Recovered",
    SectionName.CLOSED: "⚪ Ended without recovering",
    SectionName.LATE: "🕓 Came to light late",
    SectionName.MUTED: "🔕 {}",
    SectionName.COULD_NOT_CHECK: "⚪ Could not check",
}


def slack_messages(digest: Digest) -> list[dict[str, Any]]:
    """The message (its `blocks`, and the plain `text` that notifications show), and after it those that go on with the
    names of what is broken, where there are so many that one message cannot have them all.
    """
    text = escaped(_notification(digest))[:TEXT_LENGTH]
    left_over: LeftOver = {}
    blocks = _blocks(digest)
    while (excess := len(json.dumps(blocks, ensure_ascii=False)) - ALL_BLOCKS_LENGTH) > 0:
        before = digest
        # As many steps as are sure to be needed: drawing it anew after each of hundreds takes seconds.
        for _ in range(1 + excess // MOST_OF_A_STEP):
            if shorter := shortened(digest):
                digest = shorter
            elif found := without_some_names(digest):
                digest, left = found
                left_over |= {name: (*names, *left_over.get(name, ())) for name, names in left.items()}
        if digest is before:
            break
        blocks = _blocks(digest)
    first = {"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}
    names = [(name, left_over[name]) for name in BROKEN_SECTIONS if name in left_over]
    return [first, *(part for one in names for part in _continued(digest, *one))]


def slack_message(digest: Digest) -> dict[str, Any]:
    """The first of its messages, which is the only one but for hundreds of broken campaigns."""
    return slack_messages(digest)[0]


def _blocks(digest: Digest) -> list[Block]:
    blocks = headed(digest.headline)
    if digest.delayed_since:
        note = f"This message could not be sent since {day_text(digest.delayed_since, digest.day)}."
        blocks.append(rich([plain(note, italic=True)]))
    if stale := stale_lines(digest):
        blocks.append(rich([plain(shown_name("\n".join(stale), SENTENCE_LENGTH), italic=True)]))
    for section in digest.sections:
        blocks.append(rich([plain(MARKS[section.name].format(section_title(section)), bold=True)]))
        blocks += [_item_block(item, section.name, digest.day) for item in section.items if not item.brief]
        blocks += _brief_blocks([item for item in section.items if item.brief], digest.day)
        blocks += [_failure_block(failure) for failure in section.failures]
        if section.more:
            *parts, last = in_parts(more_text(section))
            blocks += [rich([plain(part)]) for part in parts]
            more = [plain(last)]
            blocks.append(rich([*more, plain(" – "), link(digest.link, "see all")] if digest.link else more))
    rest = [plain(digest.rest)]
    if digest.link:
        rest += [plain("  "), link(digest.link, "Open the dashboard")]
    blocks.append({"type": "divider"})
    blocks.append(rich(rest))
    legend = [small_print(SPARK_LEGEND)] if any(section.draws_sends for section in digest.sections) else []
    return [*blocks, *legend, small_print(_identity(digest))]


def _continued(digest: Digest, name: SectionName, names: Sequence[str]) -> list[dict[str, Any]]:
    """Messages of nothing but names: each is shown as in the first one."""
    names_said = joined([shown_name(one, NAME_IN_LIST) for one in names])
    found = []
    for text in in_parts(names_said, MORE_LENGTH):
        title = f"{MARKS[name]}, continued"
        blocks = [rich([plain(title, bold=True)]), *(rich([plain(part)]) for part in in_parts(text))]
        found.append({"text": escaped(title), "blocks": [*blocks, small_print(_identity(digest))]})
    return found


def _identity(digest: Digest) -> str:
    return f"{day_and_workspace(digest)} · id {digest.announcement_id}"


def _item_block(item: DigestItem, name: SectionName, today: date) -> Block:
    title = shown_name(item.campaign)
    lines: list[list[Element]] = [
        [
            link(item.link, title, bold=True) if item.link else plain(title, bold=True),
            plain(f"  {when_text(item, today)}"),
        ]
    ]
    if seen := seen_text(item):
        lines.append(said(shown_name(seen, SENTENCE_LENGTH)))
    cause_title, cause = why_text(item, name)
    if cause_title or cause:
        lines.append([plain(f"{cause_title or 'Why'}. ", bold=True), *said(shown_name(cause, SENTENCE_LENGTH))])
    if missed := item_cost(item):
        lines.append([plain(missed[0].upper() + missed[1:])])
    if next_step := next_text(item, name):
        lines.append([plain("Next: ", bold=True), *said(shown_name(next_step, SENTENCE_LENGTH))])
    if item.note:
        lines.append([plain(shown_name(item.note, SENTENCE_LENGTH), italic=True)])
    if members := members_text(item):
        lines += [[plain(part)] for part in in_parts(members)]
    if item.sends and name in BROKEN_SECTIONS:
        lines.append([plain(f"Sends {sparkline(item.sends)}")])
    last: list[Element] = []
    if item.owner:
        last += [plain("Owner "), mention(item.owner)]
    ways = (
        (item.customerio_link, "Open in Customer.io"),
        (item.mixpanel_link, "Open in Mixpanel"),
        (item.amplitude_link, "Open in Amplitude"),
        (item.acknowledge_link, "Acknowledge"),
        (item.fixed_link, "I fixed it"),
        (item.mute_link, "Mute"),
    )
    for address, words in ways:
        if address:
            last += [plain("  ·  " if last else ""), link(address, words)]
    if last:
        lines.append([element for element in last if element.get("text") != ""])
    return rich(in_lines(lines))


def _brief_blocks(items: Sequence[DigestItem], today: date) -> list[Block]:
    """One line a campaign; a message may have 50 blocks, so as many lines share one as its text may have signs."""
    parts: list[list[list[Element]]] = []
    length = TEXT_LENGTH
    for item in items:
        title = shown_name(item.campaign)
        words = [f"  {shown_name(brief_text(item, today), SENTENCE_LENGTH)}"]
        if members := members_text(item):
            words += [f"\n{part}" for part in in_parts(members)]
        line_length = len(title) + sum(map(len, words)) + 1
        length += line_length
        if length > TEXT_LENGTH:
            parts.append([])
            length = line_length
        name = link(item.link, title, bold=True) if item.link else plain(title, bold=True)
        parts[-1].append([name, *map(plain, words)])
    return [rich(in_lines(lines)) for lines in parts]


def _failure_block(failure: CheckFailure) -> Block:
    elements = [
        plain(shown_name(failure.title, SENTENCE_LENGTH), bold=True),
        plain(f"  {failure_days(failure)}"),
    ]
    if failure.said:
        elements += said(f"\n{shown_name(failure.said, SENTENCE_LENGTH)}")
    if failure.error:
        elements.append(plain(f"\n{shown_name(failure.error, SENTENCE_LENGTH)}", italic=True))
    return rich([*elements, plain("\n"), link(failure.link, "What to do")] if failure.link else elements)


def _notification(digest: Digest) -> str:
    names = [shown_name(item.campaign) for item in _items(digest.section(SectionName.NEW))]
    return f"{digest.headline}: {', '.join(names)}" if names else digest.headline


def _items(section: Section | None) -> Sequence[DigestItem]:
    return section.items if section else ()
