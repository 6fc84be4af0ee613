"""A workspace's campaigns and their definitions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from collectors.customerio.trigger import trigger_event, trigger_kind
from collectors.customerio.workspace_api import CustomerioClient
from collectors.errors import UnexpectedShape
from collectors.http.shape import Reader, storable, whole_number
from storage.records import CampaignRecord, CampaignRefused, MessageRecord

PATH = "/campaigns"

# Fields of a campaign whose changes are followed, beside name, state, trigger and tags.
FOLLOWED_FIELDS = (
    "trigger_segment_ids",
    "filter_segment_ids",
    "date_attribute",
    "frequency",
    "timezone",
    "use_customer_timezone",
    "start_hour",
    "start_minutes",
    "object_type_id",
    "relationship_attribute_triggers",
    "object_attribute_triggers",
    "filter_object_attributes",
    "filter_relationship_attributes",
    "audience",
    "webhook_id",
)


@dataclass(frozen=True)
class CampaignList:
    """All campaigns of a workspace, without their messages, and those whose entry could not be read.

    `unreadable` says what is wrong with entries of which not even the campaign is known.
    """

    campaigns: tuple[CampaignRecord, ...]
    refused: tuple[CampaignRefused, ...] = ()
    unreadable: tuple[str, ...] = ()


def fetch_campaigns(client: CustomerioClient) -> CampaignList:
    """Every campaign of the workspace, whatever its state.

    Raises:
        UnexpectedShape: no entry can be read.
        CollectorError: by what went wrong.
    """
    read = client.reader(PATH)
    campaigns: dict[int, CampaignRecord] = {}
    refused: list[CampaignRefused] = []
    unreadable: list[UnexpectedShape] = []
    for page in client.pages(PATH, "campaigns"):
        for i, entry in enumerate(page):
            field = f"campaigns[{i}]"
            try:
                entry = read.mapping(entry, field)
                campaign_id = read.identifier(entry.get("id"), f"{field}.id")
            except UnexpectedShape as error:
                unreadable.append(error)
                continue
            try:
                campaigns[campaign_id] = parse_campaign(entry, read, field)
            except UnexpectedShape as error:
                refused.append(CampaignRefused(campaign_id, error.message))
    if unreadable and not campaigns:
        raise unreadable[0]
    return CampaignList(tuple(campaigns.values()), tuple(refused), tuple(error.message for error in unreadable))


def fetch_campaign(client: CustomerioClient, campaign_id: int) -> CampaignRecord:
    """One campaign by its id, without its messages.

    Raises:
        NotFound: there is no such campaign.
        CollectorError: by what went wrong; another campaign's answer is one of them.
    """
    path = f"{PATH}/{campaign_id}"
    read = client.reader(path)
    body = read.mapping(client.get_json(path), "")
    found = parse_campaign(read.mapping(body.get("campaign"), "campaign"), read)
    if found.campaign_id != campaign_id:
        read.fail("campaign.id", f"is {found.campaign_id}, not {campaign_id}")
    return found


def parse_campaign(entry: Mapping[str, Any], read: Reader, field: str = "campaign") -> CampaignRecord:
    """The record of one campaign; unknown states are kept, unknown fields passed over."""
    name = read.text(entry.get("name"), f"{field}.name")
    state = read.text(entry.get("state"), f"{field}.state")
    active = entry.get("active")
    tags = [storable(tag) for tag in read.sequence(entry.get("tags") or [], f"{field}.tags") if isinstance(tag, str)]
    kind = trigger_kind(entry)
    event = trigger_event(entry) if kind == "event" else None
    return CampaignRecord(
        campaign_id=read.identifier(entry.get("id"), f"{field}.id"),
        name=name,
        state=state,
        active=active if isinstance(active, bool) else None,
        trigger_kind=kind,
        event=event,
        tags=tags,
        created=instant(entry.get("created"), read, f"{field}.created"),
        first_started=instant(entry.get("first_started"), read, f"{field}.first_started"),
        updated=instant(entry.get("updated"), read, f"{field}.updated") or _marked_update(entry),
        definition=_definition(entry, name, state, event, tags),
    )


def with_messages(campaign: CampaignRecord, messages: Sequence[MessageRecord]) -> CampaignRecord:
    """The campaign with its messages, also in its definition: what they need and whether they send."""
    ordered = sorted(messages, key=lambda message: message.message_id)
    followed = [
        {
            "id": message.message_id,
            "name": message.name,
            "type": message.type,
            "sending_state": message.sending_state,
            "required_variables": list(message.required_variables),
            "optional_variables": list(message.optional_variables),
        }
        for message in ordered
    ]
    return replace(campaign, messages=tuple(ordered), definition={**campaign.definition, "messages": followed})


def instant(value: Any, read: Reader, field: str) -> datetime | None:
    """An instant from Unix seconds, in digits or in text; None where there is none (null or 0)."""
    if not value:
        return None
    try:
        return datetime.fromtimestamp(read.identifier(value, field), UTC)
    except (OverflowError, ValueError, OSError):
        read.fail(field, "is out of range for an instant")


def _marked_update(entry: Mapping[str, Any]) -> datetime | None:
    """The update time in `deduplicate_id`, which is the id and the last update with a colon between."""
    _, _, seconds = str(entry.get("deduplicate_id") or "").partition(":")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11 and int(seconds)):
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def _definition(
    entry: Mapping[str, Any], name: str, state: str, event: str | None, tags: Sequence[str]
) -> dict[str, Any]:
    definition: dict[str, Any] = {"name": name, "state": state, "event_name": event, "tags": sorted(tags)}
    for field in FOLLOWED_FIELDS:
        if entry.get(field) is not None:
            definition[field] = _plain(entry[field])
    return definition


def _plain(value: Any) -> Any:
    """Filters come as an object or as the JSON text of one; both mean the same. The order of ids means nothing."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return _plain(json.loads(value))
        except (ValueError, RecursionError):
            return storable(value)
    if isinstance(value, list) and all(isinstance(one, int | float | str) for one in value):
        numbers = [whole_number(one) for one in value]
        return value if None in numbers else sorted(one for one in numbers if one is not None)
    return storable(value) if isinstance(value, str) else value
