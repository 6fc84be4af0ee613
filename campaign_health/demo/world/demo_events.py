"""The demo world's events: what they are called, how often they happen, what they carry."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from campaign_health.sandbox.world.counting import Counts
from campaign_health.sandbox.world.world import MISSING, EventTruth, Property

USER = Property("user_id", tuple(f"u-{number}" for number in range(997)))
EMAIL = Property("email", tuple(f"person{number}@example.com" for number in range(997)))
# 17 iOS, 16 Android, 17 web in 50: properties with 50 values and stride 1 can follow the platform.
PLATFORM = Property("platform", tuple(("ios", "android", "web")[number % 3] for number in range(50)))
PLAN_TIER = Property("plan_tier", ("free", "starter", "pro", "team", "free", "starter", "free"), stride=3)
TRIAL_DAY = Property("trial_day", tuple(range(1, 15)), stride=5)
PLAN = Property("plan", ("starter", "pro", "team"), stride=2)
CORE = (USER, EMAIL, PLATFORM, PLAN_TIER)


def one_of(name: str, *values: object, stride: int = 1) -> Property:
    """A property that takes the values in turn."""
    return Property(name, values, stride)


@dataclass(frozen=True)
class Step:
    """From so many days before today on, the level is multiplied by ``factor``."""

    days_ago: int
    factor: float


@dataclass(frozen=True)
class EventPlan:
    """How an event behaves: ``level`` a working day, ``weekend`` as a part of that.

    ``born`` and ``gone`` are days before today: the first day it happens, the first day it no longer does. A
    ``steady`` event hardly strays from its pattern.
    """

    name: str
    level: float
    properties: tuple[Property, ...] = (USER, PLATFORM)
    weekend: float = 0.5
    steps: tuple[Step, ...] = ()
    born: int | None = None
    gone: int | None = None
    steady: bool = False


@dataclass(frozen=True)
class Span:
    """The days a world covers: ``days`` of them, the last ``future`` of which lie after today."""

    today: date
    days: int
    future: int = 0

    @property
    def first(self) -> date:
        """The first day."""
        return self.today - timedelta(days=self.days - self.future - 1)

    def index(self, days_ago: int) -> int:
        """The index of a day so many days before today."""
        return self.days - self.future - 1 - days_ago


def source_of_chance(seed: int, name: str) -> np.random.Generator:
    """A random generator of its own for each name, so that a new event does not change the others."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def daily_counts(plan: EventPlan, span: Span, seed: int) -> Counts:
    """Counts per day: weekly pattern, slow growth, more spread than pure chance (gamma-Poisson)."""
    chance = source_of_chance(seed, plan.name)
    weekday = (span.first.weekday() + np.arange(span.days)) % 7
    week = np.array([0.98, 1.05, 1.06, 1.02, 0.92, plan.weekend, plan.weekend * 0.9])[weekday]
    growth = np.linspace(0.94, 1.06, span.days)
    shape = 900.0 if plan.steady else 90.0
    mean = plan.level * week * growth * chance.gamma(shape, 1 / shape, span.days)
    for step in plan.steps:
        mean[span.index(step.days_ago) :] *= step.factor
    if plan.born is not None:
        mean[: span.index(plan.born)] = 0
    if plan.gone is not None:
        mean[span.index(plan.gone) :] = 0
    counts = np.rint(mean) if plan.steady else chance.poisson(mean)
    return counts.astype(np.int64)


def build_event(plan: EventPlan, span: Span, seed: int) -> EventTruth:
    """The event as planned."""
    return EventTruth(plan.name, daily_counts(plan, span, seed), plan.properties)


def plan_as_object(days_ago: int, span: Span) -> tuple[Property, ...]:
    """``plan`` as text until that day, as an object from it on."""
    day = span.index(days_ago)
    objects = tuple({"name": name, "seats": seats} for name, seats in (("starter", 3), ("pro", 10), ("team", 25)))
    return Property("plan", PLAN.values, 2, until=day), Property("plan", objects, 2, since=day)


def without_ios(name: str, values: tuple[object, ...], days_ago: int, span: Span) -> tuple[Property, ...]:
    """A property that the iOS app writes in another way from that day on."""
    day = span.index(days_ago)
    everyone = tuple(values[number % len(values)] for number in range(50))
    others = tuple(MISSING if PLATFORM.values[number] == "ios" else value for number, value in enumerate(everyone))
    words = name.split("_")
    camel_case = words[0] + "".join(word.title() for word in words[1:])
    ios = tuple(value if PLATFORM.values[number] == "ios" else MISSING for number, value in enumerate(everyone))
    return (
        Property(name, everyone, until=day),
        Property(name, others, since=day),
        Property(camel_case, ios, since=day),
    )


# What a product sends besides the events that campaigns hang on.
BACKGROUND = (
    EventPlan("page_viewed", 2600, (USER, PLATFORM, one_of("path", "/", "/pricing", "/docs", "/app"))),
    EventPlan("session_started", 940),
    EventPlan("session_ended", 890),
    EventPlan("login_succeeded", 610),
    EventPlan("login_failed", 38),
    EventPlan("password_reset_requested", 21),
    EventPlan("profile_updated", 44),
    EventPlan("avatar_uploaded", 12),
    EventPlan("search_performed", 380, (USER, PLATFORM, one_of("results", 0, 3, 12, 40))),
    EventPlan("filter_applied", 205),
    EventPlan("document_opened", 720),
    EventPlan("document_edited", 410),
    EventPlan("document_shared", 95),
    EventPlan("comment_added", 160, (USER, PLATFORM, one_of("length", 12, 80, 240))),
    EventPlan("comment_resolved", 71),
    EventPlan("task_created", 240),
    EventPlan("task_completed", 190),
    EventPlan("task_reassigned", 26),
    EventPlan("board_viewed", 330),
    EventPlan("file_uploaded", 130, (USER, PLATFORM, one_of("size_kb", 14, 220, 4100))),
    EventPlan("file_downloaded", 84),
    EventPlan("notification_opened", 270),
    EventPlan("notification_settings_changed", 9),
    EventPlan("workspace_switched", 66),
    EventPlan("member_removed", 5),
    EventPlan("role_changed", 7),
    EventPlan("api_key_created", 4),
    EventPlan("webhook_configured", 3),
    EventPlan("subscription_renewed", 34, weekend=0.9),
    EventPlan("subscription_cancelled", 6, weekend=0.8),
    EventPlan("checkout_started", 48),
    EventPlan("checkout_completed", 29),
    EventPlan("coupon_applied", 11),
    EventPlan("help_article_viewed", 118),
    EventPlan("chat_started", 23),
    EventPlan("keyboard_shortcut_used", 145),
    EventPlan("app_crashed", 8, weekend=0.7),
    EventPlan("Experiment Viewed", 510, (USER, PLATFORM, one_of("variant", "control", "treatment"))),
    # Births and deaths that have nothing to do with any campaign.
    EventPlan("checklist_item_checked", 165, (USER, PLATFORM, one_of("item", "invite", "import", "tour")), born=6),
    EventPlan("dark_mode_enabled", 55, born=12),
    EventPlan("beta_banner_dismissed", 62, gone=5),
    EventPlan("tour_v1_completed", 30, gone=33),
    EventPlan("legacy_page_ping", 480, gone=16),
)
