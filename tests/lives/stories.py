"""The kinds of lives: how a campaign breaks, how it is repaired, and how healthy ones look as if they broke."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from campaign_health.sandbox.world.counting import Counts
from campaign_health.sandbox.world.world import MISSING, EventTruth, Property
from tests.lives.life import DAYS, PAST, Life

USER = Property("user_id", tuple(f"u-{number}" for number in range(211)))
PLATFORM = Property("platform", tuple(("ios", "android", "web")[number % 3] for number in range(48)))
PLAN = Property("plan", ("free", "pro", "team", "pro", "free", "team", "free"))
PLAN_OBJECT = Property("plan", ({"name": "pro", "seats": 3}, {"name": "team", "seats": 25}))


@dataclass
class Draw:
    """What a story is drawn with: the project's chance and its names, of which each is used once."""

    chance: np.random.Generator
    nouns: list[str]
    events: dict[str, EventTruth] = field(default_factory=dict)
    blocked: dict[str, int] = field(default_factory=dict)

    def name(self) -> str:
        """An event's name that is not yet used."""
        return self.nouns.pop()

    def traffic(self, level: float, weekend: float = 0.55) -> Counts:
        """Daily counts: a week's pattern, slow growth, more scatter than chance alone."""
        weekday = np.arange(DAYS) % 7
        week = np.where(weekday >= 5, weekend, 1.0)
        growth = np.linspace(0.95, 1.05, DAYS)
        return self.chance.poisson(level * week * growth * self.chance.gamma(120, 1 / 120, DAYS)).astype(np.int64)

    def level(self) -> float:
        """Events a working day: twenty and more sends a day come of it."""
        return float(np.exp(self.chance.uniform(np.log(40), np.log(260))))

    def break_day(self) -> int:
        """A day of the watched weeks that leaves room before and after it."""
        return int(self.chance.integers(PAST + 4, PAST + 17))

    def repair_day(self, bad: int) -> int:
        """One to two weeks after the break."""
        return bad + int(self.chance.integers(6, 14))

    def add(self, name: str, daily: Counts, properties: tuple[Property, ...] = (USER, PLATFORM, PLAN)) -> str:
        """Adds an event to the project."""
        self.events[name] = EventTruth(name, daily, properties)
        return name

    def healthy(self, kind: str, level: float | None = None, **more: object) -> Life:
        """A life whose event and sends go on as ever."""
        name = self.name()
        counts = self.traffic(level or self.level())
        self.add(name, counts)
        return Life(kind, f"On {name.replace('_', ' ')}", name, counts, counts, **more)  # type: ignore[arg-type]


def _between(bad: int, good: int | None) -> slice:
    return slice(bad, good if good is not None else DAYS)


def renamed(draw: Draw, repair: str) -> Life:
    """The event gets another name; repaired by sending the old one again, by moving the trigger, or never."""
    life = draw.healthy(f"renamed, {repair}")
    bad = draw.break_day()
    good = None if repair == "never" else draw.repair_day(bad)
    old = str(life.event)
    new = old.replace("_", ".") if draw.chance.random() < 0.5 else f"{old.rsplit('_', 1)[0]}_v2"
    back = good if repair == "old name" else DAYS
    before, after = life.full.copy(), np.zeros(DAYS, dtype=np.int64)
    after[bad:back] = life.full[bad:back]
    before[bad:back] = 0
    draw.add(old, before)
    draw.add(new, after)
    life.bad, life.good, life.causes = bad, good, frozenset({"event_renamed"})
    life.matched = before.copy()
    if repair == "trigger" and good is not None:
        life.matched[good:] = after[good:]
        life.edits = ((good, {"event_name": new}, False),)
    return life


def lost(draw: Draw, repaired: bool) -> Life:
    """The event stops and nothing takes its place."""
    life = draw.healthy("lost" if not repaired else "lost, repaired")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    life.matched = life.full.copy()
    life.matched[_between(bad, good)] = 0
    draw.add(str(life.event), life.matched)
    life.bad, life.good, life.causes = bad, good, frozenset({"event_removed"})
    return life


