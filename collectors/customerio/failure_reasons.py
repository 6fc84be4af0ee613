"""Why messages of a campaign failed, in Customer.io's words."""

from __future__ import annotations

from typing import Any

from collectors.customerio.workspace_api import CustomerioClient
from collectors.http.impersonal import impersonal
from collectors.http.shape import Reader, storable
from storage.records import CampaignFailures

NEWEST = 10
LONGEST_MESSAGE = 500


def fetch_failures(client: CustomerioClient, campaign_id: int) -> CampaignFailures:
    """The distinct reasons of the campaign's ten newest failed deliveries; nothing about the recipients.

    Raises:
        CollectorError: by what went wrong.
    """
    path = f"/campaigns/{campaign_id}/messages"
    body = client.get_json(path, {"metric": "failed", "limit": NEWEST})
    return CampaignFailures(campaign_id, parse_failures(body, client.reader(path)))


def parse_failures(body: Any, read: Reader) -> tuple[str, ...]:
    """The distinct failure messages of an answer, newest first, without keys and without people."""
    messages = read.sequence(read.mapping(body, "body").get("messages"), "messages")
    reasons: dict[str, None] = {}
    for i, entry in enumerate(messages):
        reason = read.mapping(entry, f"messages[{i}]").get("failure_message")
        if isinstance(reason, str) and reason.strip():
            reasons[impersonal(storable(reason.strip()))[:LONGEST_MESSAGE]] = None
    return tuple(reasons)
