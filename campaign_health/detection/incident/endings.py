"""How an incident ends: the sends are back, the lower level is the new normal, or nobody can expect sends any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from campaign_health.detection.incident.campaign_history import CampaignHistory

RECOVERED = "sends_back"
"""The one ending that is a recovery; every other one closes an incident without it."""

BY_PEOPLE = ("stopped", "archived", "deleted", "draft")
"""Endings in which somebody took the campaign out of service."""

RESTATED_DAYS = 7
"""How far before the day that made it sure a recovery may be dated: every run judges so many days again."""


@dataclass(frozen=True)
class Ending:
    """How, and from which day on it is over. `low` is none: a lower level that would be normal, but for its cause."""

    how: str
    on: date

    @property
    def closed_by_people(self) -> bool:
        """Whether the campaign itself was taken out of service."""
        return self.how in BY_PEOPLE


def ending_of(
    history: CampaignHistory,
    column: int,
    *,
    event_before: str | None,
    stage: str,
    since: date,
    shown_on: date,
    sends_per_source: float | None,
    low_since: date | None,
    cause_stands: Callable[[], bool],
    why_closed: Callable[[], str],
) -> Ending | None:
    """How the open incident ends by the day of `column`; None while it goes on.

    `event_before` is what the campaign hung on when it was detected, `since` its first bad day, `shown_on` the
    day that showed it. A lower level
    is not normal while its cause stands: then the sends must be back at what `sends_per_source` makes of the source.
    """
    day = history.day(column)
    if history.not_running[column]:
        return Ending(why_closed(), day)
    if history.broken[column]:
        return None
    if history.accepted[column]:
        return Ending("accepted", day)
    if history.relearned[column]:
        return Ending("low" if cause_stands() else "new_level", day)
    if not history.shows_recovery(column):
        return None
    if low_since is not None and not history.is_at_old_level(column, sends_per_source):
        return None if cause_stands() else Ending("new_level", day)
    if event_before is not None and history.event(column) is None:
        # Nothing is left to compare it with: that is the end of a comparison, not of a break.
        return Ending("unmapped", day)
    earliest = max(shown_on + timedelta(days=1), day - timedelta(days=RESTATED_DAYS))
    back = history.first_column_back(history.column(since), history.column(earliest), column, stage)
    return Ending(RECOVERED, history.day(back))
