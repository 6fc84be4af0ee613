"""The numbers that the route leaves for the monitor, in one file that is replaced as a whole; no person is in them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collectors.route import FILE_NAME, VERSION
from storage.file.private_files import FILE_MODE

Row = Mapping[str, Any]


def note_recovery(data_dir: Path, workspace: str, row: Row) -> None:
    """Put a recovery's numbers in the place of what was noted of the same campaign's same days.

    What the row does not say stays as it was noted.
    """
    path = data_dir / FILE_NAME
    known = _read(path)
    of_workspace = known["workspaces"].setdefault(workspace, {})
    same = ("campaign_id", "since", "until")
    noted = of_workspace.get("recoveries", [])
    others = [one for one in noted if [one[key] for key in same] != [row[key] for key in same]]
    before: Row = next((one for one in noted if one not in others), {})
    of_workspace["recoveries"] = [*others, {**before, **row}]
    known["written_at"] = datetime.now(UTC).isoformat()
    _replace(path, json.dumps(known, indent=1))


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
