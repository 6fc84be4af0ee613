"""One campaign's stored days, messages, edits and the events it hangs on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import duckdb

from storage.read.rows import as_rows

if TYPE_CHECKING:
    import pandas as pd

# The rows of `event_vs_campaign` with what the page needs beside them, asked of one campaign only.
_DAYS = """
WITH span AS (
    SELECT min(day) AS first_day, max(day) AS last_day FROM source_day
    WHERE workspace = $workspace AND source IN ('mixpanel_events', 'customerio_metrics', 'customerio_journeys')
),
calendar AS (
    SELECT CAST(unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS DATE) AS day FROM span
),
own AS (
    SELECT CASE WHEN first_started IS NULL AND state <> 'running' THEN 'not_expected'
                ELSE 'not_collected' END AS no_answer
    FROM campaign WHERE workspace = $workspace AND campaign_id = $campaign_id
),
counts AS (SELECT day, events, state FROM event_day WHERE workspace = $workspace AND event = $event),
answered AS (SELECT day, state FROM source_day WHERE workspace = $workspace AND source = 'mixpanel_events'),
sends AS (SELECT * FROM campaign_day WHERE workspace = $workspace AND campaign_id = $campaign_id),
journeys AS (
    SELECT day, started, activated FROM journey_day WHERE workspace = $workspace AND campaign_id = $campaign_id
),
judged AS (SELECT * FROM verdict WHERE workspace = $workspace AND campaign_id = $campaign_id)
SELECT d.day,
       CASE WHEN $event IS NULL THEN NULL WHEN e.state IS NOT NULL THEN e.events
            WHEN a.state IN ('observed', 'provisional') THEN 0 END AS events,
       j.started, j.activated, c.sent, c.delivered, c.opened, c.clicked, c.converted, c.drafted, c.failed,
       c.undeliverable, c.suppressed, c.bounced, v.expected, v.expected_low, v.expected_high, v.status, v.stage,
       CASE WHEN $event IS NULL THEN NULL ELSE coalesce(e.state, a.state, 'not_collected') END AS event_state,
       coalesce(c.state, o.no_answer) AS campaign_state, c.engagement_state
FROM calendar d CROSS JOIN own o
LEFT JOIN counts e USING (day) LEFT JOIN answered a USING (day) LEFT JOIN sends c USING (day)
LEFT JOIN journeys j USING (day) LEFT JOIN judged v USING (day)
ORDER BY d.day
"""


def campaign_names(connection: duckdb.DuckDBPyConnection, workspace: str) -> tuple[tuple[int, str], ...]:
    """Id and name of every campaign, by name."""
    rows = connection.execute(
        "SELECT campaign_id, name FROM campaign WHERE workspace = ? ORDER BY lower(name), campaign_id", [workspace]
    ).fetchall()
    return tuple((int(number), str(name)) for number, name in rows)


def campaign_row(connection: duckdb.DuckDBPyConnection, workspace: str, campaign_id: int) -> dict[str, Any] | None:
    """The campaign with what the manifest adds, None where there is no such id. Instants in UTC, without zone.

    Columns: campaign_id, name, state, trigger_kind, trigger (its own event), event (the one it is watched against),
    event_from, tags, owner, deal_value, conversion_rate, timing, uses, first_started, updated, gone_at, and declared
    (not in a file of an older version).
    """
    answer = connection.execute(
        """
        SELECT c.campaign_id, c.name, c.state, c.trigger_kind, c.event AS trigger, m.event, m.event_from, c.tags,
               p.* EXCLUDE (workspace, campaign_id, event, event_from, uses), coalesce(p.uses, []) AS uses,
               c.first_started, c.updated, c.gone_at
        FROM campaign c JOIN campaign_event m USING (workspace, campaign_id)
        LEFT JOIN campaign_plan p USING (workspace, campaign_id)
        WHERE c.workspace = ? AND c.campaign_id = ?
                """,
        [workspace, campaign_id],
    )
    return next(iter(as_rows(answer)), None)


_MESSAGES = """
    WITH known AS (
        SELECT message_id, day, sent, max(day) OVER (PARTITION BY message_id) AS known_until FROM message_day
        WHERE workspace = $workspace AND campaign_id = $campaign_id AND state = 'observed'
    ),
    span AS (
        SELECT CAST(unnest(generate_series(max(day) - 27, max(day), INTERVAL 1 DAY)) AS DATE) AS day FROM known
    ),
    lines AS (
        SELECT i.message_id, list(coalesce(k.sent, CAST('nan' AS DOUBLE)) ORDER BY s.day) AS sends_28d
        FROM (SELECT DISTINCT message_id FROM known) i CROSS JOIN span s
        LEFT JOIN known k ON k.message_id = i.message_id AND k.day = s.day
        GROUP BY i.message_id
    ),
    week AS (
        SELECT message_id, known_until, sum(sent) FILTER (WHERE day > known_until - 7) AS sent_in_week,
            CASE WHEN count(*) FILTER (WHERE day > known_until - 14 AND day <= known_until - 7) = 7
                 THEN sum(sent) FILTER (WHERE day > known_until - 14 AND day <= known_until - 7)
            END AS sent_week_before,
            max(day) FILTER (WHERE sent > 0) AS last_sent
        FROM known GROUP BY message_id, known_until
    )
    SELECT m.message_id, m.name, m.type, m.sending_state, m.required_variables, m.optional_variables, m.problem,
        m.updated, w.sent_in_week, w.sent_week_before, w.known_until, w.last_sent, l.sends_28d
    FROM campaign_message m LEFT JOIN week w ON w.message_id = CAST(m.message_id AS VARCHAR)
    LEFT JOIN lines l ON l.message_id = w.message_id
    WHERE m.workspace = $workspace AND m.campaign_id = $campaign_id ORDER BY m.message_id
