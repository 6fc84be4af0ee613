"""Every campaign as a table: how it is doing, its last four weeks, its open incident."""

from __future__ import annotations

import pandas as pd

from campaign_health.state.incident import Incident, open_incidents
from storage.connection import Connection
from storage.read import campaign_verdicts as stored

NOT_JUDGED = "learning"
"""What is said of a campaign without a verdict."""


def campaigns_now(connection: Connection, workspace: str) -> pd.DataFrame:
    """One row a campaign that exists, by name.

    Columns: campaign_id, campaign, state, event, tags, owner, day, status (as `shown_status` has it), card (the place
    of its open incident, worst first), events, sent, expected_low, expected_high, last_good_day, incident_id,
    opened_on, events_28d, sends_28d (the last 28 days, NaN for not collected).
    """
    broken = pd.DataFrame(
        [
            (number, shown_status(one, None), place, one.last_good_day, one.incident_id, one.opened_on)
            for place, one in enumerate(open_incidents(connection, workspace))
            for number in one.of_campaigns
        ],
        columns=["campaign_id", "shown", "card", "good_day", "incident_id", "opened_on"],
    )
    found = stored.campaign_table(connection, workspace).merge(broken, on="campaign_id", how="left")
    return found.assign(
        status=found["shown"].fillna(found["status"]).fillna(NOT_JUDGED),
        last_good_day=_days(found["good_day"]).fillna(_days(found["healthy_day"])),
        opened_on=_days(found["opened_on"]),
    ).drop(columns=["shown", "good_day", "healthy_day"])


def shown_status(incident: Incident | None, verdict: object) -> str:
    """What a campaign's status is: its open incident's kind, or `expected` where that is meant; else its verdict's."""
    if incident is not None:
        return "expected" if incident.expected_by else incident.kind
    return verdict if isinstance(verdict, str) else NOT_JUDGED


def _days(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column).astype("datetime64[us]")
