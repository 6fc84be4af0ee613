"""Segments: which there are, and how many people each holds."""

from __future__ import annotations

from typing import Any

from collectors.customerio.workspace_api import CustomerioClient
from collectors.http.shape import Reader, storable
from storage.records import SegmentRecord

PATH = "/segments"


def fetch_segments(client: CustomerioClient) -> list[SegmentRecord]:
    """Every segment of the workspace, whatever its state; Customer.io does not tell their conditions.

    Raises:
        CollectorError: by what went wrong; an entry without a usable id is one of them.
    """
    read = client.reader(PATH)
    segments: dict[int, SegmentRecord] = {}
    for page in client.pages(PATH, "segments"):
        for i, entry in enumerate(page):
            entry = read.mapping(entry, f"segments[{i}]")
            number = read.identifier(entry.get("id"), f"segments[{i}].id")
            segments[number] = SegmentRecord(number, _text(entry, "name"), _text(entry, "type"), _text(entry, "state"))
    return list(segments.values())


def fetch_people_count(client: CustomerioClient, segment_id: int) -> int:
    """How many people are in the segment now.

    Raises:
        NotFound: there is no such segment.
        UnexpectedShape: there is no count in the answer, or it is another segment's.
        CollectorError: by what went wrong.
    """
    path = f"{PATH}/{segment_id}/customer_count"
    return parse_people_count(client.get_json(path), segment_id, client.reader(path))


def parse_people_count(body: Any, segment_id: int, read: Reader) -> int:
    """The count in an answer: a missing one is not zero."""
    body = read.mapping(body, "body")
    named = body.get("segment_id")
    if named is not None and read.identifier(named, "segment_id") != segment_id:
        read.fail("segment_id", f"is {named}, not {segment_id}")
    return read.count(body.get("count"), "count")


def _text(entry: dict[str, Any], name: str) -> str | None:
    value = entry.get(name)
    return storable(value) if isinstance(value, str) and value else None
