"""Everything the judge reads, in bulk: columns of numbers rather than rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from storage.file.zones import stored_zone

Columns = Mapping[str, NDArray[Any]]
Row = dict[str, Any]

STATE_CODES = {"not_collected": 0, "observed": 1, "provisional": 2, "not_expected": 3}
JUDGED_SOURCES = ("mixpanel_events", "customerio_metrics", "customerio_journeys")

_STATE = "CASE {column} WHEN 'observed' THEN 1 WHEN 'provisional' THEN 2 WHEN 'not_expected' THEN 3 ELSE 0 END::TINYINT"
_NUMBER = "coalesce({column}::DOUBLE, 'NaN'::DOUBLE) AS {column}"
_OFFSET = "(day - $first_day)::INTEGER AS day"

_EVENT_DAYS = f"""
    WITH names AS (
        SELECT event, (row_number() OVER (ORDER BY event) - 1)::INTEGER AS number
        FROM event WHERE workspace = $workspace AND first_seen IS NOT NULL
    )
    SELECT number AS event, {_OFFSET}, {_NUMBER.format(column="events")}, {_STATE.format(column="state")} AS state
    FROM event_day JOIN names USING (event)
    WHERE workspace = $workspace AND day BETWEEN $first_day AND $last_day
"""  # noqa: S608
_CAMPAIGN_DAYS = f"""
    SELECT campaign_id, {_OFFSET}, {_NUMBER.format(column="sent")}, {_NUMBER.format(column="delivered")},
        {_STATE.format(column="state")} AS state, {_STATE.format(column="engagement_state")} AS engagement_state
    FROM campaign_day WHERE workspace = $workspace AND day BETWEEN $first_day AND $last_day
"""  # noqa: S608
_JOURNEY_DAYS = f"""
    SELECT campaign_id, {_OFFSET}, {_NUMBER.format(column="started")}, {_NUMBER.format(column="activated")},
        {_STATE.format(column="state")} AS state
    FROM journey_day WHERE workspace = $workspace AND day BETWEEN $first_day AND $last_day
"""  # noqa: S608
_SOURCE_DAYS = f"""
    SELECT source, {_OFFSET}, {_STATE.format(column="state")} AS state FROM source_day
    WHERE workspace = $workspace AND day BETWEEN $first_day AND $last_day
"""  # noqa: S608

# Only what is judged counts, and only of campaigns and events that had begun: what begins later changes nothing before.
_FINGERPRINT = """
    SELECT bit_xor(hash(event, day, events, state)), sum(hash(event, day, events, state) % 1000003), count(*)
    FROM event_day WHERE workspace = $workspace AND day <= $through
    UNION ALL
    SELECT bit_xor(hash(campaign_id, day, sent, delivered, state, engagement_state)),
        sum(hash(campaign_id, day, sent, delivered, state, engagement_state) % 1000003), count(*)
    FROM campaign_day WHERE workspace = $workspace AND day <= $through AND list_contains($campaigns, campaign_id)
    UNION ALL
    SELECT bit_xor(hash(campaign_id, day, started, activated, state)),
        sum(hash(campaign_id, day, started, activated, state) % 1000003), count(*)
    FROM journey_day WHERE workspace = $workspace AND day <= $through AND list_contains($campaigns, campaign_id)
    UNION ALL
    SELECT bit_xor(hash(source, day, state)), sum(hash(source, day, state) % 1000003), count(*)
    FROM source_day WHERE workspace = $workspace AND day <= $through
        AND source IN ('mixpanel_events', 'customerio_metrics', 'customerio_journeys')
"""

_FIRST_ACTIVE = """
    SELECT campaign_id, min(day) AS first_day, min(day) FILTER (expected) AS first_expected,
        min(day) FILTER (number > 0) AS first_active
    FROM (
        SELECT campaign_id, day, state IN ('observed', 'provisional') AS expected, sent AS number
        FROM campaign_day WHERE workspace = $workspace
        UNION ALL
        SELECT campaign_id, day, state IN ('observed', 'provisional'), started FROM journey_day
        WHERE workspace = $workspace
    ) GROUP BY campaign_id
