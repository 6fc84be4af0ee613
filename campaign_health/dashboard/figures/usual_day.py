"""What a campaign's chain usually is on a weekday, to compare one day with. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from campaign_health.words.dates import day_text

DAYS_COMPARED = 4
# On these nothing is known to have been wrong.
_AS_THEY_SHOULD_BE = ("healthy", "journeys_only", "too_quiet", "learning")


@dataclass(frozen=True)
class Usual:
    """The middle of each number over the newest days of one weekday that were as they should be, newest first."""

    numbers: dict[str, float]
    days: tuple[date, ...]

    def said(self, today: date) -> str:
        """With what the day is compared: `Wed 18 Nov`, or `the middle of 4 such weekdays, Wed 28 Oct to Wed 18 Nov`."""
        newest, oldest = day_text(self.days[0], today), day_text(self.days[-1], today)
        if len(self.days) == 1:
            return newest
        return f"the middle of {len(self.days)} such weekdays, {oldest} to {newest}"


def last_whole_day(days: pd.DataFrame) -> date | None:
    """The newest day whose sends are settled; else the newest with any; None where none is known."""
    known = days[days["sent"].notna()]
    settled = known[known["campaign_state"] == "observed"]
    found = known if settled.empty else settled
    return None if found.empty else pd.Timestamp(found["day"].iloc[-1]).date()


def usual_day(days: pd.DataFrame, day: date, columns: tuple[str, ...]) -> Usual | None:
    """What `columns` usually are on the weekday of `day`; None where no such day before it was as it should be.

    `days` are those that `as_known_now` gives: a day that was found later to be bad is none to compare with.
    """
    when = pd.to_datetime(days["day"])
    is_fit = (
        (when < pd.Timestamp(day))
        & (when.dt.day_of_week == day.weekday())
        & days["status"].isin(_AS_THEY_SHOULD_BE)
        & (days["campaign_state"] == "observed")
    )
    found = days[is_fit].tail(DAYS_COMPARED)
    if found.empty:
        return None
    numbers = {name: float(found[name].astype(float).median()) for name in columns if found[name].notna().any()}
    return Usual(numbers, tuple(pd.Timestamp(one).date() for one in found["day"].iloc[::-1]))
