"""What the judge must know of a workspace beside its daily numbers: campaigns, events, what hangs on what."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from storage.connection import Connection
from storage.read.rows import Row, as_rows

if TYPE_CHECKING:
    import pandas as pd

_FIRST_ACTIVE = """
    SELECT campaign_id, min(day) AS first_day, min(day) FILTER (expected) AS first_expected,
        min(day) FILTER (number > 0) AS first_active, min(day) FILTER (started > 0) AS first_started,
        min(day) FILTER (sent > 0) AS first_sent
    FROM (
        SELECT campaign_id, day, state IN ('observed', 'provisional') AS expected, sent AS number,
            sent, NULL AS started
        FROM campaign_day WHERE workspace = $workspace
        UNION ALL
        SELECT campaign_id, day, state IN ('observed', 'provisional'), started, NULL, started FROM journey_day
        WHERE workspace = $workspace
    ) GROUP BY campaign_id
"""


def collected_range(connection: Connection, workspace: str) -> tuple[date, date] | None:
    """First and last day that counts, sends or journeys were asked for; None where nothing ever was."""
    row = connection.execute(
        "SELECT min(day), max(day) FROM source_day WHERE workspace = ? "
        "AND source IN ('mixpanel_events', 'customerio_metrics', 'customerio_journeys')",
        [workspace],
    ).fetchone()
    return (row[0], row[1]) if row and row[0] is not None else None


def restated_until(connection: Connection, workspace: str) -> date | None:
    """The last day that was judged in another time zone, where nothing was judged in the new one yet."""
    row = connection.execute(
        "SELECT r.as_of FROM judge_run r JOIN workspace w USING (workspace) WHERE workspace = ? "
        "AND w.previous_time_zone IS NOT NULL AND r.judged_at < w.time_zone_since",
        [workspace],
    ).fetchone()
    return row[0] if row else None


def first_seen_days(connection: Connection, workspace: str) -> dict[str, date]:
    """First day with a count above zero of every event that ever had one, in the order of their names."""
    rows = connection.execute(
        "SELECT event, first_seen FROM event WHERE workspace = ? AND first_seen IS NOT NULL ORDER BY event",
        [workspace],
    ).fetchall()
    return dict(rows)


def campaign_spans(connection: Connection, workspace: str) -> list[Row]:
    """Per campaign with any day: first_day, first_expected (day it was running), first_active (a journey or send),
    first_started (a journey), first_sent."""
    return as_rows(connection.execute(_FIRST_ACTIVE, {"workspace": workspace}))


def campaigns(connection: Connection, workspace: str) -> list[Row]:
    """Rows of `campaign` in the order of their ids."""
    return as_rows(
        connection.execute(
            "SELECT campaign_id, name, state, trigger_kind, event, tags, created, first_started, gone_at "
            "FROM campaign WHERE workspace = ? ORDER BY campaign_id",
            [workspace],
        )
    )


def trigger_changes(connection: Connection, workspace: str) -> list[tuple[int, datetime, str | None, str | None]]:
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


def message_variables(connection: Connection, workspace: str) -> dict[int, list[str]]:
    """Liquid variables that the messages of each campaign use, such as `event.plan`."""
    rows = connection.execute(
        "SELECT campaign_id, list_sort(list_distinct(flatten(list(required_variables || optional_variables)))) "
        "FROM campaign_message WHERE workspace = ? GROUP BY campaign_id",
        [workspace],
    ).fetchall()
    return dict(rows)


def messages_set_to_send(connection: Connection, workspace: str) -> dict[int, bool]:
    """Per campaign with messages: whether any is set to send, or may be (its state is not known)."""
    rows = connection.execute(
        "SELECT campaign_id, bool_or(coalesce(sending_state NOT IN ('off', 'draft'), true)) FROM campaign_message "
        "WHERE workspace = ? GROUP BY campaign_id",
        [workspace],
    ).fetchall()
    return dict(rows)


def event_definitions(connection: Connection, workspace: str) -> pd.DataFrame:
    """What the Lexicon declares: all rows of `event_definition`."""
    return connection.execute("SELECT * FROM event_definition WHERE workspace = ?", [workspace]).df()


def property_profiles(connection: Connection, workspace: str) -> pd.DataFrame:
    """Which share of each event carried which property: event, property, type, day, share and events_read of all rows
    of `event_property`. Years of them are held at once: no column more than is used.
    """
    return connection.execute(
        "SELECT event, property, type, day, share, events_read FROM event_property WHERE workspace = ?", [workspace]
    ).df()
