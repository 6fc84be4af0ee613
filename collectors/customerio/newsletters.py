"""Newsletters: which there are, and when each was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.customerio.campaigns import instant
from collectors.customerio.workspace_api import CustomerioClient
from collectors.http.shape import Reader, storable
from storage.records import NewsletterRecord

PATH = "/newsletters"
MOST_A_PAGE = 100


def fetch_newsletters(client: CustomerioClient) -> list[NewsletterRecord]:
    """Every newsletter of the workspace, drafts included, in the order in which they are listed.

    One without a name, such as a draft that was just begun, is called by its id.

    Raises:
        CollectorError: by what went wrong; an entry without a usable id is one of them.
    """
    read = client.reader(PATH)
    found: dict[int, NewsletterRecord] = {}
    for page in client.pages(PATH, "newsletters", {"limit": MOST_A_PAGE}):
        for place, entry in enumerate(page):
            field = f"newsletters[{place}]"
            record = parse_newsletter(read.mapping(entry, field), read, field)
            found[record.newsletter_id] = record
    return list(found.values())


def parse_newsletter(entry: Mapping[str, Any], read: Reader, field: str) -> NewsletterRecord:
    """The record of one entry; unknown channels are kept."""
    channel, tags = entry.get("type"), entry.get("tags")
    number = read.identifier(entry.get("id"), f"{field}.id")
    return NewsletterRecord(
        newsletter_id=number,
        name=read.text(entry["name"], f"{field}.name") if entry.get("name") else f"Newsletter {number}",
        channel=storable(channel) if isinstance(channel, str) and channel else None,
        tags=[storable(tag) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        created=instant(entry.get("created"), read, f"{field}.created"),
        updated=instant(entry.get("updated"), read, f"{field}.updated"),
        sent_at=instant(entry.get("sent_at"), read, f"{field}.sent_at"),
    )
