"""Which parts of the traffic brought each event, by day."""

from __future__ import annotations

from datetime import date

import pandas as pd

from storage.connection import Connection

_PARTS = """
    SELECT event, day, library, os, app_version, events, events_read FROM event_part_day
    WHERE workspace = $workspace AND day BETWEEN $first_day AND $last_day
    ORDER BY event, day, library, os, app_version
"""


def parts_of_events(connection: Connection, workspace: str, first_day: date, last_day: date) -> pd.DataFrame:
    """Rows event, day, library, os, app_version, events, events_read of profiled days, the first and last included."""
    values = {"workspace": workspace, "first_day": first_day, "last_day": last_day}
    return connection.execute(_PARTS, values).df()
