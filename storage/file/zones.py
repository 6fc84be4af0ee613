"""The time zone that a workspace's days are stored in, where this machine knows it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import duckdb

from storage.errors import UnknownZoneError


def stored_zone(connection: duckdb.DuckDBPyConnection, workspace: str) -> ZoneInfo | None:
    """The zone whose days are stored, None before the first collection. Raises UnknownZoneError."""
    row = connection.execute("SELECT time_zone FROM workspace WHERE workspace = ?", [workspace]).fetchone()
    return None if row is None else known_zone(row[0])


def known_zone(name: str) -> ZoneInfo:
    """The zone of that name. Raises UnknownZoneError where this machine's time zone data does not have it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as failure:
        raise UnknownZoneError(
            f"The workspace's time zone {name!r} is not known on this machine.",
            "Install newer time zone data (`pip install --upgrade tzdata`); or set CAMPAIGN_HEALTH_TIMEZONE to a zone "
            "such as Europe/Berlin and run `campaign-health collect`.",
        ) from failure