def merged(draw: Draw, repaired: bool) -> Life:
    """The event's traffic goes into an event that existed before."""
    life = draw.healthy("merged")
    other = draw.name()
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    life.matched = life.full.copy()
    into = draw.traffic(float(np.mean(life.full)) * 1.2)
    into[_between(bad, good)] += life.full[_between(bad, good)]
    life.matched[_between(bad, good)] = 0
    draw.add(str(life.event), life.matched)
    draw.add(other, into)
    life.bad, life.good, life.causes = bad, good, frozenset({"event_renamed", "event_removed"})
    return life


def split(draw: Draw, repaired: bool) -> Life:
    """Two new names share the traffic of the old one."""
    life = draw.healthy("split")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    days = _between(bad, good)
    life.matched = life.full.copy()
    one, two = np.zeros(DAYS, dtype=np.int64), np.zeros(DAYS, dtype=np.int64)
    one[days] = draw.chance.binomial(life.full[days], 0.6)
    two[days] = life.full[days] - one[days]
    life.matched[days] = 0
    draw.add(str(life.event), life.matched)
    draw.add(f"{life.event}_web", one)
    draw.add(f"{life.event}_mobile", two)
    life.bad, life.good, life.causes = bad, good, frozenset({"event_renamed"})
    return life


def property_object(draw: Draw, repaired: bool) -> Life:
    """A property that the message needs becomes an object: every message fails."""
    life = draw.healthy("property changed type")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    text = (Property("plan", PLAN.values, until=bad), *((Property("plan", PLAN.values, since=good),) if good else ()))
    objects = Property("plan", PLAN_OBJECT.values, since=bad, until=good)
    draw.add(str(life.event), life.full, (USER, PLATFORM, *text, objects))
    life.bad, life.good = bad, good
    life.sends[_between(bad, good)] = 0.0
    life.failure = "Liquid error: 'event.plan' is not a string"
    life.causes = frozenset({"property_type_changed"})
    return life


def draft_or_off(draw: Draw, state: str, repaired: bool) -> Life:
    """The message is set to draft (drafts wait) or off (nothing is made)."""
    life = draw.healthy(f"message {state}")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    life.bad, life.good = bad, good
    life.sends[_between(bad, good)] = 0.0
    life.held_as = "drafted" if state == "draft" else ""
    back = ((good, {"sending_state": "automatic"}, True),) if good is not None else ()
    life.edits = ((bad, {"sending_state": state}, True), *back)
    life.causes = frozenset({"message_draft_or_off"})
    return life


def filtered(draw: Draw, repaired: bool, keep: float = 0.0) -> Life:
    """Nobody, or fewer, get past the campaign's filter."""
    life = draw.healthy("filter" if keep == 0 else "filter, part")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    life.bad, life.good = bad, good
    life.activates[_between(bad, good)] = keep
    life.causes = frozenset({"filter_no_longer_matches"} if keep == 0 else {"filter_no_longer_matches", "unknown"})
    return life


def failing(draw: Draw, repaired: bool) -> Life:
    """A part of the messages fails, because a variable is missing."""
    life = draw.healthy("messages failing")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    life.bad, life.good = bad, good
    life.body = "Hello {{customer.company_name}}"
    life.sends[_between(bad, good)] = float(draw.chance.uniform(0.3, 0.66))
    life.failure = "Variable 'customer.company_name' is missing"
    life.causes = frozenset({"message_failing"})
    return life


def platform(draw: Draw, repaired: bool) -> Life:
    """One platform of three no longer carries the property that the filter looks at."""
    life = draw.healthy("platform lost a property")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    everyone = tuple(PLAN.values[number % 7] for number in range(48))
    others = tuple(MISSING if PLATFORM.values[n] == "ios" else value for n, value in enumerate(everyone))
    after = (Property("plan", everyone, since=good),) if good else ()
    properties = (Property("plan", everyone, until=bad), Property("plan", others, since=bad, until=good), *after)
    draw.add(str(life.event), life.full, (USER, PLATFORM, *properties))
    life.bad, life.good = bad, good
    life.activates[_between(bad, good)] = 0.655
    life.causes = frozenset({"part_of_traffic_broke", "property_missing"})
    return life


def stopped(draw: Draw) -> Life:
    """Somebody stops the campaign while it is broken: closed, not recovered."""
    life = draw.healthy("stopped while broken")
    bad = draw.break_day()
    life.bad = bad
    life.ends = bad + int(draw.chance.integers(5, 10))
    life.sends[bad:] = 0.0
    life.held_as = "drafted"
    life.edits = ((bad, {"sending_state": "draft"}, True), (life.ends, {"state": "stopped"}, False))
    life.causes = frozenset({"message_draft_or_off"})
    return life


