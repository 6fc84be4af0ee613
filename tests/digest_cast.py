"""A small cast for the digest's tests: incidents, changes and failures with sensible defaults."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from campaign_health.alerts.digest.situation import Change, FailedSource, Situation
from campaign_health.state.incident import Incident, in_order
from campaign_health.state.unchecked import CURE, Unchecked

TODAY = date(2026, 11, 24)

TRIAL_WELCOME = Incident(
    workspace="default",
    incident_id="17-2026-11-21",
    campaign_id=17,
    campaign="Trial welcome",
    status="open",
    kind="event_lost",
    stage="event",
    opened_on=date(2026, 11, 21),
    detected_on=date(2026, 11, 21),
    recovered_on=None,
    last_good_day=date(2026, 11, 20),
    summary="0 sends on 23 November; 52 to 71 were expected.",
    cause="event_renamed",
    causes=(
        {
            "sentence": (
                "`trial.started` stopped on 21 November; `trial_started` began the same day with 97 % of its volume."
            ),
            "next_step": "Ask the platform team which name is right, then set the trigger of Trial welcome to it.",
        },
    ),
    missed_sends=183.0,
    missed_sends_low=160.0,
    missed_sends_high=205.0,
    revenue_at_risk=14400.0,
    revenue_at_risk_low=12600.0,
    revenue_at_risk_high=16200.0,
    owner="@lifecycle-team",
    deal_value=800.0,
    tags=("onboarding",),
    acknowledged_by=None,
    muted_by=None,
    muted_reason=None,
    muted_until=None,
    expected_by=None,
    expected_reason=None,
    counted_days=None,
    days=1,
)
SENDS = (60.0, 58.0, 61.0, None, 55.0, 0.0, 0.0, 0.0)


def incident(number: int = 1, **changes: object) -> Incident:
    """An open incident of campaign `number`, with other values where given; it has a price where it has a risk, and its
    missed sends lie in a range of their own.
    """
    missed = changes.get("missed_sends", float(100 + number))
    made = replace(
        TRIAL_WELCOME,
        campaign_id=number,
        campaign=f"Campaign {number}",
        incident_id=f"{number}-2026-11-21",
        missed_sends=missed,
        missed_sends_low=_share(missed, 0.9),
        missed_sends_high=_share(missed, 1.1),
        revenue_at_risk=None,
        revenue_at_risk_low=None,
        revenue_at_risk_high=None,
        deal_value=800.0 if "revenue_at_risk" in changes else None,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def _share(of: object, share: float) -> float | None:
    return round(of * share, 1) if isinstance(of, int | float) else None


def with_cause(of: Incident, **said: str) -> Incident:
    """The incident with another `sentence` or `next_step` of its headline cause."""
    return replace(of, causes=({**of.headline_cause, **said},))


def change(of: Incident, kind: str = "opened", days_ago: int = 1, news: bool = True) -> Change:
    """A change of an incident, made by the data of `days_ago` days before today."""
    day = TODAY - timedelta(days=days_ago)
    return Change(f"{of.incident_id}:{kind}:{day}", of.incident_id, kind, day, news)


def situation(
    *incidents: Incident,
    changes: tuple[Change, ...] = (),
    failed: tuple[FailedSource, ...] = (),
    unchecked: tuple[Unchecked, ...] = (),
) -> Situation:
    """The workspace with these incidents, and a healthy rest; a failed source that hid no campaign is told as such."""
    return Situation(
        workspace="default",
        incidents=in_order(incidents),
        changes=changes,
        failed_sources=failed,
        counts={"healthy": 37, "too_quiet": 2, "not_running": 1},
        judged_day=TODAY - timedelta(days=1),
        unchecked=unchecked or tuple(UNREAD for _ in failed),
        sends={one.campaign_id: SENDS for one in incidents},
    )


FAILED_METRICS = FailedSource("could_not_check:customerio_metrics:2026-11-24T05:30:00", "customerio_metrics")
ERROR = "Customer.io answered HTTP 503 five times. It is tried again at the next run."
UNREAD = Unchecked(
    (), ("customerio_metrics",), date(2026, 11, 17), date(2026, 11, 23), f"It could not be read in full. {CURE}",
    f"Customer.io sends: {ERROR}",
)  # fmt: skip
