"""What somebody changed in a campaign, in people's words, and in Customer.io's own for engineers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from campaign_health.words.visible import visible

FIELD_WORDS = {
    "event": "trigger event",
    "event_name": "trigger event",
    "name": "name",
    "tags": "tags",
    "messages": "messages",
    "trigger_kind": "kind of trigger",
    "frequency": "how often a person can enter it",
    "filter_segment_ids": "segments it filters by",
    "trigger_segment_ids": "segments that start it",
}
# What a message does from the edit on, by its new `sending_state`.
_SENDING = {"automatic": "is sent automatically", "draft": "only queues drafts", "off": "is switched off"}
_MESSAGE_FIELDS = {
    "name": "its name",
    "type": "its kind",
    "required_variables": "what it needs to know of a person or event",
    "optional_variables": "what it uses where it is known",
    "problem": "its text could not be read",
}
_MESSAGE = re.compile(r"messages\.(\d+)(?:\.(\w+))?$")


def edit_text(changes: Sequence[Mapping[str, Any]], messages: Mapping[int, str] | None = None) -> str:
    """An edit in words: what became of the campaign and its messages (names by id), and which other fields changed."""
    said: list[str] = []
    fields: list[str] = []
    for change in changes:
        field = str(change.get("field"))
        if found := _MESSAGE.match(field):
            name = (messages or {}).get(int(found[1])) or f"number {found[1]}"
            said.append(_message_text(f"Message “{visible(name, 60)}”", found[2], change))
        elif field == "state":
            said.append(f"Campaign is {change.get('to')}, was {change.get('from')}")
        elif field != "active":  # always goes with the state
            fields.append(FIELD_WORDS.get(field, field.replace("_", " ").replace(".", ", ")))
    if fields or not said:
        said.append(f"Campaign edited: {', '.join(dict.fromkeys(fields)) or 'switched on or off'}")
    return "; ".join(dict.fromkeys(said))


def edit_detail(changes: Sequence[Mapping[str, Any]]) -> str:
    """The changed fields in Customer.io's own spelling."""
    return "; ".join(
        f"{change.get('field')}: {_short(change.get('from'))} → {_short(change.get('to'))}" for change in changes
    )


def _message_text(message: str, field: str | None, change: Mapping[str, Any]) -> str:
    if field is None:
        return f"{message} was {'added' if change.get('from') is None else 'removed'}"
    if field == "sending_state" and change.get("to") in _SENDING:
        return f"{message} now {_SENDING[str(change['to'])]}"
    return f"{message} changed: {_MESSAGE_FIELDS.get(field, field.replace('_', ' '))}"


def _short(value: object) -> str:
    return visible("–" if value is None else value, 60)
