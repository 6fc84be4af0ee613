"""The numbers that the route leaves in the data directory for the monitor: no person is in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from collectors.errors import UnexpectedShape
from collectors.http.shape import Reader, storable
from storage.route_records import PromiseHourRecord, RecoveryRecord

FILE_NAME = "route_numbers.json"
VERSION = 1
_MOST_BYTES = 64 * 1024 * 1024
_COUNTS = ("qualifying", "sent", "not_sent", "unknown")
_COUNTS_OR_NONE = ("delivered", "failed", "within_promise")
_SECONDS = ("p50_seconds", "p95_seconds", "p99_seconds")


def has_route_numbers(data_dir: Path) -> bool:
    """Whether the route has left any: without it, it is no source."""
    return (data_dir / FILE_NAME).is_file()


def read_recoveries(data_dir: Path, workspace: str) -> list[RecoveryRecord]:
    """What recoveries of a workspace found and did.

    Raises:
        UnexpectedShape: the file cannot be read, or is not what this version writes.
    """
    rows, read = _rows(data_dir, workspace, "recoveries")
    return [_recovery(row, read) for row in rows]


def read_promises(data_dir: Path, workspace: str) -> list[PromiseHourRecord]:
    """How soon messages of a workspace followed their events, hour by hour. Raises as `read_recoveries` does."""
    rows, read = _rows(data_dir, workspace, "promises")
    return [hour for row in rows for hour in _promise_hours(row, read)]


def left_of(data_dir: Path, workspace: str) -> tuple[Mapping[str, Any], Reader]:
    """A workspace's part of the file, and what reads it further. Raises as `read_recoveries` does."""
    path = data_dir / FILE_NAME
    read = Reader(_unexpected(path))
    try:
        with path.open("rb") as file:
            body = read.mapping(json.loads(file.read(_MOST_BYTES)), "the whole")
    except (OSError, ValueError, RecursionError):
        read.fail("the whole", "is not readable JSON")
    if body.get("version") != VERSION:
        read.fail("version", f"is {body.get('version')!r}, not {VERSION}")
    of_workspaces = read.mapping(body.get("workspaces"), "workspaces")
    return read.mapping(of_workspaces.get(workspace) or {}, f"workspaces.{workspace}"), read


def _rows(data_dir: Path, workspace: str, name: str) -> tuple[list[Mapping[str, Any]], Reader]:
    own, read = left_of(data_dir, workspace)
    rows = read.sequence(own.get(name) or [], name)
    return [read.mapping(row, f"{name}[{place}]") for place, row in enumerate(rows)], read


def _promise_hours(row: Mapping[str, Any], read: Reader) -> Iterator[PromiseHourRecord]:
    campaign_id = read.identifier(row.get("campaign_id"), "campaign_id")
    event = storable(read.text(row.get("event"), "event"))
    for place, entry in enumerate(read.sequence(row.get("hours") or [], "hours")):
        field = f"hours[{place}]"
        hour = read.mapping(entry, field)
        if hour.get("state") not in ("observed", "provisional"):
            read.fail(f"{field}.state", f"is {hour.get('state')!r}")
        numbers: dict[str, Any] = {name: read.count(hour.get(name), f"{field}.{name}") for name in _COUNTS}
        numbers |= {name: _known(hour.get(name), f"{field}.{name}", read) for name in _COUNTS_OR_NONE}
        numbers |= {name: seconds(hour.get(name), f"{field}.{name}", read) for name in _SECONDS}
        yield PromiseHourRecord(
            campaign_id=campaign_id,
            event=event,
            hour=instant(hour.get("hour"), f"{field}.hour", read),
            **numbers,
            promise_seconds=seconds(row.get("promise_seconds"), "promise_seconds", read),
            state=str(hour["state"]),
            # A file of an older version says it of the campaign only.
            proved_at=instant(hour.get("proved_at", row.get("proved_at")), f"{field}.proved_at", read),
        )


def _known(value: Any, field: str, read: Reader) -> int | None:
    return None if value is None else read.count(value, field)


def seconds(value: Any, field: str, read: Reader) -> float | None:
    """A length of time in seconds, None where there is none."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        read.fail(field, "is no number of seconds")
    return float(value)


def _recovery(row: Mapping[str, Any], read: Reader) -> RecoveryRecord:
    numbers = ("should_have", "reached", "missed", "can_be_reached", "put_into_segment")
    texts = [row.get(name) for name in ("segment", "put_by", "stopped")]
    segment, put_by, stopped = (None if one is None else storable(read.text(one, "segment, put_by")) for one in texts)
    return RecoveryRecord(
        campaign_id=read.identifier(row.get("campaign_id"), "campaign_id"),
        since=_parsed(date.fromisoformat, row.get("since"), "since", read),
        until=_parsed(date.fromisoformat, row.get("until"), "until", read),
        looked_at=instant(row.get("looked_at"), "looked_at", read),
        **{name: read.count(row.get(name), name) for name in numbers},
        segment_id=None if row.get("segment_id") is None else read.identifier(row["segment_id"], "segment_id"),
        segment=segment,
        put_by=put_by,
        # A file of an older version does not have the next three.
        replayed=read.count(row.get("replayed", 0), "replayed"),
        in_broadcast=read.count(row.get("in_broadcast", 0), "in_broadcast"),
        stopped=stopped,
        put_at=None if row.get("put_at") is None else instant(row["put_at"], "put_at", read),
    )


def instant(value: Any, field: str, read: Reader) -> datetime:
    """An instant with its offset from UTC."""
    return _parsed(_with_offset, value, field, read)  # type: ignore[no-any-return]


def _parsed(parse: Callable[[str], Any], value: Any, field: str, read: Reader) -> Any:
    try:
        return parse(value)
    except (TypeError, ValueError):
        read.fail(field, "is not a day or an instant")


def _with_offset(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("an instant without an offset")
    return found


def _unexpected(path: Path) -> Callable[[str, str], UnexpectedShape]:
    def failure(field: str, seen: str) -> UnexpectedShape:
        return UnexpectedShape(
            f"{path} is not what the route writes: {field} {seen}.",
            "Nothing of it was used. `campaign-health route recover` writes it anew once it is out of the way.",
            source="route",
            field=field,
        )

    return failure
