"""The demo world and what is true of it: which campaign broke, how, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaign_health.demo.world.declared import SEGMENTS, schemas, segment_people
from campaign_health.demo.world.demo_campaigns import build_campaign
from campaign_health.demo.world.demo_events import BACKGROUND, Span, build_event
from campaign_health.demo.world.demo_plans import campaigns, trigger_events
from campaign_health.demo.world.manifest import demo_manifest
from campaign_health.sandbox.faults import Fault
from campaign_health.sandbox.world.world import Arrivals, World

DAYS = 200
TIME_ZONE = "America/New_York"
SEED = 7


@dataclass(frozen=True)
class Story:
    """What a judge should say of a campaign on the last complete day, which is yesterday.

    ``since_days_ago`` is the first bad day and ``recovered_days_ago`` the first good one after it, in days before
    today. ``cause`` is None where none is looked for. Spellings are those of the published tables.
    """

    campaign_id: int
    campaign: str
    status: str
    cause: str | None = None
    since_days_ago: int | None = None
    stage: str | None = None
    recovered_days_ago: int | None = None
    text: str = ""

    def since(self, today: date) -> date | None:
        """The first bad day as a date."""
        return None if self.since_days_ago is None else today - timedelta(days=self.since_days_ago)


STORIES = (
    Story(11, "Onboarding welcome", "healthy", text="nothing is wrong"),
    Story(12, "Activation, next step", "healthy", text="nothing is wrong"),
    Story(13, "Team expansion", "silent", "property_type_changed", 5, "sent", text="plan was text, is an object"),
    Story(14, "Upgrade offer", "silent", "filter_no_longer_matches", 2, "activated", text="nobody passes the filter"),
    Story(15, "Re-engagement", "silent", "message_draft_or_off", 9, "sent", text="its message was set to draft"),
    Story(16, "Project kick-off tips", "event_lost", "event_renamed", 6, "event", text="project.created was renamed"),
    Story(
        17, "Report sharing nudge", "degraded", "part_of_traffic_broke", 8, "activated", text="one platform of three"
    ),
    Story(18, "Invoice reminder", "degraded", "message_failing", 4, "sent", text="company_name is missing for most"),
    Story(19, "Webinar follow-up", "not_running", "campaign_stopped", 20, text="someone stopped it"),
    Story(20, "Mobile tips", "volume_down", None, 7, text="fewer people open the app: event and sends fell together"),
    Story(21, "Enterprise concierge", "too_quiet", text="one event in two weeks"),
    Story(22, "Course completion follow-up", "healthy", text="sends three days after the event"),
    Story(23, "Integration set-up guide", "not_collected", text="its numbers could not be read"),
    Story(24, "Payment recovery", "healthy", "message_failing", 24, "sent", 17, text="a failing variable, mended"),
    Story(25, "AI summary launch", "learning", text="six days old"),
    Story(26, "Power user rewards", "healthy", text="triggered by a segment; the manifest names its event"),
    Story(27, "Product survey", "surging", None, 3, text="its send-once rule broke"),
    Story(28, "Holiday greeting", "not_running", text="a draft"),
)


def demo_world(today: date, time_zone: str = TIME_ZONE, seed: int = SEED, hour: int = 9, future_days: int = 0) -> World:
    """The demo world as of ``today``: 199 complete days that end yesterday, and today's running one.

    ``future_days`` more lie ahead, for a sandbox that runs on for days: what is broken stays so.

    The clock stands at ``hour`` of today. For a replay move the sandbox's clock back, up to 60 days: nothing
    after it is visible, definitions included.
    """
    zone, span = ZoneInfo(time_zone), Span(today, DAYS + future_days, future_days)
    plans = (*trigger_events(span), *BACKGROUND)
    events = {plan.name: build_event(plan, span, seed) for plan in plans}
    built = {}
    for plan in campaigns():
        followed = events.get(plan.follows or plan.event or "")
        built[plan.id] = build_campaign(plan, followed.daily if followed else None, span, zone, seed)
    return World(
        time_zone=time_zone,
        first_day=span.first,
        days=span.days,
        now=datetime.combine(today, time(hour), zone),
        events=events,
        campaigns=built,
        schemas=schemas(plans),
        segments=[dict(segment) for segment in SEGMENTS],
        segment_people=segment_people(span.days),
        arrivals=_late_numbers(),
        project_name="Demo",
    )


def demo_faults(days_ago: int = 0) -> tuple[Fault, ...]:
    """What goes wrong in the collection made ``days_ago`` days before today.

    One campaign's numbers cannot be read today and yesterday; twelve days ago Customer.io's key was refused for
    a whole run.
    """
    if days_ago == 12:
        return (Fault("unauthorized", "customerio", at="every", times=None),)
    if days_ago in (0, 1):
        return tuple(
            Fault("null_series", f"customerio.{endpoint}", at="every", times=None, campaign=23)
            for endpoint in ("metrics", "journey_metrics")
        )
    return ()


def _late_numbers() -> dict[str, Arrivals]:
    engagement = Arrivals((0.55, 0.8, 0.92, 0.97, 0.99, 1.0))
    late = dict.fromkeys(("opened", "human_opened", "prefetch_opened", "clicked", "human_clicked"), engagement)
    goals = Arrivals((0.2, 0.5, 0.7, 0.85, 0.95, 1.0))
    return late | dict.fromkeys(("converted", "journeys.converted", "journeys.finished"), goals)


__all__ = ["STORIES", "Story", "demo_faults", "demo_manifest", "demo_world"]
