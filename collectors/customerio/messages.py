"""The messages of a campaign: whether they send, and which data they need."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from collectors.customerio.campaigns import instant
from collectors.customerio.workspace_api import CustomerioClient
from collectors.errors import NotFound, UnexpectedShape
from collectors.http.shape import Reader, storable
from storage.records import MessageRecord

# Every text of a message that Customer.io renders with Liquid.
LIQUID_FIELDS = (
    "subject",
    "preheader_text",
    "body",
    "body_amp",
    "body_plain",
    "body_json",
    "title",
    "message",
    "custom_data",
    "link",
    "from",
    "reply_to",
    "recipient",
    "cc",
    "bcc",
    "headers",
    "url",
    "image_url",
)

UNKNOWN_TYPE = "unknown"
NOTHING_KNOWN: Mapping[int, MessageRecord] = MappingProxyType({})
_TEXTS = frozenset(LIQUID_FIELDS)


def fetch_messages(
    client: CustomerioClient,
    campaign_id: int,
    known: Mapping[int, MessageRecord] = NOTHING_KNOWN,
    tell: Callable[[str], None] | None = None,
) -> list[MessageRecord]:
    """The messages of a campaign, each with the Liquid variables it uses and nothing of its text.

    Translations of a message count as one message that needs what any of them needs.

    Args:
        client: The workspace.
        campaign_id: The campaign.
        known: Its messages as last read, by id. One that the list leaves out is asked for by its id: only its own 404
            says that it was deleted. What an entry does not say of itself stays as it was.
        tell: Told of an entry that could not be read and of a message that was left out; the others are good.

    Raises:
        UnexpectedShape: no entry can be read.
        CollectorError: by what went wrong.
    """
    path = f"/campaigns/{campaign_id}/actions"
    read = client.reader(path)
    messages: dict[int, MessageRecord] = {}
    unreadable: list[UnexpectedShape] = []
    for page in client.pages(path, "actions"):
        for i, entry in enumerate(page):
            field = f"actions[{i}]"
            try:
                entry = read.mapping(entry, field)
                message = parse_message(entry, read, field)
            except UnexpectedShape as error:
                unreadable.append(error)
                continue
            if message.message_id in known:
                message = _completed(message, known[message.message_id], has_text=not _TEXTS.isdisjoint(entry))
            other = messages.get(message.message_id)
            messages[message.message_id] = message if other is None else _together(other, message)
    if unreadable and not messages:
        raise unreadable[0]
    problems = [error.message for error in unreadable]
    for message_id, before in known.items():
        if message_id not in messages and _is_there(client, campaign_id, message_id):
            messages[message_id] = before
            problems.append(f"The list leaves out the message {message_id}, which is there.")
    for problem in problems:
        if tell is not None:
            tell(problem)
    return list(messages.values())


def _completed(message: MessageRecord, known: MessageRecord, *, has_text: bool) -> MessageRecord:
    """The message with what its entry does not say as it was known: that a field is absent takes nothing away."""
    texts = message if has_text else known
    return replace(
        message,
        name=message.name or known.name,
        type=known.type if message.type == UNKNOWN_TYPE else message.type,
        sending_state=message.sending_state or known.sending_state,
        required_variables=texts.required_variables,
        optional_variables=texts.optional_variables,
        problem=texts.problem,
    )


def _is_there(client: CustomerioClient, campaign_id: int, message_id: int) -> bool:
    path = f"/campaigns/{campaign_id}/actions/{message_id}"
    read = client.reader(path)
    try:
        body = read.mapping(client.get_json(path), "body")
    except NotFound:
        return False
    found = read.identifier(read.mapping(body.get("action"), "action").get("id"), "action.id")
    if found != message_id:
        read.fail("action.id", f"is {found}, not {message_id}")
    return True


def parse_message(entry: Mapping[str, Any], read: Reader, field: str = "action") -> MessageRecord:
    """The record of one action."""
    required: set[str] = set()
    # What reads Liquid is large, and most that speaks with Customer.io never reads a message.
    from collectors.customerio.liquid.template_variables import variables_used

    optional: set[str] = set()
    problem: str | None = None
    for name in LIQUID_FIELDS:
        for text in _texts(entry.get(name)):
            use = variables_used(text)
            required.update(use.required)
            optional.update(use.optional)
            if use.problem and problem is None:
                problem = f"{name}: {use.problem}"
    title, state, kind = entry.get("name"), entry.get("sending_state"), entry.get("type")
    return MessageRecord(
        message_id=read.identifier(entry.get("id"), f"{field}.id"),
        name=storable(title) if isinstance(title, str) and title else None,
        # An action may come without its type: that leaves one message's channel unknown, not all messages unread.
        type=storable(kind) if isinstance(kind, str) and kind else UNKNOWN_TYPE,
        sending_state=storable(state) if isinstance(state, str) and state else None,
        required_variables=sorted(storable(variable) for variable in required),
        optional_variables=sorted(storable(variable) for variable in optional - required),
        problem=None if problem is None else storable(problem),
        updated=instant(entry.get("updated"), read, f"{field}.updated"),
    )


def _texts(value: Any) -> Iterator[str]:
    """Every text in a field: itself, or, of JSON, also in a text, the texts within, where no sign is escaped."""
    if isinstance(value, str):
        if value[:1] in ("{", "[") and (parsed := _json(value)) is not None:
            yield from _texts(parsed)
        else:
            yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _json(text: str) -> Any:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict | list) else None


def _together(first: MessageRecord, second: MessageRecord) -> MessageRecord:
    required = {*first.required_variables, *second.required_variables}
    optional = {*first.optional_variables, *second.optional_variables} - required
    return MessageRecord(
        first.message_id,
        first.name,
        first.type,
        first.sending_state,
        sorted(required),
        sorted(optional),
        first.problem or second.problem,
        max((u for u in (first.updated, second.updated) if u is not None), default=None),
    )
