"""The pieces of a Slack message: rich text, in which no name is ever read for markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from campaign_health.words.shortened import whole_clauses
from campaign_health.words.visible import visible

HEADER_LENGTH = 150
TEXT_LENGTH = 3000
NAME_LENGTH = 80
# Slack's ids hold digits; an owner called SUPPORT or WEBTEAM is a name, and as an id Slack would refuse the message.
_CODE = re.compile(r"`([^`]+)`")
_PERSON = re.compile(r"<?@?([UW](?=[A-Z]*\d)[A-Z0-9]{6,20})>?", re.ASCII)
_GROUP = re.compile(r"<?!?(?:subteam\^)?(S(?=[A-Z]*\d)[A-Z0-9]{6,20})>?", re.ASCII)

Element = dict[str, Any]
Block = dict[str, Any]


def headed(headline: str) -> list[Block]:
    """The headline as a header, which has no room for more than 150 signs: its last clauses stand below it."""
    first, rest = whole_clauses(visible(headline), HEADER_LENGTH)
    header = {"type": "header", "text": {"type": "plain_text", "text": first, "emoji": False}}
    return [header, rich([plain(visible(rest[0].upper() + rest[1:], TEXT_LENGTH), bold=True)])] if rest else [header]


def rich(elements: Sequence[Element]) -> Block:
    """One block of text."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def small_print(text: str) -> Block:
    """One line in small letters."""
    return {"type": "context", "elements": [{"type": "plain_text", "text": text, "emoji": False}]}


def in_lines(lines: Sequence[Sequence[Element]]) -> list[Element]:
    """The elements of several lines, one below the other."""
    return [part for number, line in enumerate(lines) for part in ([plain("\n")] if number else []) + list(line)]


def in_parts(text: str, room: int = TEXT_LENGTH - 20) -> list[str]:
    """The text in parts that have room in one element each, parted between two of the names that it lists."""
    parts = []
    while len(text) > room:
        end = max(text.rfind(", ", 0, room) + 1, 0) or max(text.rfind(" ", 0, room), 0) or room
        parts.append(text[:end])
        text = text[end:].lstrip()
    return [*parts, text]


def plain(text: str, bold: bool = False, italic: bool = False) -> Element:
    """Words."""
    element: Element = {"type": "text", "text": text}
    if bold or italic:
        element["style"] = {"bold": True} if bold else {"italic": True}
    return element


def said(text: str) -> list[Element]:
    """A sentence with the names in it as code: in these blocks Slack shows backticks as they are."""
    parts = _CODE.split(text)
    return [
        {"type": "text", "text": part, "style": {"code": True}} if number % 2 else plain(part)
        for number, part in enumerate(parts)
        if part
    ]


def link(address: str | None, words: str, bold: bool = False) -> Element:
    """Words that lead to an address."""
    element: Element = {"type": "link", "url": address, "text": words}
    if bold:
        element["style"] = {"bold": True}
    return element


def mention(owner: str) -> Element:
    """An owner who is told by Slack where the name is a Slack id, and else only named."""
    if person := _PERSON.fullmatch(owner):
        return {"type": "user", "user_id": person.group(1)}
    if group := _GROUP.fullmatch(owner):
        return {"type": "usergroup", "usergroup_id": group.group(1)}
    return plain(visible(owner, NAME_LENGTH))


def escaped(text: str) -> str:
    """Text for notifications, in which Slack reads three signs: https://api.slack.com/reference/surfaces/formatting"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
