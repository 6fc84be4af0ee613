"""The time zone that a workspace's days are stored in, where this machine knows it, and when two are the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import duckdb

from storage.errors import UnknownZoneError

FIRST_YEAR, LAST_YEAR = 2016, 2036
HOURS_APART = 6


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


def is_known(name: str) -> bool:
    """Whether this machine knows a zone of that name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def same_days(one: str, other: str) -> bool:
    """Whether days begin at the same instants in both zones: a zone has several names, such as Asia/Calcutta.

    Their clocks are compared over the years of which days may be collected. Names of zones that this machine does not
    know are the same only where they are spelt alike.
    """
    return one == other or _clocks(one) == _clocks(other)


@lru_cache(maxsize=64)
def _clocks(name: str) -> tuple[timedelta | None, ...] | str:
    """The offsets from UTC every six hours; the name itself where the zone is not known."""
    if not is_known(name):
        return name
    zone = ZoneInfo(name)
    begin, end = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR, 1, 1, tzinfo=UTC)
    steps = range(int((end - begin) / timedelta(hours=HOURS_APART)))
    return tuple((begin + timedelta(hours=HOURS_APART * step)).astimezone(zone).utcoffset() for step in steps)
