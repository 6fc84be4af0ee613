"""A campaign's followed definition as one JSON value, and what differs between two of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from storage.file.conversion import stored_json
from storage.records import CampaignRecord, MessageRecord

Definition = dict[str, Any]


def followed_definition(campaign: CampaignRecord, previous: Definition | None) -> Definition:
    """What is compared from read to read: the record's own `definition`, its plain fields and its messages.

    Messages that could not be read this time stay as they were; `messages` is None while never read.
    """
    definition = {
        **campaign.definition,
        "name": campaign.name,
        "state": campaign.state,
        "active": campaign.active,
        "trigger_kind": campaign.trigger_kind,
        "event": campaign.event,
        "tags": sorted(set(campaign.tags)),
    }
    if campaign.messages is not None:
        definition["messages"] = {str(m.message_id): _followed_message(m) for m in campaign.messages}
    else:
        definition["messages"] = previous.get("messages") if previous else None
    # Through JSON and back, so that it compares equal to what was stored.
    plain: Definition = json.loads(stored_json(definition))
    return plain


def definition_changes(before: Definition, after: Definition) -> list[dict[str, Any]]:
    """The changes as {"field", "from", "to"}, fields of nested objects with dots (`messages.7.sending_state`).

    A thing read for the first time (messages that could not be read before) is no change.
    """
    if before.get("messages") is None:
        before = {**before, "messages": after.get("messages")}
    return _differences("", before, after)


def _followed_message(message: MessageRecord) -> dict[str, Any]:
    return {
        "name": message.name,
        "type": message.type,
        "sending_state": message.sending_state,
        "required_variables": sorted(set(message.required_variables)),
        "optional_variables": sorted(set(message.optional_variables)),
        "problem": message.problem,
    }


def _differences(prefix: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            changes += _differences(f"{prefix}{name}.", old, new)
        else:
            changes.append({"field": f"{prefix}{name}", "from": old, "to": new})
    return changes
