"""What stories are drawn with: the project's chance, its names and the events that it got so far."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_health.sandbox.world.counting import Counts
from campaign_health.sandbox.world.world import EventTruth, Property
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
