"""The numbers that are judged, in bulk: columns rather than rows. Days count from the first that is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]

STATE_CODES = {"not_collected": 0, "observed": 1, "provisional": 2, "not_expected": 3}

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


@dataclass(frozen=True)
class DailyNumbers:
    """Counts of some days as columns: `day` counts from the first of them, states are `STATE_CODES`, NaN is unknown.

    `events`: event (its place in `first_seen_days`), day, events, state. `campaigns`: campaign_id, day, sent,
    delivered, state, engagement_state. `journeys`: campaign_id, day, started, activated, state.
    """

    events: Columns
    campaigns: Columns
    journeys: Columns


def daily_numbers(
    connection: duckdb.DuckDBPyConnection, workspace: str, first_day: date, last_day: date
) -> DailyNumbers:
    """What is stored of every event and campaign from `first_day` to `last_day`."""
    values = {"workspace": workspace, "first_day": first_day, "last_day": last_day}
    return DailyNumbers(*(_columns(connection, sql, values) for sql in (_EVENT_DAYS, _CAMPAIGN_DAYS, _JOURNEY_DAYS)))


def source_days(connection: duckdb.DuckDBPyConnection, workspace: str, first_day: date, last_day: date) -> Columns:
    """Columns source, day (days after `first_day`), state (code)."""
    return _columns(connection, _SOURCE_DAYS, {"workspace": workspace, "first_day": first_day, "last_day": last_day})


def input_fingerprint(
    connection: duckdb.DuckDBPyConnection, workspace: str, through: date, campaign_ids: Sequence[int]
) -> str:
    """A digest of all judged numbers up to a day, of these campaigns and every event; another one, other input."""
    rows = connection.execute(
        _FINGERPRINT, {"workspace": workspace, "through": through, "campaigns": list(campaign_ids)}
    ).fetchall()
    return f"{duckdb.__version__}:" + ":".join(str(value) for row in rows for value in row)


def _columns(connection: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]) -> Columns:
    found = connection.execute(sql, values).fetchnumpy()
    return {name: np.asarray(column) for name, column in found.items()}
