"""Whether a name is silent for longer than is usual at this hour, and which new name may be its own. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from campaign_health.names.likeness import nearest_names
from campaign_health.route.seen_names import NewName

HOUR = 3600.0
DAYS_BACK = 7
TIMES_THE_GAP = 20
LEAST_SECONDS = 20.0
LAST_HOURS = 4
LEAST_EVENTS = 20
"""Fewer say nothing of a gap."""
LEAST_LIKENESS = 0.75
LEAST_OF_CANDIDATE = 3


def usual_gap(by_hour: Mapping[int, int], now: float) -> float | None:
    """Seconds between two events at this time of day, by numbers of events by hour (Unix seconds / 3600).

    Of this hour and its neighbours on the seven days before, or, where these are too few to say, of the last hours;
    None where these are too few, too.
    """
    here = int(now // HOUR)
    hours = [here - 24 * day + shift for day in range(1, DAYS_BACK + 1) for shift in (-1, 0, 1)]
    begin = min(by_hour, default=here)
    known = [hour for hour in hours if hour >= begin]
    number = sum(by_hour.get(hour, 0) for hour in known)
    if number >= LEAST_EVENTS:
        return len(known) * HOUR / number
    number = sum(by_hour.get(here - hour, 0) for hour in range(LAST_HOURS))
    return LAST_HOURS * HOUR / number if number >= LEAST_EVENTS else None


def is_silent(gap: float | None, seconds: float) -> bool:
    """Whether so many seconds without an event are too many."""
    return gap is not None and seconds > max(TIMES_THE_GAP * gap, LEAST_SECONDS)


def candidate_for(name: str, names: Mapping[str, NewName], silent_since: float) -> NewName | None:
    """The new name most like one that fell silent, among those that began within its silence; None for none."""
    began = {one.name: one for one in names.values() if one.first >= silent_since and one.number >= LEAST_OF_CANDIDATE}
    nearest = nearest_names(name, began, limit=1, at_least=LEAST_LIKENESS)
    return began[nearest[0][0]] if nearest else None
