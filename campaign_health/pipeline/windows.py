"""Which days to ask for: pure functions of what is stored and of the run's day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from campaign_health.errors import CouldNotStart
from campaign_health.pipeline.day_states import days_between
from campaign_health.pipeline.order import Order

# Late events arrive for five days, Customer.io's numbers settle within the week.
RESTATED_DAYS = 7
# The first day that Mixpanel takes.
EARLIEST_DAY = date(2000, 1, 1)


@dataclass(frozen=True)
class Window:
    """Days to ask for, both ends included. `fixed` where a person named the first day: nothing earlier is added."""

    first_day: date
    last_day: date
    fixed: bool = False


def window_of_run(order: Order, today: date, backfill_days: int) -> Window:
    """The days that a run may touch: those named, or the reach of a normal run, which ends yesterday.

    Raises:
        CouldNotStart: the days lie in the future or too far back.
    """
    yesterday = today - timedelta(days=1)
    if order.light:
        return Window(yesterday, today, fixed=True)
    last_day = order.until or yesterday
    if last_day > today:
        raise CouldNotStart(f"--until {last_day} lies in the future; today is {today}.", "Ask up to today at most.")
    if order.since is None:
        return Window(last_day - timedelta(days=backfill_days - 1), last_day)
    if order.since > last_day:
        raise CouldNotStart(
            f"--since {order.since} comes after the last day to collect, {last_day}.",
            "Give --until as well to collect today, which is then provisional.",
        )
    if order.since < EARLIEST_DAY:
        raise CouldNotStart(f"--since {order.since} is too early.", f"The first day there can be is {EARLIEST_DAY}.")
    return Window(order.since, last_day, fixed=True)


def reach_of(window: Window, earliest: date | None, asked_from: date | None) -> date:
    """How far back a run looks for days that are missing.

    Args:
        window: the run's window.
        earliest: first day of the source that is stored, whatever its state; None before the first run.
        asked_from: first day that the source was ever asked for. Where that lies before the first stored day,
            the days between are beyond what the plan gives, and not asked for again.
    """
    if window.fixed or earliest is None:
        return window.first_day
    reach = min(window.first_day, earliest)
    return earliest if asked_from is not None and asked_from <= reach else reach


def first_day_to_ask(window: Window, reach: date, stored: Mapping[date, str]) -> date:
    """First day that a source must be asked for, so that the last 7 days are fresh and no day stays missing.

    Args:
        window: the run's window.
        reach: see `reach_of`.
        stored: states of the source's stored days, those stored in another zone left out.
    """
    if window.fixed:
        return window.first_day
    restated = max(window.last_day - timedelta(days=RESTATED_DAYS - 1), reach)
    missing = (day for day in days_between(reach, restated) if stored.get(day) != "observed")
    return next(missing, restated)
