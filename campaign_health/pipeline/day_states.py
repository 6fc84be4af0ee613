"""What is known about a day: the four states of DESIGN's section on days, as pure functions of the run's clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from campaign_health.process.clock import local_day

DayState = Literal["observed", "provisional", "not_expected"]

# Event counts and sends of a day still move for a while after midnight: queues, send windows, late events.
SETTLING_TIME = timedelta(hours=2)
# Opens, clicks and conversions are credited to the day of the send; yesterday's still grow all day today.
ENGAGEMENT_PROVISIONAL_DAYS = 1

RUNNING = "running"


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which the calendar day `day` is over in `zone`."""
    return datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)


def count_state(day: date, now: datetime, zone: ZoneInfo) -> DayState:
    """State of an event count, sends or journeys read at `now`: provisional until two hours after the day's end."""
    return "observed" if now >= end_of_day(day, zone) + SETTLING_TIME else "provisional"


def engagement_state(day: date, now: datetime, zone: ZoneInfo) -> DayState:
    """State of delivered, opened, clicked, converted and bounced read at `now`: provisional for today and yesterday."""
    settled_before = local_day(now, zone) - timedelta(days=ENGAGEMENT_PROVISIONAL_DAYS)
    return "observed" if day < settled_before else "provisional"


def count_states(first_day: date, last_day: date, now: datetime, zone: ZoneInfo) -> dict[date, str]:
    """`count_state` of every day from the first to the last (both included); days that have not begun are left out."""
    last_begun = min(last_day, local_day(now, zone))
    return {day: count_state(day, now, zone) for day in days_between(first_day, last_begun)}


def newest_complete_day(now: datetime, zone: ZoneInfo) -> date:
    """The newest day whose counts have settled."""
    yesterday = local_day(now, zone) - timedelta(days=1)
    return yesterday if count_state(yesterday, now, zone) == "observed" else yesterday - timedelta(days=1)


def days_between(first_day: date, last_day: date) -> list[date]:
    """Every day from the first to the last, both included; none where the last comes before the first."""
    return [first_day + timedelta(days=ahead) for ahead in range((last_day - first_day).days + 1)]


def unbroken(days: Sequence[date]) -> list[tuple[date, date]]:
    """The first and last day of each unbroken run of `days`, which are in order."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


@dataclass(frozen=True)
class CampaignLife:
    """When a campaign could send.

    Attributes:
        first_started: local day on which it first ran, None if it never did.
        pauses: (first local day off, first local day on again or None), in order.
    """

    first_started: date | None
    pauses: tuple[tuple[date, date | None], ...] = ()

    def is_expected(self, day: date) -> bool:
        """Whether the campaign was running on that day, so that sends can be expected."""
        if self.first_started is None or day < self.first_started:
            return False
        return not any(off <= day and (on is None or day < on) for off, on in self.pauses)


def campaign_life(
    first_started: datetime | None,
    versions: Sequence[tuple[datetime, str]],
    updated: datetime | None,
    gone_at: datetime | None,
    zone: ZoneInfo,
) -> CampaignLife:
    """When a campaign could send, from what is known of its definition's history.

    Args:
        first_started: when it first ran, as Customer.io says.
        versions: (valid from, state) of each definition that was read, oldest first. Only `running` sends.
        updated: when it was last changed; for a campaign found stopped when first read, the best guess of since when.
        gone_at: when it was found to be deleted.
    """
    pauses: list[tuple[date, date | None]] = []
    off: date | None = None
    for place, (valid_from, state) in enumerate(versions):
        begun = updated if place == 0 and len(versions) == 1 and updated is not None else valid_from
        changed_on = local_day(begun, zone)
        if state != RUNNING and off is None:
            off = changed_on
        elif state == RUNNING and off is not None:
            pauses.append((off, changed_on))
            off = None
    if gone_at is not None and (off is None or local_day(gone_at, zone) < off):
        off = local_day(gone_at, zone)
    if off is not None:
        pauses.append((off, None))
    return CampaignLife(None if first_started is None else local_day(first_started, zone), tuple(pauses))
