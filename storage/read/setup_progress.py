"""How far a workspace is set up, as far as the stored data shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

_DAYS = """
WITH both_answered AS (
    SELECT day FROM source_day
    WHERE workspace = $workspace AND source IN ('mixpanel_events', 'customerio_metrics')
      AND state IN ('observed', 'provisional')
    GROUP BY day HAVING count(DISTINCT source) = 2
)
SELECT count(*), min(day), max(day) FROM both_answered
"""
_CAMPAIGNS = """
WITH newest AS (
    SELECT campaign_id, arg_max(status, day) AS status FROM verdict WHERE workspace = $workspace GROUP BY campaign_id
)
SELECT c.campaign_id, c.name, c.state, n.status, p.owner, p.deal_value
FROM campaign c
LEFT JOIN newest n USING (campaign_id)
LEFT JOIN campaign_plan p ON p.workspace = c.workspace AND p.campaign_id = c.campaign_id
WHERE c.workspace = $workspace AND c.gone_at IS NULL
ORDER BY lower(c.name), c.campaign_id
"""


@dataclass(frozen=True)
class CollectedDays:
    """Days that both Mixpanel and Customer.io answered for, in the workspace's zone; the ends are None without any."""

    days: int
    first_day: date | None
    last_day: date | None


NO_DAYS = CollectedDays(0, None, None)


@dataclass(frozen=True)
class SetUpCampaign:
    """A campaign that exists, its newest verdict (None: not judged yet), and what is said of its owner and money."""

    campaign_id: int
    name: str
    state: str
    status: str | None
    owner: str | None
    deal_value: float | None

    @property
    def runs(self) -> bool:
        """Whether it runs, by its newest verdict; without one, by Customer.io's word."""
        return self.state == "running" if self.status is None else self.status != "not_running"


def collected_days(connection: duckdb.DuckDBPyConnection, workspace: str) -> CollectedDays:
    """The days that both services answered for."""
    row = connection.execute(_DAYS, {"workspace": workspace}).fetchone()
    return CollectedDays(*row) if row else NO_DAYS


def set_up_campaigns(connection: duckdb.DuckDBPyConnection, workspace: str) -> tuple[SetUpCampaign, ...]:
    """Every campaign that exists, by name."""
    rows = connection.execute(_CAMPAIGNS, {"workspace": workspace}).fetchall()
    return tuple(SetUpCampaign(*row) for row in rows)
