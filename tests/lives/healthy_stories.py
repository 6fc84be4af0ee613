"""Healthy lives, most of which look for a while as if they had broken."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.lives.draw import Draw
from tests.lives.life import DAYS, PAST, Life


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


HEALTHY: tuple[Callable[[Draw], Life], ...] = (
    well_steady,
    well_weekdays,
    well_waiting,
    well_resumed,
    well_volume,
    well_quiet,
    well_blocked,
)
