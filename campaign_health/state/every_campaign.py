"""Every campaign as a table: how it is doing, its last four weeks, its open incident."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from campaign_health.state.handling import handling, meant_as
from campaign_health.state.incident import Incident, open_incidents
from campaign_health.words.numbers import in_round_figures
from storage.connection import Connection
from storage.read import campaign_verdicts as stored
from storage.read.verdicts_now import judged_until

COSTS = ("missed_sends", "revenue_at_risk", "risk_a_week", "currency")
NOT_JUDGED = "learning"
"""What is said of a campaign without a verdict."""


def campaigns_now(
    connection: Connection, workspace: str, today: date | None = None, with_lines: bool = True
) -> pd.DataFrame:
    """One row a campaign that exists, by name; `today` in the workspace's zone, by default that after the last judged.

    Columns: campaign_id, campaign, state, event, tags, owner, day, status (as `shown_status` has it), card (the place
    of its open incident, worst first), events, sent, expected_low, expected_high, last_good_day, incident_id,
    opened_on, handling (what people make of the incident), cause, missed_sends, revenue_at_risk, risk_a_week, currency
    (of the incident; of one that many campaigns share nobody knows each one's part), and `with_lines` those of
    `campaign_lines`, which take the most time where campaigns are many.
    """
    judged_day, _ = judged_until(connection, workspace)
    now = today or (judged_day + timedelta(days=1) if judged_day else date.max)
    broken = pd.DataFrame(
        [
            (number, shown_status(one, None), place, one.last_good_day, one.incident_id, one.opened_on,
             handling(one, now), one.cause, *_cost(one))
            for place, one in enumerate(open_incidents(connection, workspace))
            for number in one.of_campaigns
        ],
        columns=["campaign_id", "shown", "card", "good_day", "incident_id", "opened_on", "handling", "cause",
                 *COSTS],
    )  # fmt: skip
    found = stored.campaign_table(connection, workspace).merge(broken, on="campaign_id", how="left")
    if with_lines:
        found = found.merge(stored.campaign_lines(connection, workspace), on="campaign_id", how="left")
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


def _cost(incident: Incident) -> tuple[float | None, float | None, float | None, str | None]:
    """What is told of it: whole sends, and money in round figures; in the order of COSTS."""
    if incident.is_of_source:
        return None, None, None, None
    missed, so_far, a_week = incident.missed_sends, incident.revenue_at_risk, incident.risk_a_week
    return (
        None if missed is None else max(0, round(missed)),
        None if so_far is None else in_round_figures(so_far),
        None if a_week is None else in_round_figures(a_week),
        incident.currency,
    )


def _days(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column).astype("datetime64[us]")
