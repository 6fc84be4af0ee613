"""All events of one project side by side: one row per event, one column per day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Counts = NDArray[np.float64]
MIXPANELS_OWN = ("$", "mp_")
"""How Mixpanel's own events and properties begin, its hot shards among them: none is ever renamed by anybody."""


@dataclass(frozen=True)
class EventPanel:
    """Daily counts of every event of a project.

    `counts[i, j]` belongs to `events[i]` on `first_day` + j days; NaN where not collected, or before the event's
    first row. The last column is the day as of which one looks.
    """

    events: tuple[str, ...]
    first_day: date
    counts: Counts

    @classmethod
    def from_frame(cls, event_day: pd.DataFrame, as_of: date | None = None) -> EventPanel:
        """The panel of `event_day` rows (event, day, events, state), without provisional days or days after `as_of`."""
        import pandas as pd  # what only names the counts does not wait for it

        frame = event_day
        if "state" in frame.columns:
            frame = frame[frame["state"] != "provisional"]
        days = pd.to_datetime(frame["day"])
        if as_of is not None:
            keep = days <= pd.Timestamp(as_of)
            frame, days = frame[keep], days[keep]
        if frame.empty:
            return cls((), as_of or date(1970, 1, 1), np.empty((0, 0)))
        rows, names = pd.factorize(frame["event"], sort=True)
        first = days.min()
        columns = (days - first).dt.days.to_numpy()
        last = int((pd.Timestamp(as_of) - first).days) if as_of is not None else int(columns.max())
        counts = np.full((len(names), last + 1), np.nan)
        counts[rows, columns] = pd.to_numeric(frame["events"]).to_numpy(dtype=np.float64, na_value=np.nan)
        return cls(tuple(str(name) for name in names), first.date(), counts)

    @property
    def last_day(self) -> date:
        """The day of the last column."""
        return self.day(self.counts.shape[1] - 1)

    def day(self, column: int) -> date:
        """The calendar day of a column."""
        return self.first_day + timedelta(days=int(column))

    def column(self, day: date) -> int:
        """The column of a calendar day; may lie outside the panel."""
        return (day - self.first_day).days

    def until(self, day: date) -> EventPanel:
        """The panel as it stood at the end of `day`; shares its memory."""
        return EventPanel(self.events, self.first_day, self.counts[:, : max(self.column(day) + 1, 0)])

    def newest(self, days: int) -> EventPanel:
        """The newest `days` columns; shares its memory."""
        skipped = max(self.counts.shape[1] - days, 0)
        return EventPanel(self.events, self.day(skipped), self.counts[:, skipped:])

    def row(self, event: str) -> Counts | None:
        """Daily counts of one event, None if it was never seen."""
        try:
            counts: Counts = self.counts[self.events.index(event)]
        except ValueError:
            return None
        return counts


def weekdays(first_day: date, days: int) -> NDArray[np.intp]:
    """Weekday (0 = Monday) of `days` columns from `first_day` on."""
    return (first_day.weekday() + np.arange(days)) % 7


def filled(panel: EventPanel) -> tuple[Counts, NDArray[np.bool_]]:
    """Counts with 0 for *nothing happened*, and which of them are known.

    Before an event's first row, a day on which anything of the project was collected is a day without it.
    """
    counts = panel.counts
    finite = np.isfinite(counts)
    collected = np.asarray(finite.any(axis=0))
    begun = np.logical_or.accumulate(finite, axis=1)
    known = finite | (~begun & collected[None, :])
    return np.where(finite, counts, 0.0), known


def names_index(events: Sequence[str]) -> dict[str, int]:
    """Row of each event name."""
    return {name: row for row, name in enumerate(events)}
