"""What the campaign page asks: one campaign's days, messages, edits and the events it hangs on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from campaign_health.state.incidents_now import incidents
from storage.connection import Connection

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


@dataclass(frozen=True)
class CampaignNow:
    """One campaign as last read, with what the manifest adds. Instants in UTC, without zone."""

    campaign_id: int
    name: str
    state: str
    trigger_kind: str
    trigger: str | None
    event: str | None
    event_from: str
    tags: tuple[str, ...]
    owner: str | None
    deal_value: float | None
    conversion_rate: float | None
    timing: str | None
    uses: tuple[str, ...]
    first_started: datetime | None
    updated: datetime | None
    gone_at: datetime | None


@dataclass(frozen=True)
class Failure:
    """A reason Customer.io gave for failed messages, and when it was last read (UTC, without zone)."""

    text: str
    last_read: datetime


def campaign_names(connection: Connection, workspace: str) -> tuple[tuple[int, str], ...]:
    """Id and name of every campaign, those with an open incident first, in the order of their cards, then by name."""
    rows = connection.execute(
        "SELECT campaign_id, name FROM campaign WHERE workspace = ? ORDER BY lower(name), campaign_id", [workspace]
    ).fetchall()
    cards = {one.campaign_id: place for place, one in enumerate(incidents(connection, workspace))}
    return tuple((int(row[0]), str(row[1])) for row in sorted(rows, key=lambda row: cards.get(row[0], len(cards))))


def campaign_now(connection: Connection, workspace: str, campaign_id: int) -> CampaignNow | None:
    """The campaign, or None where there is no such id."""
    cursor = connection.execute(
        """
        SELECT c.campaign_id, c.name, c.state, c.trigger_kind, c.event AS trigger,
               CASE WHEN p.event_from IN ('manifest', 'decision') THEN p.event ELSE c.event END AS event,
               coalesce(p.event_from, CASE WHEN c.event IS NULL THEN 'none' ELSE 'trigger' END) AS event_from, c.tags,
               p.owner, p.deal_value, p.conversion_rate, p.timing, coalesce(p.uses, []) AS uses, c.first_started,
               c.updated, c.gone_at
        FROM campaign c LEFT JOIN campaign_plan p USING (workspace, campaign_id)
        WHERE c.workspace = ? AND c.campaign_id = ?
        """,
        [workspace, campaign_id],
    )
    names = [column[0] for column in cursor.description or ()]
    row = cursor.fetchone()
    if row is None:
        return None
    values = dict(zip(names, row, strict=True))
    return CampaignNow(**{**values, "tags": tuple(values["tags"]), "uses": tuple(values["uses"])})


def campaign_days(connection: Connection, workspace: str, campaign_id: int, event: str | None) -> pd.DataFrame:
    """One row for every collected day, beside its event's: numbers (NULL: not collected), states, what was expected."""
    return connection.execute(_DAYS, {"workspace": workspace, "campaign_id": campaign_id, "event": event}).df()


def event_life(connection: Connection, workspace: str, event: str) -> tuple[date | None, date | None]:
    """The first and the last day an event was seen; None where that is not known."""
    rows = connection.execute(
        "SELECT first_seen, last_seen FROM event WHERE workspace = ? AND event = ?", [workspace, event]
    ).fetchall()
    return (rows[0][0], rows[0][1]) if rows else (None, None)


def campaign_edits(
    connection: Connection, workspace: str, campaign_id: int
) -> tuple[tuple[datetime, list[dict[str, Any]]], ...]:
    """Every change of the definition: when it was made (UTC), and the fields that changed."""
    rows = connection.execute(
        """
        SELECT valid_from, changes FROM campaign_version
        WHERE workspace = ? AND campaign_id = ? ORDER BY valid_from
        """,
        [workspace, campaign_id],
    ).fetchall()
    edits = [(when, json.loads(changes)) for when, changes in rows]
    return tuple((when, changes) for when, changes in edits if changes)


def campaign_messages(connection: Connection, workspace: str, campaign_id: int) -> pd.DataFrame:
    """One row a message: message_id, name, type, sending_state, required_variables, optional_variables, problem,
    updated.
    """
    return connection.execute(
        """
        SELECT message_id, name, type, sending_state, required_variables, optional_variables, problem, updated
        FROM campaign_message WHERE workspace = ? AND campaign_id = ? ORDER BY message_id
        """,
        [workspace, campaign_id],
    ).df()


def failure_messages(connection: Connection, workspace: str, campaign_id: int) -> tuple[Failure, ...]:
    """The distinct reasons Customer.io gave for failed messages, newest first."""
    rows = connection.execute(
        """
        SELECT failure_message, last_read FROM campaign_failure
        WHERE workspace = ? AND campaign_id = ? ORDER BY last_read DESC, failure_message
        """,
        [workspace, campaign_id],
    ).fetchall()
    return tuple(Failure(str(text), last_read) for text, last_read in rows)


def property_states(connection: Connection, workspace: str, event: str) -> pd.DataFrame:
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


def property_changes(connection: Connection, workspace: str, event: str) -> pd.DataFrame:
    """Changed properties of an event, newest first; the columns of `property_change`."""
    return connection.execute(
        """
        SELECT property, kind, day, before, after, share_before, share_after, new_property
        FROM property_change WHERE workspace = ? AND event = ? ORDER BY day DESC, property
        """,
        [workspace, event],
    ).df()


def event_days(connection: Connection, workspace: str, event: str) -> pd.DataFrame:
    """One event's days: day, events (NULL where not collected), state."""
    return connection.execute(
        "SELECT day, events, state FROM event_day WHERE workspace = ? AND event = ? ORDER BY day", [workspace, event]
    ).df()
