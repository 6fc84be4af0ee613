"""The numbers that the route leaves for the monitor, in one file that is replaced as a whole; no person is in them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock

from collectors.route import FILE_NAME, VERSION
from storage.file.private_files import FILE_MODE

Row = Mapping[str, Any]
KEPT_DAYS = 14
LOCK_SECONDS = 30.0


def note_recovery(data_dir: Path, workspace: str, row: Row) -> None:
    """Put a recovery's numbers in the place of what was noted of the same campaign's same days.

    What the row does not say stays as it was noted.
    """
    with _changing(data_dir, workspace) as of_workspace:
        same = ("campaign_id", "since", "until")
        noted = of_workspace.get("recoveries", [])
        others = [one for one in noted if [one[key] for key in same] != [row[key] for key in same]]
        before: Row = next((one for one in noted if one not in others), {})
        of_workspace["recoveries"] = [*others, {**before, **row}]


def note_proof(data_dir: Path, workspace: str, note: Row) -> None:
    """Put a campaign's hours in the place of those of the same span; what is older than two weeks is left out.

    The monitor keeps what it has read: this file only brings it there. An hour of which it may have read something
    else therefore stays, with nothing in it, where nothing qualifies any more.
    """
    with _changing(data_dir, workspace) as of_workspace:
        noted = of_workspace.get("promises", [])
        before: Row = next((one for one in noted if one["campaign_id"] == note["campaign_id"]), {})
        others = [one for one in noted if one["campaign_id"] != note["campaign_id"]]
        of_workspace["promises"] = [*others, _joined(before, note)]


def note_delivery(data_dir: Path, workspace: str, note: Row) -> None:
    """Put what is carried now in the place of what was noted; what the note does not say stays as it was noted.

    It is noted every minute, and mostly there is nothing in it that anybody is told: the file keeps its time, by which
    the schedule knows that there is something to tell.
    """
    with _changing(data_dir, workspace, keeps_time=True) as of_workspace:
        of_workspace["delivery"] = {**of_workspace.get("delivery", {}), **note}


@contextmanager
def _changing(data_dir: Path, workspace: str, *, keeps_time: bool = False) -> Iterator[dict[str, Any]]:
    """A workspace's part, written at the end; one process at a time, so that none writes over another's numbers."""
    path = data_dir / FILE_NAME
    with FileLock(path.with_suffix(".lock"), mode=FILE_MODE, timeout=LOCK_SECONDS):
        known = _read(path)
        yield known["workspaces"].setdefault(workspace, {})
        known["written_at"] = datetime.now(UTC).isoformat()
        before = path.stat() if keeps_time and path.exists() else None
        _replace(path, json.dumps(known, indent=1))
        if before is not None:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _joined(before: Row, note: Row) -> dict[str, Any]:
    """A campaign's hours as they were noted, with a new look's in the place of those of its span."""
    oldest = (datetime.fromisoformat(str(note["proved_at"])) - timedelta(days=KEPT_DAYS)).isoformat()
    # Each hour says itself when it was looked at: those of another span are no newer for this look.
    hours = {one["hour"]: {"proved_at": before["proved_at"], **one} for one in before.get("hours", [])}
    for hour, one in hours.items():
        if note["since"] <= hour < note["until"]:
            hours[hour] = {**_emptied(one), "proved_at": note["proved_at"]}
    hours |= {one["hour"]: {**one, "proved_at": note["proved_at"]} for one in note["hours"]}
    whole = {**note, "since": max(oldest, min(str(before.get("since", note["since"])), str(note["since"])))}
    whole["until"] = max(str(before.get("until", note["until"])), str(note["until"]))
    whole["hours"] = [hours[hour] for hour in sorted(hours) if hour >= oldest]
    return whole


def _emptied(hour: Row) -> dict[str, Any]:
    """The hour as one in which nothing qualified; what is not known of it stays unknown."""
    took = {name: None for name in hour if name.endswith("_seconds")}
    counts = {name: 0 for name, value in hour.items() if isinstance(value, int)}
    return {**hour, **counts, **took, "state": "observed"}


def _read(path: Path) -> dict[str, Any]:
    try:
        known: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        known = {}
    return known if known.get("version") == VERSION else {"version": VERSION, "workspaces": {}}


def _replace(path: Path, text: str) -> None:
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    try:
        with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, FILE_MODE), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