"""


def collected_range(connection: duckdb.DuckDBPyConnection, workspace: str) -> tuple[date, date] | None:
    """First and last day that counts, sends or journeys were asked for; None where nothing ever was."""
    row = connection.execute(
        "SELECT min(day), max(day) FROM source_day WHERE workspace = ? AND list_contains(?, source)",
        [workspace, list(JUDGED_SOURCES)],
    ).fetchone()
    return (row[0], row[1]) if row and row[0] is not None else None


def stored_time_zone(connection: duckdb.DuckDBPyConnection, workspace: str) -> str | None:
    """The zone whose days are stored, None before the first collection. Raises UnknownZoneError."""
    zone = stored_zone(connection, workspace)
    return None if zone is None else zone.key


def time_zone_since(connection: duckdb.DuckDBPyConnection, workspace: str) -> datetime | None:
    """Since when (naive UTC) the stored zone holds, where another one held before; None where it never changed."""
    row = connection.execute(
        "SELECT time_zone_since FROM workspace WHERE workspace = ? AND previous_time_zone IS NOT NULL", [workspace]
    ).fetchone()
    return row[0] if row else None


def first_seen_days(connection: duckdb.DuckDBPyConnection, workspace: str) -> dict[str, date]:
    """First day with a count above zero of every event that ever had one, in the order of their names."""
    rows = connection.execute(
        "SELECT event, first_seen FROM event WHERE workspace = ? AND first_seen IS NOT NULL ORDER BY event",
        [workspace],
    ).fetchall()
    return dict(rows)


def event_days(connection: duckdb.DuckDBPyConnection, workspace: str, first_day: date, last_day: date) -> Columns:
    """Columns event (place in `first_seen_days`), day (days after `first_day`), events (NaN unknown), state (code)."""
    return _columns(connection, _EVENT_DAYS, workspace, first_day, last_day)


def campaign_days(connection: duckdb.DuckDBPyConnection, workspace: str, first_day: date, last_day: date) -> Columns:
    """Columns campaign_id, day (days after `first_day`), sent, delivered, state and engagement_state (codes)."""
    return _columns(connection, _CAMPAIGN_DAYS, workspace, first_day, last_day)


def journey_days(connection: duckdb.DuckDBPyConnection, workspace: str, first_day: date, last_day: date) -> Columns:
    """Columns campaign_id, day (days after `first_day`), started, activated, state (code)."""
    return _columns(connection, _JOURNEY_DAYS, workspace, first_day, last_day)


def source_days(connection: duckdb.DuckDBPyConnection, workspace: str, first_day: date, last_day: date) -> Columns:
    """Columns source, day (days after `first_day`), state (code)."""
    return _columns(connection, _SOURCE_DAYS, workspace, first_day, last_day)


def campaign_spans(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[Row]:
    """Per campaign with any day: first_day, first_expected (day it was running), first_active (a journey or send)."""
    return _rows(connection, _FIRST_ACTIVE, {"workspace": workspace})


def campaigns(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[Row]:
    """Rows of `campaign` in the order of their ids."""
    return _rows(
        connection,
        "SELECT campaign_id, name, state, trigger_kind, event, tags, created, first_started, gone_at "
        "FROM campaign WHERE workspace = $workspace ORDER BY campaign_id",
        {"workspace": workspace},
    )


def trigger_changes(
    connection: duckdb.DuckDBPyConnection, workspace: str
) -> list[tuple[int, datetime, str | None, str | None]]:
    """Each edit of a trigger event: (campaign_id, when in naive UTC, event before, event after), oldest first."""
    return connection.execute(
        """
        SELECT campaign_id, valid_from, any_value(change->>'from'), any_value(change->>'to')
        FROM (
            SELECT campaign_id, valid_from, unnest(CAST(changes AS JSON[])) AS change
            FROM campaign_version WHERE workspace = ? AND changes::VARCHAR LIKE '%"event%'
        )
        WHERE change->>'field' IN ('event', 'event_name')
        GROUP BY campaign_id, valid_from ORDER BY campaign_id, valid_from
        """,
        [workspace],
    ).fetchall()


def about_campaigns(
    connection: duckdb.DuckDBPyConnection, workspace: str, table: str, campaign_ids: Sequence[int]
) -> pd.DataFrame:
    """All rows of `campaign_message`, `campaign_version` or `campaign_failure` of these campaigns."""
    if table not in ("campaign_message", "campaign_version", "campaign_failure"):
        raise ValueError(table)
    return _frame(
        connection,
        f"SELECT * FROM {table} WHERE workspace = $workspace AND list_contains($ids, campaign_id)",  # noqa: S608
        {"workspace": workspace, "ids": list(campaign_ids)},
    )


def about_events(connection: duckdb.DuckDBPyConnection, workspace: str, table: str) -> pd.DataFrame:
    """All rows of `event_definition` or `event_property`."""
    if table not in ("event_definition", "event_property"):
        raise ValueError(table)
    return _frame(connection, f"SELECT * FROM {table} WHERE workspace = $workspace", {"workspace": workspace})  # noqa: S608


def message_variables(connection: duckdb.DuckDBPyConnection, workspace: str) -> dict[int, list[str]]:
    """Liquid variables that the messages of each campaign use, such as `event.plan`."""
    rows = connection.execute(
        "SELECT campaign_id, list_sort(list_distinct(flatten(list(required_variables || optional_variables)))) "
        "FROM campaign_message WHERE workspace = ? GROUP BY campaign_id",
        [workspace],
    ).fetchall()
    return dict(rows)


def numbers_of_campaigns(
    connection: duckdb.DuckDBPyConnection, workspace: str, campaign_ids: Sequence[int], first_day: date, last_day: date
) -> pd.DataFrame:
    """Every stored number of these campaigns per day that was observed: sends, journeys and what became of them."""
    return _frame(
        connection,
        """
        SELECT coalesce(c.campaign_id, j.campaign_id) AS campaign_id, coalesce(c.day, j.day) AS day,
            j.started, j.activated, j.never_activated, c.created, c.drafted, c.attempted, c.sent, c.delivered,
            c.failed, c.undeliverable, c.suppressed, c.bounced
        FROM (SELECT * FROM campaign_day WHERE workspace = $workspace AND list_contains($ids, campaign_id)
              AND day BETWEEN $first_day AND $last_day AND state = 'observed') c
        FULL JOIN (SELECT * FROM journey_day WHERE workspace = $workspace AND list_contains($ids, campaign_id)
              AND day BETWEEN $first_day AND $last_day AND state = 'observed') j
        ON c.campaign_id = j.campaign_id AND c.day = j.day
        ORDER BY campaign_id, day
        """,
        {"workspace": workspace, "ids": list(campaign_ids), "first_day": first_day, "last_day": last_day},
    )


def input_fingerprint(
    connection: duckdb.DuckDBPyConnection, workspace: str, through: date, campaign_ids: Sequence[int]
) -> str:
    """A digest of all judged numbers up to a day, of these campaigns and every event; another one, other input."""
    rows = connection.execute(
        _FINGERPRINT, {"workspace": workspace, "through": through, "campaigns": list(campaign_ids)}
    ).fetchall()
    return f"{duckdb.__version__}:" + ":".join(str(value) for row in rows for value in row)


def _columns(
    connection: duckdb.DuckDBPyConnection, sql: str, workspace: str, first_day: date, last_day: date
) -> Columns:
    parameters = {"workspace": workspace, "first_day": first_day, "last_day": last_day}
    found = connection.execute(sql, parameters).fetchnumpy()
    return {name: np.asarray(values) for name, values in found.items()}


def _frame(connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, Any]) -> pd.DataFrame:
    return connection.execute(sql, parameters).df()


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, Any]) -> list[Row]:
    found = connection.execute(sql, parameters)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
