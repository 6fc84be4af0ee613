"""Which days Mixpanel can be asked for: it refuses dates after today and before the plan's history."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from collectors.errors import CollectorError, Forbidden, RequestRefused

EARLIEST_DAY = date(2000, 1, 1)
_HISTORY_GATE = re.compile(r"exceeds (\d{1,5}) days? into the past", re.IGNORECASE)
_AFTER_TODAY = re.compile(r"later than today", re.IGNORECASE)


def last_day_served(until: date, now: datetime, zone: ZoneInfo) -> date:
    """The last day that can be asked for without a refusal, `until` at most.

    Mixpanel answers 400 for a day after today, which is today in the project's zone for old projects and in UTC
    for new ones: the earlier of the two is always allowed.
    """
    return min(until, now.astimezone(zone).date(), now.astimezone(UTC).date())


def history_days(error: CollectorError) -> int | None:
    """The days of history that the plan allows, from the refusal that names them; None for another failure."""
    found = _HISTORY_GATE.search(error.message) if isinstance(error, Forbidden) else None
    return int(found[1]) if found else None


def is_after_today(error: CollectorError) -> bool:
    """Whether the service's today is a day behind ours."""
    return isinstance(error, RequestRefused) and bool(_AFTER_TODAY.search(error.message))


class Window:
    """The days being asked for, which shrink when the service says that it serves fewer."""

    def __init__(self, first_day: date, last_day: date, today: date) -> None:
        self.first_day = max(first_day, EARLIEST_DAY)
        self.last_day = last_day
        self._today = today
        self._shrunk = 0
        self._ends_earlier = False

    def shrink(self, error: CollectorError) -> bool:
        """Takes off the days that `error` says are not served; False if there are none to take off.

        Both ends may move by a day more than named, because the service's today may not be ours.
        """
        days = history_days(error)
        if days is not None and self._shrunk < 3:
            self._shrunk += 1
            first_day = max(self._today - timedelta(days=days), self.first_day + timedelta(days=1))
            if first_day <= self.last_day:
                self.first_day = first_day
                return True
        if is_after_today(error) and self.first_day < self.last_day and not self._ends_earlier:
            self._ends_earlier = True
            self.last_day -= timedelta(days=1)
            return True
        return False

    @property
    def dates(self) -> dict[str, str | int]:
        """The window as query parameters."""
        return {"from_date": self.first_day.isoformat(), "to_date": self.last_day.isoformat()}
