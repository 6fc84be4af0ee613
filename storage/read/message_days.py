"""Single messages: which to ask for, and what they did by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from storage.connection import Connection

if TYPE_CHECKING:
    import pandas as pd

_TO_ASK = """
    SELECT m.campaign_id, m.message_id, m.type, max(d.day) AS newest
    FROM campaign_message m
    JOIN campaign c USING (workspace, campaign_id)
    LEFT JOIN message_day d ON d.workspace = m.workspace AND d.campaign_id = m.campaign_id
        AND d.message_id = CAST(m.message_id AS VARCHAR) AND d.state = 'observed'
    LEFT JOIN (
        SELECT campaign_id, sum(sent) AS sent FROM campaign_day
        WHERE workspace = $workspace AND day > $last_day::DATE - 7 AND day <= $last_day GROUP BY campaign_id
    ) s ON s.campaign_id = m.campaign_id
    WHERE m.workspace = $workspace AND c.state = 'running' AND c.gone_at IS NULL AND c.campaign_id IN (
        SELECT campaign_id FROM campaign_message WHERE workspace = $workspace GROUP BY campaign_id HAVING count(*) > 1
    )
    GROUP BY m.campaign_id, m.message_id, m.type, s.sent
    ORDER BY newest NULLS FIRST, s.sent DESC NULLS LAST, m.campaign_id, m.message_id
"""

# Only of campaigns of which a message was away on known days in a row on which, at its usual share, so many were due.
_CHANGING = """
    WITH counted AS (
        SELECT d.campaign_id, d.message_id, d.day, d.sent, c.sent AS of_campaign,
            sum(d.sent) OVER message / sum(c.sent) OVER message AS on_average
        FROM message_day d JOIN campaign_day c USING (workspace, campaign_id, day)
        WHERE d.workspace = $workspace AND d.state = 'observed' AND c.state = 'observed' AND c.sent > 0
            AND d.day BETWEEN $first_day AND $last_day
        WINDOW message AS (PARTITION BY d.campaign_id, d.message_id)
    ),
    -- The average counts the silent days in: of what is usual it is at least half.
    known AS (SELECT *, sent <= 2 * $left * on_average * of_campaign AS away FROM counted),
    usual AS (
        SELECT campaign_id, message_id, sum(sent) / sum(of_campaign) AS share FROM known
        WHERE NOT away GROUP BY campaign_id, message_id HAVING share >= $least_share / 2
    ),
    run AS (
        SELECT *, row_number() OVER (PARTITION BY campaign_id, message_id ORDER BY day)
            - row_number() OVER (PARTITION BY campaign_id, message_id, away ORDER BY day) AS number
        FROM known WHERE (campaign_id, message_id) IN (SELECT (campaign_id, message_id) FROM known WHERE away)
    ),
    suspect AS (
        SELECT DISTINCT campaign_id FROM (
            SELECT campaign_id, message_id, sum(of_campaign) AS of_campaign FROM run WHERE away
            GROUP BY campaign_id, message_id, number
        ) JOIN usual USING (campaign_id, message_id) WHERE share * of_campaign >= $least_due
    )
    SELECT d.campaign_id, d.message_id, d.day, d.sent, d.created, d.drafted, d.failed, d.undeliverable, d.suppressed,
        c.sent AS of_campaign
    FROM message_day d JOIN campaign_day c USING (workspace, campaign_id, day)
    WHERE d.workspace = $workspace AND d.campaign_id IN (SELECT campaign_id FROM suspect)
        AND d.state = 'observed' AND c.state = 'observed' AND d.day BETWEEN $first_day AND $last_day
    ORDER BY d.campaign_id, d.message_id, d.day
"""

# Only of campaigns with a message that was held back, or silent for long, before its first send ever.
_WITHOUT_A_SEND = """
    WITH known AS (
        SELECT *, min(day) FILTER (sent > 0) OVER (PARTITION BY campaign_id, message_id) AS first_sent
        FROM message_day WHERE workspace = $workspace AND state = 'observed' AND day <= $last_day
    ),
    suspect AS (
        SELECT DISTINCT campaign_id FROM (
            SELECT campaign_id, message_id, count(*) AS days,
                sum(coalesce(drafted, 0) + coalesce(failed, 0) + coalesce(undeliverable, 0) + coalesce(suppressed, 0))
                    AS held
            FROM known WHERE first_sent IS NULL OR day < first_sent GROUP BY campaign_id, message_id
        ) WHERE held >= $least_held OR days >= $least_days
    )
    SELECT d.campaign_id, d.message_id, d.day, d.sent, d.created, d.drafted, d.failed, d.undeliverable, d.suppressed,
        m.sending_state, CAST(c.first_started AS DATE) AS first_started
    FROM known d JOIN campaign c USING (workspace, campaign_id)
    LEFT JOIN campaign_message m ON m.workspace = d.workspace AND m.campaign_id = d.campaign_id
        AND CAST(m.message_id AS VARCHAR) = d.message_id
    WHERE d.campaign_id IN (SELECT campaign_id FROM suspect)
    ORDER BY d.campaign_id, d.message_id, d.day
"""


@dataclass(frozen=True)
class MessageToAsk:
    """A message of a running campaign with several, and the newest day that is known of it."""

    campaign_id: int
    message_id: int
    channel: str
    newest: date | None


def messages_to_ask(connection: Connection, workspace: str, last_day: date) -> list[MessageToAsk]:
    """Every message of running campaigns with several: those known the least far first, then the busiest campaigns."""
    rows = connection.execute(_TO_ASK, {"workspace": workspace, "last_day": last_day}).fetchall()
    return [MessageToAsk(*row) for row in rows]


def messages_without_a_send(
    connection: Connection, workspace: str, last_day: date, *, least_held: float, least_days: int
) -> pd.DataFrame:
    """Days of all messages of the campaigns of which one had, before its first send ever, so many held back or so many
    known days; with the message's sending state and the campaign's first day (UTC).
    """
    values = {"workspace": workspace, "last_day": last_day, "least_held": least_held, "least_days": least_days}
    return connection.execute(_WITHOUT_A_SEND, values).df()


def changing_messages(
    connection: Connection,
    workspace: str,
    first_day: date,
    last_day: date,
    *,
    left: float,
    least_share: float,
    least_due: float,
) -> pd.DataFrame:
    """Days of all messages of the campaigns of which one may have fallen silent, with the campaign's own sends.

    Args:
        left: share of its usual sends at or below which a message counts as away.
        least_share: share that it must have had before, at least.
        least_due: sends that must have been due while it was away, at least.
    """
    values = {"workspace": workspace, "first_day": first_day, "last_day": last_day}
    limits = {"left": left, "least_share": least_share, "least_due": least_due}
    return connection.execute(_CHANGING, values | limits).df()
