"""What the chain of each campaign is judged from: one row per campaign, one column per day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.event.event_panel import EventPanel

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Relearning:
    """From the column `column` on, campaign `row` is to be learned anew.

    `trigger` True: its trigger was replaced by another event (void where the old event was lost by then: that is
    a repair, and the old ratio holds). False: a person said that the break is the new normal.
    """

    column: int
    row: int
    trigger: bool
    old_event: int = -1


@dataclass(frozen=True)
class ChainInput:
    """All campaigns of a workspace × consecutive days; NaN where a number is not known for certain.

    `panel` has every event ever seen, over the same days. `event_row[i, j]` is the row of the event that campaign i
    hung on that day, -1 where it hung on none that was ever seen by then. `unknown`: it names an event that
    was never seen by then, and has run for too long without one journey to wait any longer. `age`: days that it has
    been watched running, counted anew where its trigger was replaced; 0 before.
    `edited`: its trigger was edited that day, so that the day belongs to no one event.
    `outage`: days on which every event of a busy project was at zero; None where that was not looked for.
    `replaced`: days on which most of them were, while the project as a whole was not.
    """

    first_day: date
    campaign_ids: NDArray[np.int64]
    panel: EventPanel
    event_row: NDArray[np.int32]
    unknown: Flags
    age: NDArray[np.int32]
    edited: Flags
    started: Numbers
    activated: Numbers
    sent: Numbers
    delivered: Numbers
    not_running: Flags
    relearnings: Sequence[Relearning] = ()
    outage: Flags | None = None
    replaced: Flags | None = None

    @property
    def outages(self) -> Flags:
        """Days on which the whole project was at zero, so that no event's own zero says anything."""
        return np.zeros(self.days, dtype=bool) if self.outage is None else self.outage

    @property
    def all_renamed(self) -> Flags:
        """Days on which most events were at zero and the project was not: they have other names."""
        return np.zeros(self.days, dtype=bool) if self.replaced is None else self.replaced

    @property
    def days(self) -> int:
        """Number of columns."""
        return int(self.sent.shape[1])

    def day(self, column: int) -> date:
        """The calendar day of a column."""
        return self.first_day + timedelta(days=int(column))

    def column(self, day: date) -> int:
        """The column of a calendar day; may lie outside."""
        return (day - self.first_day).days

    def events(self) -> Numbers:
        """Event count of each campaign's event; NaN without one, or where not collected."""
        if not len(self.panel.events):
            return np.full(self.sent.shape, np.nan)
        columns = np.arange(self.days)[None, :]
        counts = self.panel.counts[np.maximum(self.event_row, 0), columns]
        return np.where(self.event_row >= 0, counts, np.nan)

    def span(self, begin: int, end: int) -> ChainInput:
        """The columns from `begin` to before `end`; relearnings outside are left out."""
        columns = slice(begin, end)
        return ChainInput(
            first_day=self.day(begin),
            campaign_ids=self.campaign_ids,
            panel=EventPanel(self.panel.events, self.day(begin), self.panel.counts[:, columns]),
            event_row=self.event_row[:, columns],
            unknown=self.unknown[:, columns],
            age=self.age[:, columns],
            edited=self.edited[:, columns],
            started=self.started[:, columns],
            activated=self.activated[:, columns],
            sent=self.sent[:, columns],
            delivered=self.delivered[:, columns],
            not_running=self.not_running[:, columns],
            relearnings=[
                Relearning(item.column - begin, item.row, item.trigger, item.old_event)
                for item in self.relearnings
                if begin <= item.column < end
            ],
            outage=self.outages[columns],
            replaced=self.all_renamed[columns],
        )
