"""A made-up company: campaigns with a life each, the events of its product, and the mornings on which a pull fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from campaign_health.sandbox.faults import Fault
from campaign_health.sandbox.world.world import World
from tests.lives.breaking_stories import BREAKS
from tests.lives.draw import Draw
from tests.lives.healthy_stories import HEALTHY
from tests.lives.life import DAYS, PAST, WATCHED, Life

FIRST = date(2026, 6, 1)
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Australia/Sydney")
BROKEN_LIVES, HEALTHY_LIVES = 4, 5
_WHO = ("trial", "project", "invoice", "team", "report", "card", "course", "seat", "file", "survey", "goal", "board")
_WHAT = ("created", "shared", "completed", "opened", "exported", "invited", "upgraded", "paid", "archived", "started")
_BACKGROUND = 10


@dataclass(frozen=True)
class Project:
    """A company's truth. `outage`: the day on which Customer.io sent nothing for anybody; None where there is none."""

    seed: int
    world: World
    lives: tuple[Life, ...]
    blocked: dict[str, int]
    outage: int | None
    failing: dict[int, tuple[Fault, ...]]

    def day(self, index: int) -> date:
        """The day of an index."""
        return FIRST + timedelta(days=index)


def draw_project(seed: int, number: int) -> Project:
    """The `number`-th company of a seed: each kind of break comes by in turn, each kind of healthy life by chance."""
    chance = np.random.default_rng([seed, number])
    nouns = [f"{who}_{what}" for who in _WHO for what in _WHAT]
    chance.shuffle(nouns)
    draw = Draw(chance, nouns)
    zone = ZoneInfo(ZONES[number % len(ZONES)])
    for _ in range(_BACKGROUND):
        draw.add(draw.name(), draw.traffic(float(np.exp(chance.uniform(np.log(20), np.log(600))))))
    chosen = [BREAKS[(number * BROKEN_LIVES + place) % len(BREAKS)] for place in range(BROKEN_LIVES)]
    kept_well = chance.choice(len(HEALTHY), HEALTHY_LIVES, replace=False)
    lives = [story(draw) for story in [*chosen, *(HEALTHY[place] for place in kept_well)]]
    outage = PAST + int(chance.integers(20, 36)) if number % 6 == 5 else None
    midnight = datetime.combine(FIRST, time(), zone)
    campaigns = {}
    for place, life in enumerate(lives):
        if outage is not None:
            life.sends[outage] = 0.0
        campaigns[place + 1] = life.truth(place + 1, chance, zone, midnight)
        if outage is not None:
            life.due[outage] = life.sent[outage]
    world = World(
        time_zone=zone.key,
        first_day=FIRST,
        days=DAYS,
        now=datetime.combine(FIRST + timedelta(days=PAST), time(9), zone),
        events=draw.events,
        campaigns=campaigns,
    )
    return Project(seed * 1000 + number, world, tuple(lives), draw.blocked, outage, _failing(chance, number))


def _failing(chance: np.random.Generator, number: int) -> dict[int, tuple[Fault, ...]]:
    """By morning: what is not answered. One to three mornings in a row, in every third company."""
    if number % 3:
        return {}
    endpoint = str(chance.choice(["customerio.metrics", "customerio.journey_metrics", "mixpanel.query", "customerio"]))
    begins = int(chance.integers(4, WATCHED - 6))
    fault = Fault("server_error", endpoint, at="every", times=None)
    return dict.fromkeys(range(begins, begins + int(chance.integers(1, 4))), (fault,))
