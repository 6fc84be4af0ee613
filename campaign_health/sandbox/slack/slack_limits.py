"""Slack's documented limits on messages, checked the way Slack would: the stand-in refuses what Slack refuses.

Sources: https://api.slack.com/reference/block-kit/blocks, https://api.slack.com/methods/chat.postMessage, and
github.com/slackapi/bolt-js issue 2509 for the limit on all blocks together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

MOST_BLOCKS = 50
HEADER_TEXT = 150
SECTION_TEXT = 3000
FIELD_TEXT = 2000
MOST_FIELDS = 10
CONTEXT_ELEMENTS = 10
LINK_LENGTH = 3000
MESSAGE_TEXT = 40_000
ALL_BLOCKS = 13_200
BLOCK_TYPES = {"header", "section", "context", "divider", "actions", "rich_text", "image"}
RICH_ELEMENTS = {
    "text": "text",
    "link": "url",
    "user": "user_id",
    "usergroup": "usergroup_id",
    "emoji": "name",
    "broadcast": "range",
}


def problems_of(message: dict[str, Any]) -> list[str]:
    """What Slack would refuse in a message, in Slack's own error codes with a place; empty where it is fine."""
    return list(_message_problems(message))


def _message_problems(message: dict[str, Any]) -> Iterator[str]:
    text, blocks = message.get("text", ""), message.get("blocks", [])
    if not text and not blocks:
        yield "no_text"
    if not isinstance(text, str) or len(text) > MESSAGE_TEXT:
        yield "msg_too_long: text"
    if not isinstance(blocks, list):
        yield "invalid_blocks_format"
        return
    if len(blocks) > MOST_BLOCKS:
        yield f"invalid_blocks: {len(blocks)} blocks"
    if len(json.dumps(blocks, ensure_ascii=False)) > ALL_BLOCKS:
        yield "msg_blocks_too_long"
    for index, block in enumerate(blocks):
        for problem in _block_problems(block):
            yield f"invalid_blocks: blocks[{index}] {problem}"


def _block_problems(block: Any) -> Iterator[str]:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind not in BLOCK_TYPES:
        yield f"type {kind!r}"
    elif kind == "header":
        yield from _text_problems(block.get("text"), HEADER_TEXT, ("plain_text",))
    elif kind == "section":
        if "text" in block:
            yield from _text_problems(block["text"], SECTION_TEXT, ("plain_text", "mrkdwn"))
        if len(block.get("fields", [])) > MOST_FIELDS:
            yield "too many fields"
        for field in block.get("fields", []):
            yield from _text_problems(field, FIELD_TEXT, ("plain_text", "mrkdwn"))
    elif kind == "context":
        if not 1 <= len(block.get("elements", [])) <= CONTEXT_ELEMENTS:
            yield "number of context elements"
        for element in block.get("elements", []):
            yield from _text_problems(element, SECTION_TEXT, ("plain_text", "mrkdwn"))
    elif kind == "rich_text":
        yield from _rich_text_problems(block)


def _text_problems(text: Any, longest: int, kinds: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield "text object"
    elif not 1 <= len(text.get("text", "")) <= longest:
        yield f"text of {len(text.get('text', ''))} characters"


def _rich_text_problems(block: dict[str, Any]) -> Iterator[str]:
    sections = block.get("elements", [])
    if not sections:
        yield "empty rich_text"
    for section in sections:
        if section.get("type") != "rich_text_section" or not section.get("elements"):
            yield "rich_text element"
        for element in section.get("elements", []):
            needed = RICH_ELEMENTS.get(element.get("type"))
            if needed is None or not isinstance(element.get(needed), str) or not element[needed]:
                yield f"rich_text element {element.get('type')!r}"
            elif element["type"] == "link" and len(element["url"]) > LINK_LENGTH:
                yield "link too long"
            elif len(element.get("text", "")) > SECTION_TEXT:
                yield "rich_text too long"
