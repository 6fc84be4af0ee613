"""A small cast for the digest's tests: incidents, changes and failures with sensible defaults."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from campaign_health.state.situation import Change, FailedSource, IncidentNow, Situation

TODAY = date(2026, 11, 24)

TRIAL_WELCOME = IncidentNow(
    incident_id="17-2026-11-21",
    campaign_id=17,
    campaign="Trial welcome",
    status="open",
    kind="event_lost",
    opened_on=date(2026, 11, 21),
    recovered_on=None,
    summary="0 sends on 23 November; 52 to 71 were expected.",
    cause="event_renamed",
    cause_sentence=(
        "`trial.started` stopped on 21 November; `trial_started` began the same day with 97 % of its volume."
    ),
    next_step="Ask the platform team which name is right, then set the trigger of Trial welcome to it.",
    missed_sends=183.0,
    missed_sends_low=160.0,
    missed_sends_high=205.0,
    revenue_at_risk=14400.0,
    revenue_at_risk_low=12600.0,
    revenue_at_risk_high=16200.0,
    owner="@lifecycle-team",
    tags=("onboarding",),
    acknowledged_by=None,
    muted_by=None,
    muted_reason=None,
    muted_until=None,
    expected_by=None,
    expected_reason=None,
    sends=(60.0, 58.0, 61.0, None, 55.0, 0.0, 0.0, 0.0),
)


def incident(number: int = 1, **changes: object) -> IncidentNow:
    """An open incident of campaign `number`, with other values where given."""
    made = replace(
        TRIAL_WELCOME,
        campaign_id=number,
        campaign=f"Campaign {number}",
        incident_id=f"{number}-2026-11-21",
        missed_sends=float(100 + number),
        revenue_at_risk=None,
        revenue_at_risk_low=None,
        revenue_at_risk_high=None,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def change(of: IncidentNow, kind: str = "opened", days_ago: int = 1, news: bool = True) -> Change:
    """A change of an incident, made by the data of `days_ago` days before today."""
    day = TODAY - timedelta(days=days_ago)
    return Change(f"{of.incident_id}:{kind}:{day}", of.incident_id, kind, day, news)


def situation(
    *incidents: IncidentNow, changes: tuple[Change, ...] = (), failed: tuple[FailedSource, ...] = ()
) -> Situation:
    """The workspace with these incidents, and a healthy rest."""
    counts = {"healthy": 37, "too_quiet": 2, "not_running": 1}
    return Situation("default", incidents, changes, failed, counts, TODAY - timedelta(days=1))


FAILED_METRICS = FailedSource(
    "could_not_check:customerio_metrics:2026-11-24T05:30:00",
    "customerio_metrics",
    date(2026, 11, 17),
    date(2026, 11, 23),
    "Customer.io answered HTTP 503 five times. It is tried again at the next run.",
)
