"""API-triggered broadcasts and transactional messages: which there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collectors.customerio.campaigns import instant
from collectors.customerio.workspace_api import CustomerioClient
from collectors.errors import UnexpectedShape
from collectors.http.shape import Reader, storable
from storage.records import CampaignRefused, TriggeredKind, TriggeredRecord


@dataclass(frozen=True)
class Endpoint:
    """Where one kind is listed, and what its entries are called in a list and alone."""

    path: str
    listed: str
    single: str


ENDPOINTS: Mapping[TriggeredKind, Endpoint] = {
    "broadcast": Endpoint("/broadcasts", "broadcasts", "broadcast"),
    "transactional": Endpoint("/transactional", "messages", "message"),
}


@dataclass(frozen=True)
class TriggeredList:
    """All of a kind, those whose entry could not be read, and what is wrong with entries that not even have an id."""

    records: tuple[TriggeredRecord, ...]
    refused: tuple[CampaignRefused, ...] = ()
    unreadable: tuple[str, ...] = ()


def fetch_triggered_list(client: CustomerioClient, kind: TriggeredKind) -> TriggeredList:
    """Every broadcast or transactional message of the workspace.

    Raises:
        UnexpectedShape: no entry can be read.
        CollectorError: by what went wrong.
    """
    where = ENDPOINTS[kind]
    read = client.reader(where.path)
    found: dict[int, TriggeredRecord] = {}
    refused: list[CampaignRefused] = []
    unreadable: list[UnexpectedShape] = []
    for page in client.pages(where.path, where.listed):
        for place, entry in enumerate(page):
            field = f"{where.listed}[{place}]"
            try:
                entry = read.mapping(entry, field)
                number = read.identifier(entry.get("id"), f"{field}.id")
            except UnexpectedShape as error:
                unreadable.append(error)
                continue
            try:
                found[number] = parse_triggered(entry, kind, read, field)
            except UnexpectedShape as error:
                refused.append(CampaignRefused(number, error.message))
    if unreadable and not found:
        raise unreadable[0]
    return TriggeredList(tuple(found.values()), tuple(refused), tuple(error.message for error in unreadable))


def fetch_triggered(client: CustomerioClient, kind: TriggeredKind, object_id: int) -> TriggeredRecord:
    """One broadcast or transactional message by its id.

    Raises:
        NotFound: there is none of this id.
        CollectorError: by what went wrong; another one's answer is one of them.
    """
    where = ENDPOINTS[kind]
    path = f"{where.path}/{object_id}"
    read = client.reader(path)
    body = read.mapping(client.get_json(path), "body")
    found = parse_triggered(read.mapping(body.get(where.single), where.single), kind, read, where.single)
    if found.object_id != object_id:
        read.fail(f"{where.single}.id", f"is {found.object_id}, not {object_id}")
    return found


def parse_triggered(entry: Mapping[str, Any], kind: TriggeredKind, read: Reader, field: str) -> TriggeredRecord:
    """The record of one entry; a broadcast says its state and when it was activated, a message whether it drafts."""
    # The description's own example has the text "nil" in place of tags.
    tags = entry.get("tags")
    drafts = entry.get("queue_drafts")
    is_broadcast = kind == "broadcast"
    made, changed = ("created", "updated") if is_broadcast else ("created_at", "updated_at")
    return TriggeredRecord(
        kind=kind,
        object_id=read.identifier(entry.get("id"), f"{field}.id"),
        name=read.text(entry.get("name"), f"{field}.name"),
        state=read.text(entry.get("state"), f"{field}.state") if is_broadcast else None,
        queues_drafts=drafts if isinstance(drafts, bool) else None,
        tags=[storable(tag) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        created=instant(entry.get(made), read, f"{field}.{made}"),
        first_started=instant(entry.get("first_started"), read, f"{field}.first_started") if is_broadcast else None,
        updated=instant(entry.get(changed), read, f"{field}.{changed}"),
    )