def season(draw: Draw) -> Life:
    """A seasonal event declines over three weeks and ends: a question, not a break."""
    life = draw.healthy("season")
    end = draw.break_day() + 6
    fade = np.ones(DAYS)
    fade[end - 21 : end] = np.linspace(1.0, 0.04, 21)
    fade[end:] = 0.0
    counts = draw.chance.binomial(life.full, fade).astype(np.int64)
    life.matched = life.full = counts
    draw.add(str(life.event), counts)
    return life


def well_steady(draw: Draw) -> Life:
    """Nothing happens."""
    return draw.healthy("well: steady")


def well_weekdays(draw: Draw) -> Life:
    """A young campaign that sends on working days only; its event happens on all days."""
    life = draw.healthy("well: working days only", begins=PAST - 12)
    life.activates[np.arange(DAYS) % 7 >= 5] = 0.0
    return life


def well_waiting(draw: Draw) -> Life:
    """A new campaign with a waiting step of days."""
    days = int(draw.chance.integers(1, 7))
    return draw.healthy("well: new, with a waiting step", begins=PAST + 3, delay_days=days)


def well_resumed(draw: Draw) -> Life:
    """A campaign that waits a day or more, was paused for two weeks and resumes."""
    pause = PAST + int(draw.chance.integers(0, 6))
    life = draw.healthy("well: resumed", delay_days=int(draw.chance.integers(1, 4)))
    life.sleeps = (pause, pause + 14)
    life.edits = ((pause, {"state": "stopped"}, False), (pause + 14, {"state": "running"}, False))
    return life


def well_volume(draw: Draw) -> Life:
    """Fewer people do it: event and sends fall together."""
    life = draw.healthy("well: volume down")
    fall = draw.break_day()
    kept = np.ones(DAYS)
    kept[fall:] = draw.chance.uniform(0.3, 0.6)
    life.matched = life.full = draw.chance.binomial(life.full, kept).astype(np.int64)
    draw.add(str(life.event), life.full)
    return life


def well_quiet(draw: Draw) -> Life:
    """Two or three sends a day."""
    return draw.healthy("well: quiet", level=float(draw.chance.uniform(1.5, 4)))


def well_blocked(draw: Draw) -> Life:
    """Its event is blocked in Lexicon: Mixpanel no longer shows it, and Customer.io gets it as ever."""
    life = draw.healthy("well: blocked in Lexicon")
    day = draw.break_day()
    shown = life.full.copy()
    shown[day:] = 0
    draw.add(str(life.event), shown)
    draw.blocked[str(life.event)] = day
    return life


BREAKS: tuple[Callable[[Draw], Life], ...] = (
    lambda draw: renamed(draw, "old name"),
    lambda draw: renamed(draw, "trigger"),
    lambda draw: renamed(draw, "never"),
    lambda draw: lost(draw, repaired=True),
    lambda draw: lost(draw, repaired=False),
    lambda draw: merged(draw, repaired=bool(draw.chance.random() < 0.5)),
    lambda draw: split(draw, repaired=bool(draw.chance.random() < 0.5)),
    lambda draw: property_object(draw, repaired=True),
    lambda draw: property_object(draw, repaired=False),
    lambda draw: draft_or_off(draw, "draft", repaired=True),
    lambda draw: draft_or_off(draw, "off", repaired=True),
    lambda draw: draft_or_off(draw, "draft", repaired=False),
    lambda draw: filtered(draw, repaired=True),
    lambda draw: filtered(draw, repaired=False),
    lambda draw: filtered(draw, repaired=True, keep=0.4),
    lambda draw: failing(draw, repaired=True),
    lambda draw: failing(draw, repaired=False),
    lambda draw: platform(draw, repaired=True),
    lambda draw: platform(draw, repaired=False),
    stopped,
    season,
)
HEALTHY: tuple[Callable[[Draw], Life], ...] = (
    well_steady,
    well_weekdays,
    well_waiting,
    well_resumed,
    well_volume,
    well_quiet,
    well_blocked,
)
