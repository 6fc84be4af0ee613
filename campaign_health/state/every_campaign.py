"""Every campaign as a table: how it is doing, its last four weeks, its open incident."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from campaign_health.state.handling import handling, meant_as
from campaign_health.state.incident import Incident, open_incidents
from storage.connection import Connection
from storage.read import campaign_verdicts as stored
from storage.read.verdicts_now import judged_until

NOT_JUDGED = "learning"
"""What is said of a campaign without a verdict."""


def campaigns_now(connection: Connection, workspace: str, today: date | None = None) -> pd.DataFrame:
    """One row a campaign that exists, by name; `today` in the workspace's zone, by default that after the last judged.

    Columns: campaign_id, campaign, state, event, tags, owner, day, status (as `shown_status` has it), card (the place
    of its open incident, worst first), events, sent, expected_low, expected_high, last_good_day, incident_id,
    opened_on, handling (what people make of the incident), events_28d, sends_28d (the 28 days up to line_day, NaN for
    not collected), low_28d, high_28d (the expected sends of the same days, NaN where none are known),
    status_28d (the verdicts of the same days, None where there is none).
    """
    judged_day, _ = judged_until(connection, workspace)
    now = today or (judged_day + timedelta(days=1) if judged_day else date.max)
    broken = pd.DataFrame(
        [
            (number, shown_status(one, None), place, one.last_good_day, one.incident_id, one.opened_on,
             handling(one, now))
            for place, one in enumerate(open_incidents(connection, workspace))
            for number in one.of_campaigns
        ],
        columns=["campaign_id", "shown", "card", "good_day", "incident_id", "opened_on", "handling"],
    )  # fmt: skip
    found = stored.campaign_table(connection, workspace).merge(broken, on="campaign_id", how="left")
    return found.assign(
        status=found["shown"].fillna(found["status"]).fillna(NOT_JUDGED),
        last_good_day=_days(found["good_day"]).fillna(_days(found["healthy_day"])),
        opened_on=_days(found["opened_on"]),
    ).drop(columns=["shown", "good_day", "healthy_day"])


def shown_status(incident: Incident | None, verdict: object) -> str:
    """What a campaign's status is: its open incident's kind, or what that was said to be; else its verdict's."""
    if incident is not None:
        return meant_as(incident) or incident.kind
    return verdict if isinstance(verdict, str) else NOT_JUDGED


def _days(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column).astype("datetime64[us]")
