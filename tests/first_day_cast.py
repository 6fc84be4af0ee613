"""A company on the day on which it begins to use the product: campaigns that broke long before, and healthy ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from campaign_health.judge.judging import judge_all
from campaign_health.pipeline import Order, collect_once
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.sandbox.world.counting import Counts
from campaign_health.sandbox.world.world import CampaignTruth, EventTruth, FailureText, Message, Property, World
from campaign_health.settings import Settings, load_settings
from storage.file.database import Warehouse, open_published
from tests.collecting_cast import Notes

DAYS = 121
FIRST = date(2026, 7, 1)
TODAY = FIRST + timedelta(days=DAYS - 1)
_ZONE = ZoneInfo("UTC")
_WEEK = np.array([1.0, 1.05, 1.05, 1.0, 0.9, 0.6, 0.55])
PROPERTIES = (Property("plan", ("free", "pro", "team")), Property("source", ("web", "ios"), stride=3))
LIQUID = "Variable 'event.plan_name' is missing"


@dataclass
class Company:
    """Campaigns and events that are drawn one after another."""

    seed: int = 1
    events: dict[str, EventTruth] = field(default_factory=dict)
    campaigns: dict[int, CampaignTruth] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = np.random.default_rng(self.seed)

    def traffic(self, level: float) -> Counts:
        """A day's count about a level: weekends, and days that are better than others."""
        week = _WEEK[(FIRST.weekday() + np.arange(DAYS)) % 7]
        return self.chance.poisson(level * week * np.exp(self.chance.normal(0, 0.1, DAYS))).astype(np.int64)

    def event(self, name: str, daily: Counts) -> Counts:
        """The event in Mixpanel."""
        self.events[name] = EventTruth(name, daily, PROPERTIES)
        return daily

    def campaign(
        self,
        name: str,
        event: str | None,
        started: Counts,
        *,
        passing: float | NDArray[np.float64] = 0.9,
        held_as: str | None = None,
        held: float | NDArray[np.float64] = 1.0,
        began_days_ago: int = 400,
        **more: Any,
    ) -> CampaignTruth:
        """A campaign with so many journeys; of the messages made the share `held` is counted as `held_as`."""
        number = len(self.campaigns) + 1
        activated = self.chance.binomial(started, passing)
        lost = self.chance.binomial(activated, held) if held_as else np.zeros(DAYS, dtype=np.int64)
        sent = activated if held_as == "bounced" else activated - lost
        delivered = sent - lost if held_as == "bounced" else self.chance.binomial(sent, 0.985)
        series = {"created": activated, "sent": sent, "delivered": delivered, "bounced": sent - delivered}
        if held_as is not None:
            series[held_as] = lost
        began = datetime.combine(TODAY - timedelta(days=began_days_ago), time(8), _ZONE)
        body = more.pop("body", "Hello {{event.plan}}")
        states = more.pop("states", ("automatic",))
        messages = tuple(
            Message(number * 100 + place, f"{name} {place + 1}", body=body, sending_state=state)
            for place, state in enumerate(states)
        )
        self.campaigns[number] = CampaignTruth(
            id=number,
            name=name,
            event_name=event,
            created=began - timedelta(hours=1),
            first_started=began,
            series=series,
            journeys={"started": started, "activated": activated, "messaged": activated, "finished": activated},
            messages=messages,
            **more,
        )
        return self.campaigns[number]

    def world(self) -> World:
        """What the services know; the clock at nine on the first morning."""
        return World(
            time_zone="UTC",
            first_day=FIRST,
            days=DAYS,
            now=datetime.combine(TODAY, time(9), _ZONE),
            events=self.events,
            campaigns=self.campaigns,
        )


NOTHING: Counts = np.zeros(DAYS, dtype=np.int64)


def failing(company: Company, level: float) -> CampaignTruth:
    started = company.event("trial_begun", company.traffic(level))
    return company.campaign(
        "Failing", "trial_begun", started, held_as="failed", failures=(FailureText(LIQUID),),
        body="Your {{event.plan_name}}",
    )  # fmt: skip


def drafted(company: Company, level: float) -> CampaignTruth:
    started = company.event("team_invited", company.traffic(level))
    return company.campaign("Drafted", "team_invited", started, held_as="drafted", states=("draft",))


def drafted_uncounted(company: Company, level: float) -> CampaignTruth:
    made = company.campaign("Off", "seat_added", company.event("seat_added", company.traffic(level)), states=("off",))
    made.series.clear()
    return made


def filtered(company: Company, level: float) -> CampaignTruth:
    started = company.event("project_shared", company.traffic(level))
    return company.campaign("Filtered", "project_shared", started, passing=0.0)


def never_met(company: Company, level: float) -> CampaignTruth:
    """The trigger event comes, and its data never meets the trigger's conditions."""
    company.event("coupon_used", company.traffic(level))
    return company.campaign("Never met", "coupon_used", NOTHING)


def undeliverable(company: Company, level: float) -> CampaignTruth:
    started = company.event("report_sent", company.traffic(level))
    return company.campaign("Undeliverable", "report_sent", started, held_as="undeliverable")


def suppressed(company: Company, level: float) -> CampaignTruth:
    started = company.event("survey_done", company.traffic(level))
    return company.campaign("Suppressed", "survey_done", started, held_as="suppressed")


def bounced(company: Company, level: float) -> CampaignTruth:
    started = company.event("file_stored", company.traffic(level))
    return company.campaign("Bounced", "file_stored", started, held_as="bounced", held=0.97)


