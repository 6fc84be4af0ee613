"""What is known of what events carry: the days looked at, and what the Lexicon declares."""

from __future__ import annotations

from datetime import date

from storage.connection import Connection

_USUAL = """
    WITH profiled AS (
        SELECT event, day, any_value(events_read) AS events_read FROM event_property
        WHERE workspace = $workspace AND day >= $first_day AND day < $day AND NOT sampled GROUP BY event, day
    ),
    whole AS (
        SELECT DISTINCT p.event FROM profiled p
        LEFT JOIN event_day d ON d.workspace = $workspace AND d.event = p.event AND d.day = p.day
        WHERE 2 * p.events_read >= coalesce(d.events, 0)
    )
    SELECT w.event, d.events FROM whole w
    LEFT JOIN event_day d ON d.workspace = $workspace AND d.event = w.event AND d.day = $day
    ORDER BY w.event
"""


def declared_events(connection: Connection, workspace: str) -> list[str]:
    """The events that the Lexicon declared when it was last read, in alphabetical order."""
    rows = connection.execute(
        "SELECT DISTINCT event FROM event_definition WHERE workspace = ? ORDER BY event", [workspace]
    ).fetchall()
    return [event for (event,) in rows]


def profiled_days(connection: Connection, workspace: str) -> list[date]:
    """The days whose event properties are stored, oldest first."""
    rows = connection.execute(
        "SELECT DISTINCT day FROM event_property WHERE workspace = ? ORDER BY day", [workspace]
    ).fetchall()
    return [day for (day,) in rows]


def newly_seen_events(connection: Connection, workspace: str, since: date) -> list[str]:
    """Events first counted on that day or later though collecting began before it; most frequent first."""
    rows = connection.execute(
        """
        SELECT e.event FROM event e JOIN event_day d USING (workspace, event)
        WHERE e.workspace = $workspace AND e.first_seen >= $since AND $since > (
            SELECT min(day) FROM source_day
            WHERE workspace = $workspace AND source = 'mixpanel_events' AND state <> 'not_collected'
        )
        GROUP BY e.event ORDER BY sum(d.events) DESC, e.event
        """,
        {"workspace": workspace, "since": since},
    ).fetchall()
    return [event for (event,) in rows]


def counts_of_profiled(connection: Connection, workspace: str, first_day: date, day: date) -> dict[str, int | None]:
    """What is counted on `day` (None: not known) of the events that were read whole on a day from `first_day` on."""
    values = {"workspace": workspace, "first_day": first_day, "day": day}
    return dict(connection.execute(_USUAL, values).fetchall())
