"""Saves verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from storage.connection import Connection
from storage.save.bulk import DAY, SHARE, TEXT, WHOLE, count_of, incoming

_VERDICT = {
    "campaign_id": WHOLE,
    "day": DAY,
    "status": TEXT,
    "stage": TEXT,
    "events": WHOLE,
    "started": WHOLE,
    "sent": WHOLE,
    "expected": SHARE,
    "expected_low": SHARE,
    "expected_high": SHARE,
    "probability": SHARE,
    "cause": TEXT,
}


def save_verdicts(
    connection: Connection, workspace: str, verdicts: Mapping[str, Sequence[Any]], first_day: date
) -> int:
    """Replace the verdicts from `first_day` on by these, and return how many rows that changed.

    `verdicts` has a list for each column of `verdict` but the workspace. Rows that say the same are left alone.
    """
    with incoming(connection, "incoming_verdicts", _VERDICT, verdicts):
        same = " AND ".join(f"v.{name} IS NOT DISTINCT FROM i.{name}" for name in _VERDICT)
        removed = connection.execute(
            "DELETE FROM verdict v WHERE v.workspace = ? AND v.day >= ? AND NOT EXISTS "
            "(SELECT 1 FROM incoming_verdicts i WHERE i.campaign_id = v.campaign_id AND i.day = v.day)",
            [workspace, first_day],
        )
        count = count_of(removed)
        written = connection.execute(
            "INSERT OR REPLACE INTO verdict BY NAME SELECT ? AS workspace, i.* FROM incoming_verdicts i "  # noqa: S608
            f"WHERE NOT EXISTS (SELECT 1 FROM verdict v WHERE v.workspace = ? AND v.day >= ? AND {same})",
            [workspace, workspace, first_day],
        )
        return count + count_of(written)
