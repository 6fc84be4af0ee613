"""Campaigns and their messages as Customer.io defines them at an instant."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from campaign_health.sandbox.world.world import CampaignTruth, Message

_PER_PAGE = 10


def seconds(instant: datetime) -> int:
    """Unix seconds."""
    return int(instant.timestamp())


def campaign_body(campaign: CampaignTruth, now: datetime) -> dict[str, Any]:
    """A campaign as ``GET /campaigns`` lists it, with the edits made until ``now``."""
    edits = [change for change in campaign.changes if change.at <= now]
    updated = seconds(max([campaign.created, *(change.at for change in edits)]))
    fields: dict[str, Any] = {
        "name": campaign.name,
        "state": campaign.state,
        "event_name": campaign.event_name,
        "tags": list(campaign.tags),
        "trigger_segment_ids": list(campaign.trigger_segment_ids),
        "filter_segment_ids": list(campaign.filter_segment_ids),
    }
    for change in edits:
        if change.message is None:
            fields |= change.fields
    body = {
        "id": campaign.id,
        "deduplicate_id": f"{campaign.id}:{updated}",
        "name": fields["name"],
        "description": campaign.description,
        "type": "event" if fields["event_name"] is not None else "segment",
        "state": fields["state"],
        "active": fields["state"] == "running",
        "created": seconds(campaign.created),
        "updated": updated,
        "tags": fields["tags"],
        "filter_segment_ids": fields["filter_segment_ids"],
        "actions": [{"id": message.id, "type": message.type} for message in campaign.messages],
    }
    if campaign.first_started is not None and campaign.first_started <= now:
        body["first_started"] = seconds(campaign.first_started)
    if fields["event_name"] is not None:
        body["event_name"] = fields["event_name"]
    else:
        body["trigger_segment_ids"] = fields["trigger_segment_ids"]
    return body


def messages(campaign: CampaignTruth, now: datetime) -> list[tuple[Message, int]]:
    """The campaign's messages with the edits made until ``now``, each with the Unix time of its last edit."""
    edited = []
    for message in campaign.messages:
        updated = seconds(campaign.created)
        for change in campaign.changes:
            if change.message == message.id and change.at <= now:
                message = replace(message, **change.fields)
                updated = seconds(change.at)
        edited.append((message, updated))
    return edited


def actions_page(campaign: CampaignTruth, now: datetime, cursor: str | None) -> dict[str, Any]:
    """One page of ``GET /campaigns/{id}/actions``: ten messages and the cursor to the next ones.

    Raises:
        ValueError: for a cursor that the service never gave out.
    """
    start = int(base64.b64decode(cursor, validate=True)) if cursor else 0
    found = messages(campaign, now)
    page = [action_body(campaign, message, updated) for message, updated in found[start : start + _PER_PAGE]]
    following = start + _PER_PAGE
    more = base64.b64encode(str(following).encode()).decode() if following < len(found) else ""
    return {"actions": page, "next": more}


def action_body(campaign: CampaignTruth, message: Message, updated: int) -> dict[str, Any]:
    """A message as the actions endpoints show it: the fields differ by its kind."""
    body: dict[str, Any] = {
        "id": message.id,
        "campaign_id": campaign.id,
        "parent_action_id": message.id,
        "deduplicate_id": f"{message.id}:{updated}",
        "name": message.name,
        "layout": "{{content}}",
        "created": seconds(campaign.created),
        "updated": updated,
        "type": message.type,
        "sending_state": message.sending_state,
        "language": "",
        "body": message.body,
    }
    if message.type == "webhook":
        return body | {
            "url": message.url,
            "method": "post",
            "headers": json.dumps({"Content-Type": "application/json"}),
        }
    if message.type == "twilio":
        return body | {"image_url": "", "recipient": ""}
    return body | {
        "subject": message.subject,
        "preheader_text": "",
        "body_amp": "",
        "from": "Team <team@example.com>",
        "from_id": 1,
        "reply_to": "",
        "reply_to_id": None,
        "recipient": message.recipient,
        "cc": "",
        "bcc": "",
        "fake_bcc": True,
        "headers": "[]",
        "preprocessor": "premailer",
    }
