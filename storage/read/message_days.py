"""Single messages: which to ask for, and what they did by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from storage.connection import Connection

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

# Only of campaigns of which some message sent and at another time did not: of the others nothing is silent.
_CHANGING = """
    WITH suspect AS (
        SELECT DISTINCT campaign_id FROM (
            SELECT campaign_id, message_id, min(sent) AS least, max(sent) AS most FROM message_day
            WHERE workspace = $workspace AND state = 'observed' AND day BETWEEN $first_day AND $last_day
            GROUP BY campaign_id, message_id
        ) WHERE least <= $left * most AND most >= $least
    )
    SELECT d.campaign_id, d.message_id, d.day, d.sent, d.created, d.drafted, d.failed, d.undeliverable, d.suppressed,
        c.sent AS of_campaign
    FROM message_day d JOIN campaign_day c USING (workspace, campaign_id, day)
    WHERE d.workspace = $workspace AND d.campaign_id IN (SELECT campaign_id FROM suspect)
        AND d.state = 'observed' AND c.state = 'observed' AND d.day BETWEEN $first_day AND $last_day
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


def changing_messages(
    connection: Connection, workspace: str, first_day: date, last_day: date, *, left: float, least: int
) -> pd.DataFrame:
    """Days of all messages of the campaigns of which one may have fallen silent, with the campaign's own sends.

    Args:
        left: share of a message's most sends a day that counts as silent.
        least: most sends a day below which a message is passed over.
    """
    values = {
        "workspace": workspace, "first_day": first_day, "last_day": last_day, "left": left, "least": least,
    }  # fmt: skip
    return connection.execute(_CHANGING, values).df()