"""


def campaign_days(
    connection: duckdb.DuckDBPyConnection, workspace: str, campaign_id: int, event: str | None
) -> pd.DataFrame:
    """One row for every collected day, beside its event's: numbers (NULL: not collected), states, what was expected."""
    return connection.execute(_DAYS, {"workspace": workspace, "campaign_id": campaign_id, "event": event}).df()


def event_life(connection: duckdb.DuckDBPyConnection, workspace: str, event: str) -> tuple[date | None, date | None]:
    """The first and the last day an event was seen; None where that is not known."""
    rows = connection.execute(
        "SELECT first_seen, last_seen FROM event WHERE workspace = ? AND event = ?", [workspace, event]
    ).fetchall()
    return (rows[0][0], rows[0][1]) if rows else (None, None)


@dataclass(frozen=True)
class Edit:
    """A change of the definition and the fields that changed. Instants in UTC, without zone: `made_at` is when it was
    made, or where that is not known when it was first read; `unchanged_at` then when all was last seen as before.
    """

    made_at: datetime
    changes: list[dict[str, Any]]
    unchanged_at: datetime | None = None


def campaign_edits(connection: duckdb.DuckDBPyConnection, workspace: str, campaign_id: int) -> tuple[Edit, ...]:
    """Every change of the definition, oldest first."""
    # A published file of an older version has no `unchanged_at`.
    answer = connection.execute(
        "SELECT * FROM campaign_version WHERE workspace = ? AND campaign_id = ? ORDER BY valid_from",
        [workspace, campaign_id],
    )
    edits = [Edit(row["valid_from"], json.loads(row["changes"]), row.get("unchanged_at")) for row in as_rows(answer)]
    return tuple(edit for edit in edits if edit.changes)


def campaign_messages(connection: duckdb.DuckDBPyConnection, workspace: str, campaign_id: int) -> pd.DataFrame:
    """One row a message: message_id, name, type, sending_state, required_variables, optional_variables, problem,
    updated; sent_in_week and known_until: its sends over the seven days up to the newest that is known (NULL: none is);
    sent_week_before (NULL: not all its days are known); last_sent: the last of the known days with any; sends_28d: the
    28 days up to the newest of any message (NaN: not known).
    """
    return connection.execute(_MESSAGES, {"workspace": workspace, "campaign_id": campaign_id}).df()


def property_states(connection: duckdb.DuckDBPyConnection, workspace: str, event: str) -> pd.DataFrame:
    """Properties of an event on its newest profiled day: property, type, share, day."""
    return connection.execute(
        """
        SELECT property, type, share, day FROM event_property
        WHERE workspace = $workspace AND event = $event
          AND day = (SELECT max(day) FROM event_property WHERE workspace = $workspace AND event = $event)
        ORDER BY property, share DESC
        """,
        {"workspace": workspace, "event": event},
    ).df()


def property_changes(connection: duckdb.DuckDBPyConnection, workspace: str, event: str) -> pd.DataFrame:
    """Changed properties of an event, newest first; the columns of `property_change` (in a file of an older version
    without last_day_before).
    """
    return connection.execute(
        """
        SELECT * EXCLUDE (workspace, event) FROM property_change
        WHERE workspace = ? AND event = ? ORDER BY day DESC, property
        """,
        [workspace, event],
    ).df()


def event_days(connection: duckdb.DuckDBPyConnection, workspace: str, event: str) -> pd.DataFrame:
    """One event's days: day, events (NULL where not collected), state."""
    return connection.execute(
        "SELECT day, events, state FROM event_day WHERE workspace = ? AND event = ? ORDER BY day", [workspace, event]
    ).df()


def failure_messages(
    connection: duckdb.DuckDBPyConnection, workspace: str, campaign_id: int
) -> tuple[tuple[str, datetime], ...]:
    """The distinct reasons Customer.io gave for failed messages, newest first, and when each was last read (UTC)."""
    rows = connection.execute(
        """
        SELECT failure_message, last_read FROM campaign_failure
        WHERE workspace = ? AND campaign_id = ? ORDER BY last_read DESC, failure_message
                """,
        [workspace, campaign_id],
    ).fetchall()
    return tuple((str(text), last_read) for text, last_read in rows)
