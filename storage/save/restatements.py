"""Keeps what was a fact and came out as another number, before the new one takes its place."""

from __future__ import annotations

from datetime import datetime

from storage.connection import Connection
from storage.file.conversion import stored_instant

# What settles with the sends, and what settles later. People open, click and convert for as long as they like, and
# journeys finish: that such numbers grow is no restatement.
_BY_STATE: dict[str, dict[str, tuple[str, ...]]] = {
    "campaign_day": {
        "state": ("sent", "created", "drafted", "failed", "undeliverable", "suppressed"),
        "engagement_state": ("delivered", "bounced"),
    },
    "journey_day": {"state": ("started", "activated")},
}

# Another time zone cuts the days anew: the numbers of the old ones are not comparable.
_SAME_DAYS = (
    "NOT EXISTS (FROM workspace w WHERE w.workspace = o.workspace AND w.previous_time_zone IS NOT NULL "
    "AND w.time_zone_since > o.collected_at)"
)
_EVENTS = f"""
    INSERT INTO restatement BY NAME
    SELECT $workspace AS workspace, 'event_day' AS of_table, o.event, o.day, 'events' AS series, o.events AS old_value,
        coalesce(c.events, 0) AS new_value, o.collected_at AS known_since, $collected_at AS restated_at
    FROM event_day o
    JOIN incoming_days d ON d.day = o.day
    JOIN series_begin b ON b.event = o.event
    LEFT JOIN gathered_counts c ON c.event = o.event AND c.day = o.day
    WHERE o.workspace = $workspace AND o.state = 'observed' AND o.events <> coalesce(c.events, 0) AND {_SAME_DAYS}
"""  # noqa: S608


def keep_restated_events(connection: Connection, workspace: str, collected_at: datetime | None) -> None:
    """Keep the stored counts of events that those in `gathered_counts` are about to replace by others.

    Of a window in `incoming_days` and the series in `series_begin`, as saving a window of events makes them.
    """
    connection.execute(_EVENTS, {"workspace": workspace, "collected_at": collected_at})


def keep_restated_numbers(
    connection: Connection, table: str, incoming_name: str, workspace: str, collected_at: datetime
) -> None:
    """Keep the stored numbers of `campaign_day` or `journey_day` that the rows in `incoming_name` are about to replace.

    A number that the answer lacks stays as it is, and is not restated.
    """
    series = ", ".join(
        f"('{name}', o.{state}, o.{name}, n.{name})" for state, names in _BY_STATE[table].items() for name in names
    )
    connection.execute(
        "INSERT INTO restatement BY NAME "  # noqa: S608 - the names of columns and tables
        f"SELECT o.workspace, '{table}' AS of_table, o.campaign_id, o.day, s.series, s.old_value, s.new_value, "
        f"o.collected_at AS known_since, $at AS restated_at FROM {table} o JOIN {incoming_name} n "
        "ON n.campaign_id = o.campaign_id AND n.day = o.day, "
        f"LATERAL (VALUES {series}) AS s(series, state, old_value, new_value) "
        "WHERE o.workspace = $workspace AND s.state = 'observed' AND s.old_value <> s.new_value "
        f"AND {_SAME_DAYS}",
        {"workspace": workspace, "at": stored_instant(collected_at)},
    )
