"""The arms of experiments as the route last noted them."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from storage.connection import Connection
from storage.delivery_records import ExperimentArmRecord
from storage.file.conversion import read_instant
from storage.read.known_tables import has_table
from storage.read.rows import as_rows

_NAMES = [one.name for one in fields(ExperimentArmRecord)]


def arms_of_experiments(connection: Connection, workspace: str) -> list[tuple[ExperimentArmRecord, datetime]]:
    """Both arms of each campaign's experiment with when they were noted; none in a file of an older version."""
    if not has_table(connection, "experiment_arm"):
        return []
    rows = as_rows(
        connection.execute("SELECT * FROM experiment_arm WHERE workspace = ? ORDER BY campaign_id, arm", [workspace])
    )
    found = []
    for row in rows:
        noted_at = read_instant(row["noted_at"])
        assert noted_at is not None
        known = {name: row[name] for name in _NAMES} | {"since": read_instant(row["since"])}
        found.append((ExperimentArmRecord(**known), noted_at))
    return found
