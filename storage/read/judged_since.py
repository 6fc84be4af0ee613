"""What was judged of some campaigns together from a day on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from storage.connection import Connection
from storage.read.rows import Row, as_rows

_DAYS = """
SELECT v.day, bool_or(list_contains($broken, v.status)) AS is_broken, sum(v.events) AS events,
    sum(v.started) AS started, sum(v.sent) AS sent, sum(v.expected_low) AS expected_low
FROM verdict v JOIN judge_run r USING (workspace)
WHERE v.workspace = $workspace AND list_contains($campaigns, v.campaign_id) AND v.day BETWEEN $since AND r.as_of
    AND v.status NOT IN ('not_collected', 'not_running')
GROUP BY v.day ORDER BY v.day
"""


def judged_since(
    connection: Connection, workspace: str, campaigns: Collection[int], since: date, broken: Collection[str]
) -> list[Row]:
    """The settled days from `since` on with their sums, oldest first; days of which nothing is known are left out.

    Columns: day, is_broken (its status is one of `broken` for any of the campaigns), events, started, sent,
    expected_low (the least sends of a healthy day); None where it is known of none of them.
    """
    values = {"workspace": workspace, "campaigns": list(campaigns), "since": since, "broken": list(broken)}
    return as_rows(connection.execute(_DAYS, values))
