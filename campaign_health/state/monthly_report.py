"""What a month of watching was worth: what was caught, how soon, what that saved, and the false alarms. Pure.

An incident belongs to the month in which it was found. That is the day on which it was recorded, the morning after the
data that made it certain: what was over by then was caught by nobody, and is counted apart, and so is what somebody
called intended or a false alarm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from campaign_health.state.false_alarms import FalseAlarms
from campaign_health.state.incident import Incident, Range, in_order
from campaign_health.words.numbers import in_round_figures

MANUAL_DETECTION_DAYS = (7, 45)
"""After how many days a silent break is noticed where nobody watches for it, at best and at worst."""


@dataclass(frozen=True)
class Caught:
    """An incident and the local day on which it was found."""

    incident: Incident
    found_on: date

    @property
    def days_to_find(self) -> int | None:
        """Days from the first bad day to the one on which it was found; None where nobody knows the first one."""
        if self.incident.never_otherwise:
            return None
        return max(0, (self.found_on - self.incident.opened_on).days)

    @property
    def days_to_mend(self) -> int | None:
        """Days from when it was found to the first good day; None while it goes on, and where it ended otherwise."""
        one = self.incident
        if one.status != "recovered" or one.recovered_on is None:
            return None
        return max(0, (one.recovered_on - self.found_on).days)


@dataclass(frozen=True)
class Typical:
    """The median of what is known, and of how many incidents that is."""

    days: float
    of: int


@dataclass(frozen=True)
class MonthlyReport:
    """A workspace's month. `month` is its first day; `judged_until` the last judged day in it, None where none was.

    `since`: the first day on which the workspace was watched, None where that was before the month. `caught` are
    worst first. Sums are of what is known: `missed_unknown`, `unpriced` and `avoided_unknown` incidents (campaigns,
    for `unpriced`) are in none. `missed_sends` is of the whole numbers that each incident is told with, `risk` (by ISO
    4217 code) of the round figures. `false_alarms` are those of the month, `alarms` those since it is watched.
    """

    workspace: str
    month: date
    judged_until: date | None
    is_over: bool
    since: date | None
    caught: tuple[Caught, ...]
    over_when_found: int
    intended: int
    false_alarms: int
    alarms: FalseAlarms
    missed_sends: Range | None
    missed_unknown: int
    risk: dict[str, Range]
    unpriced: int
    sends_avoided: tuple[float, float] | None
    risk_avoided: dict[str, tuple[float, float]]
    avoided_unknown: int

    @property
    def was_watched(self) -> bool:
        """Whether anybody could have caught anything: a day was judged, and not only long afterwards."""
        return self.judged_until is not None and (self.since is None or self.since <= last_day_of(self.month))

    @property
    def campaigns(self) -> int:
        """How many campaigns the incidents were of, each counted once."""
        return len({number for one in self.caught for number in one.incident.of_campaigns})

    @property
    def mended(self) -> int:
        """How many of the incidents are mended by now."""
        return sum(one.incident.status == "recovered" for one in self.caught)

    @property
    def still_broken(self) -> int:
        """How many of them go on."""
        return sum(one.incident.is_open for one in self.caught)

    @property
    def days_to_find(self) -> Typical | None:
        """The median, None where it is known of none."""
        return _typical([one.days_to_find for one in self.caught])

    @property
    def days_to_mend(self) -> Typical | None:
        """The median, None where none is mended."""
        return _typical([one.days_to_mend for one in self.caught])


def monthly_report(
    workspace: str,
    month: date,
    found: Iterable[tuple[Incident, date]],
    *,
    judged: tuple[date, date] | None,
    today: date,
    since: date | None,
    alarms: FalseAlarms,
) -> MonthlyReport:
    """The report of the month that begins on `month`.

    Args:
        workspace: Its name.
        month: The month's first day.
        found: Incidents with the local day on which each was found, of any month.
        judged: The first and the last judged day, of any month.
        today: In the workspace's zone.
        since: The first day on which the workspace was watched, where that is known.
        alarms: The false alarms since it is watched.
    """
    last = last_day_of(month)
    of_month = [(incident, on) for incident, on in found if month <= on <= last and incident.status != "withdrawn"]
    false_alarms = [one for one, _ in of_month if one.expected_how == "false_alarm"]
    intended = [one for one, _ in of_month if one.expected_by and one.expected_how != "false_alarm"]
    meant = {one.incident_id for one in (*false_alarms, *intended)}
    real = [(one, on) for one, on in of_month if one.incident_id not in meant]
    late = [one for one, on in real if one.recovered_on is not None and one.recovered_on < on and not one.is_open]
    dropped = {one.incident_id for one in late}
    days = {one.incident_id: on for one, on in real if one.incident_id not in dropped}
    in_time = in_order(one for one, _ in real if one.incident_id in days)
    caught = tuple(Caught(one, days[one.incident_id]) for one in in_time)
    return MonthlyReport(
        workspace=workspace,
        month=month,
        judged_until=min(last, judged[1]) if judged and judged[0] <= last and judged[1] >= month else None,
        is_over=today > last,
        since=since if since is not None and since > month else None,
        caught=caught,
        over_when_found=len(late),
        intended=len(intended),
        false_alarms=len(false_alarms),
        alarms=alarms,
        missed_sends=_missed(caught),
        missed_unknown=sum(one.incident.missed_sends is None for one in caught),
        risk=_risk(caught),
        unpriced=sum(one.incident.unpriced for one in caught),
        sends_avoided=_sends_avoided(caught),
        risk_avoided=_risk_avoided(caught),
        avoided_unknown=sum(one.days_to_find is None or one.incident.missed_sends is None for one in caught),
    )


def last_day_of(month: date) -> date:
    """The last day of the month that a day is in."""
    return first_day_of(first_day_of(month) + timedelta(days=31)) - timedelta(days=1)


def first_day_of(day: date) -> date:
    """The first day of the month that a day is in."""
    return day.replace(day=1)


def days_sooner(caught: Caught) -> tuple[int, int]:
    """How many days sooner it was found than by hand: at least (0 where by hand is as soon), and at most.

    By hand it is found `MANUAL_DETECTION_DAYS` after its first bad day, so that `max(0, 7 - days_to_find)` to
    `max(0, 45 - days_to_find)` days of the break do not come about: to mend it takes as long as it does, from
    whichever day it is known. The lower end is 0, too, where nobody said that they did anything about it: then finding
    it sooner may have changed nothing, for it goes on or went by itself.
    """
    known = caught.days_to_find
    if known is None:
        return 0, 0
    low, high = (max(0, days - known) for days in MANUAL_DETECTION_DAYS)
    return (low if caught.incident.is_worked_on else 0), high


def _sends_avoided(caught: Sequence[Caught]) -> tuple[float, float] | None:
    """Sends that would have been missed, too: of each incident the missed sends of a counted day (the lower end of
    their range, and the upper) times the days that it was found sooner (at least, and at most). None where that is
    known of no incident.
    """
    known = [one for one in caught if one.days_to_find is not None and one.incident.missed_range is not None]
    if not known:
        return None
    low = high = 0.0
    for one in known:
        parts = _avoided(one, one.incident.missed_range)
        low, high = low + parts[0], high + parts[1]
    return in_round_figures(low), in_round_figures(high)


def _risk_avoided(caught: Sequence[Caught]) -> dict[str, tuple[float, float]]:
    """The same of the revenue at risk, by currency."""
    sums: dict[str, tuple[float, float]] = {}
    for one in caught:
        if one.days_to_find is not None and one.incident.risk_range is not None:
            before = sums.get(one.incident.currency, (0.0, 0.0))
            parts = _avoided(one, one.incident.risk_range)
            sums[one.incident.currency] = before[0] + parts[0], before[1] + parts[1]
    return {currency: (in_round_figures(low), in_round_figures(high)) for currency, (low, high) in sums.items()}


def _avoided(caught: Caught, so_far: Range | None) -> tuple[float, float]:
    if so_far is None:
        return 0.0, 0.0
    counted = caught.incident.counted_days or caught.incident.days
    sooner = days_sooner(caught)
    return max(0.0, so_far[1]) / counted * sooner[0], max(0.0, so_far[2]) / counted * sooner[1]


def _missed(caught: Sequence[Caught]) -> Range | None:
    ranges = [one.incident.missed_range for one in caught]
    known = [[float(max(0, round(part))) for part in one] for one in ranges if one is not None]
    if not known:
        return None
    value, low, high = (sum(parts) for parts in zip(*known, strict=True))
    return value, low, high


def _risk(caught: Sequence[Caught]) -> dict[str, Range]:
    sums: dict[str, Range] = {}
    for one in caught:
        if (risk := one.incident.risk_range) is not None:
            before = sums.get(one.incident.currency, (0.0, 0.0, 0.0))
            parts = [in_round_figures(max(0.0, part)) for part in risk]
            sums[one.incident.currency] = before[0] + parts[0], before[1] + parts[1], before[2] + parts[2]
    return sums


def _typical(days: Iterable[int | None]) -> Typical | None:
    known = [one for one in days if one is not None]
    return Typical(median(known), len(known)) if known else None
