"""What is stored of the campaigns that may be broken, and may tell why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from storage.connection import Connection
from storage.read.segment_numbers import segments_of_campaigns

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS = """
    SELECT coalesce(c.campaign_id, j.campaign_id) AS campaign_id, coalesce(c.day, j.day) AS day,
        j.started, j.activated, j.never_activated, c.created, c.drafted, c.attempted, c.sent, c.delivered,
        c.failed, c.undeliverable, c.suppressed, c.bounced
    FROM (SELECT * FROM campaign_day WHERE workspace = $workspace AND list_contains($ids, campaign_id)
          AND day BETWEEN $first_day AND $last_day AND state = 'observed') c
    FULL JOIN (SELECT * FROM journey_day WHERE workspace = $workspace AND list_contains($ids, campaign_id)
          AND day BETWEEN $first_day AND $last_day AND state = 'observed') j
    ON c.campaign_id = j.campaign_id AND c.day = j.day
    ORDER BY campaign_id, day
"""


@dataclass(frozen=True)
class AboutCampaigns:
    """Rows of `campaign_message`, `campaign_version` and `campaign_failure` of some campaigns, and their numbers.

    `segments` has a row per campaign, role, segment and day that was counted, the morning after the last day included.

    `numbers` has a row per campaign and day that was observed: sends, journeys and what became of them.
    """

    messages: pd.DataFrame
    versions: pd.DataFrame
    failures: pd.DataFrame
    numbers: pd.DataFrame
    segments: pd.DataFrame


def about_campaigns(
    connection: Connection, workspace: str, campaign_ids: Collection[int], first_day: date, last_day: date
) -> AboutCampaigns:
    """All rows of these campaigns; their numbers from `first_day` to `last_day`."""
    values = {"workspace": workspace, "ids": list(campaign_ids)}

    def about(table: str) -> pd.DataFrame:
        sql = f"SELECT * FROM {table} WHERE workspace = $workspace AND list_contains($ids, campaign_id)"  # noqa: S608
        return connection.execute(sql, values).df()

    numbers = connection.execute(_NUMBERS, values | {"first_day": first_day, "last_day": last_day}).df()
    morning_after = last_day + timedelta(days=1)
    return AboutCampaigns(
        about("campaign_message"),
        about("campaign_version"),
        about("campaign_failure"),
        numbers,
        segments_of_campaigns(connection, workspace, campaign_ids, first_day, morning_after),
    )