def drafted_and_unseen(company: Company, level: float) -> CampaignTruth:
    """Only Customer.io gets the event; the message is in draft. Mixpanel has one that is called much like it."""
    company.event("payment_captured", company.traffic(level))
    return company.campaign(
        "Backend drafted", "Payment Captured", company.traffic(level), held_as="drafted", states=("draft",)
    )


def one_drafted(company: Company, level: float) -> CampaignTruth:
    """The third message of four only makes drafts."""
    started = company.event("goal_reached", company.traffic(level))
    states = ("automatic", "automatic", "draft", "automatic")
    made = company.campaign("One drafted", "goal_reached", started, states=states)
    return _with_one(made, "drafted")


def one_silent(company: Company, level: float) -> CampaignTruth:
    """The third message of four is never made."""
    started = company.event("board_made", company.traffic(level))
    made = company.campaign("One silent", "board_made", started, states=("automatic",) * 4)
    return _with_one(made, None)


def one_failing(company: Company, level: float) -> CampaignTruth:
    """The third message of four always fails."""
    started = company.event("quota_hit", company.traffic(level))
    made = company.campaign(
        "One failing", "quota_hit", started, states=("automatic",) * 4, failures=(FailureText(LIQUID),)
    )
    return _with_one(made, "failed")


def _with_one(made: CampaignTruth, held_as: str | None) -> CampaignTruth:
    activated = made.journeys["activated"]
    whole = {"created": activated, "sent": activated, "delivered": activated}
    of_one = {"created": activated, held_as: activated} if held_as else {}
    numbers = [message.id for message in made.messages]
    made.message_series = {number: of_one if place == 2 else whole for place, number in enumerate(numbers)}
    made.series = {}
    for series in made.message_series.values():
        for name, daily in series.items():
            made.series[name] = made.series.get(name, NOTHING) + daily
    return made


def renamed(company: Company, level: float) -> CampaignTruth:
    """The event goes by another spelling, and has since before anybody counted."""
    company.event("card_archived", company.traffic(level))
    return company.campaign("Renamed", "Card Archived", NOTHING)


def reworded(company: Company, level: float) -> CampaignTruth:
    company.event("subscription_upgraded", company.traffic(level))
    return company.campaign("Reworded", "subscription_upgrade", NOTHING)


def unknown(company: Company, level: float) -> CampaignTruth:
    """No event comes near the trigger's name."""
    return company.campaign("Unknown", "zebra_fed", NOTHING)


BREAKS: Mapping[str, tuple[Callable[[Company, float], CampaignTruth], str]] = {
    "failing": (failing, "message_failing"),
    "drafted": (drafted, "message_draft_or_off"),
    "off": (drafted_uncounted, "message_draft_or_off"),
    "filtered": (filtered, "filter_no_longer_matches"),
    "never met": (never_met, "trigger_never_met"),
    "undeliverable": (undeliverable, "recipients_unreachable"),
    "suppressed": (suppressed, "recipients_unreachable"),
    "bounced": (bounced, "recipients_unreachable"),
    "backend drafted": (drafted_and_unseen, "message_draft_or_off"),
    "one drafted": (one_drafted, "message_draft_or_off"),
    "one silent": (one_silent, "message_silent"),
    "one failing": (one_failing, "message_failing"),
    "renamed": (renamed, "event_unknown"),
    "reworded": (reworded, "event_unknown"),
    "unknown": (unknown, "event_unknown"),
}


def add_healthy(company: Company) -> None:
    """Campaigns that send, of all volumes."""
    for level in (2, 6, 15, 40, 120, 600, 3000):
        name = f"login_{level}"
        company.campaign(f"Well {level}", name, company.event(name, company.traffic(level)))


@dataclass(frozen=True)
class FirstDay:
    """What stands in the published file on the first morning."""

    directory: Path
    settings: Settings
    now: datetime
    environment: dict[str, str]

    def incidents(self) -> dict[str, dict[str, Any]]:
        """The open incidents by the campaign's name, with their evidence read."""
        with open_published(self.directory) as connection:
            found = connection.execute(
                "SELECT c.name, i.* FROM incident i JOIN campaign c USING (workspace, campaign_id)"
            ).fetchall()
            names = [column[0] for column in connection.description]
        rows = [dict(zip(names, row, strict=True)) for row in found]
        return {row["name"]: row | {"evidence": json.loads(row["evidence"])} for row in rows}

    def statuses(self) -> dict[str, str]:
        """The newest verdict of each campaign by its name."""
        with open_published(self.directory) as connection:
            return dict(
                connection.execute(
                    "SELECT c.name, arg_max(v.status, v.day) FROM verdict v"
                    " JOIN campaign c USING (workspace, campaign_id) GROUP BY c.name"
                ).fetchall()
            )


def first_day(company: Company, directory: Path, *, mornings: int = 1, **extra: str) -> FirstDay:
    """Collect for the first time, with the settings as they come, and judge; then on the mornings after it."""
    world = company.world()
    world.now -= timedelta(days=mornings - 1)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        environment = sandbox.environment | {
            "CAMPAIGN_HEALTH_DATA_DIR": str(directory),
            "CAMPAIGN_HEALTH_NOW": world.now.isoformat(),
            "MIXPANEL_QUERIES_PER_HOUR": "1000",
            **extra,
        }
        settings = load_settings(environment, directory)
        for morning in reversed(range(mornings)):
            sandbox.set_today(TODAY - timedelta(days=morning), 9)
            collect_once(settings, Order(), sandbox.now, Notes(), sleep=lambda _: None)
            judge_all(Warehouse(settings.data_dir), settings, sandbox.now)
        environment["CAMPAIGN_HEALTH_NOW"] = sandbox.now.isoformat()
    return FirstDay(directory, settings, sandbox.now, environment)
