"""One campaign's days side by side: what incidents are read from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.chain.chain_input import ChainInput, Flags, Numbers
from campaign_health.detection.chain.chain_verdicts import STAGES, ChainVerdicts, Expectation
from campaign_health.detection.incident.money import SUNK_DAYS, DailyMiss, Estimate, sunk
from campaign_health.detection.incident.sums import range_of_sum, sum_of
from campaign_health.detection.pair.verdicts import STATUS_NAMES
from campaign_health.words.dates import day_text, days_text
from campaign_health.words.missing import counted_at, missing_sentence
from campaign_health.words.sentences import seen_sentence

LOOK_BACK_DAYS = 56
"""How far back from a day an incident's own numbers are read: eight weeks."""

RATIO_DAYS = 28
"""Days before a break from which its normal sends per event are taken."""

BACK_DAYS, OLD_LEVEL_SHARE = 3, 0.8
"""Newest days over which so much of the former sends per event must be there, where a lower level counts as normal."""

SPLIT_MARGIN = 3.0
"""Residual variances by which a split of days into broken and normal ones may do worse than the best one."""


@dataclass(frozen=True)
class CampaignHistory:
    """One row of the workspace's panels; column 0 is `first_day`. Verdicts and numbers cover the same columns."""

    campaign_id: int
    first_day: date
    event_names: Sequence[str]
    event_row: NDArray[np.int32]
    status: NDArray[np.int8]
    stages: NDArray[np.int8]
    broken: Flags
    held: Flags
    judged: Flags
    relearned: Flags
    accepted: Flags
    standing: Flags
    not_running: Flags
    began: NDArray[np.int32]
    probability: Numbers
    total_sends: Numbers
    total_expected: Numbers
    expected_sends: Expectation
    expected_deliveries: Expectation
    expected_events: Expectation
    expected_starts: Expectation
    events: Numbers
    started: Numbers
    activated: Numbers
    sent: Numbers
    delivered: Numbers

    @classmethod
    def of(cls, row: int, data: ChainInput, events: Numbers, verdicts: ChainVerdicts) -> CampaignHistory:
        """The history of the campaign in `row`; `events` are `data.events()`."""

        def expectation(of: Expectation) -> Expectation:
            return Expectation(of.value[row], of.low[row], of.high[row])

        return cls(
            campaign_id=int(data.campaign_ids[row]),
            first_day=data.first_day,
            event_names=data.panel.events,
            event_row=data.event_row[row],
            status=verdicts.status[row],
            stages=verdicts.stage[row],
            broken=verdicts.broken[row],
            held=verdicts.held[row],
            judged=verdicts.judged[row],
            relearned=verdicts.relearned[row],
            accepted=verdicts.accepted[row],
            standing=verdicts.standing[row],
            not_running=data.not_running[row],
            began=verdicts.began[row],
            probability=verdicts.probability[row],
            total_sends=verdicts.total_sends[row],
            total_expected=verdicts.total_expected[row],
            expected_sends=expectation(verdicts.sends),
            expected_deliveries=expectation(verdicts.deliveries),
            expected_events=expectation(verdicts.events),
            expected_starts=expectation(verdicts.starts),
            events=events[row],
            started=data.started[row],
            activated=data.activated[row],
            sent=data.sent[row],
            delivered=data.delivered[row],
        )

    def day(self, column: int) -> date:
        """The calendar day of a column."""
        return self.first_day + timedelta(days=int(column))

    def column(self, day: date) -> int:
        """The column of a calendar day; negative for days before the first."""
        return (day - self.first_day).days

    def event(self, column: int) -> str | None:
        """The event it hung on that day; None without one that was seen by then."""
        row = int(self.event_row[column])
        return self.event_names[row] if row >= 0 else None

    def kind(self, column: int) -> str:
        """The verdict of the day."""
        return str(STATUS_NAMES[self.status[column]])

    def stage(self, column: int) -> str:
        """Where the chain broke that day."""
        return STAGES[self.stages[column]]

    def oldest_column(self, column: int) -> int:
        """The oldest column that may be looked at from `column`."""
        return max(0, column - LOOK_BACK_DAYS + 1)

    def first_bad_column(self, column: int, earliest: date | None) -> int:
        """Where the break that shows in `column` began, not before `earliest` or before the campaign ran.

        May be negative: the break began before the first column.
        """
        first = column - int(self.began[column])
        oldest = self.oldest_column(column)
        stopped = np.flatnonzero(self.not_running[max(first, oldest) : column])
        if stopped.size:
            first = max(first, oldest) + int(stopped[-1]) + 1
        return first if earliest is None else max(first, min(self.column(earliest), column))

    def last_good_day(self, opened: int, column: int) -> date | None:
        """The last day before the break with at least one send."""
        oldest = self.oldest_column(column)
        sends = np.flatnonzero(self.sent[oldest : max(opened, oldest)] > 0)
        return self.day(oldest + int(sends[-1])) if sends.size else None

    def sends_per_source(self, opened: int, column: int) -> float | None:
        """Sends per event (per journey without an event) in the weeks before the break; None if not known."""
        source = self.events if self.event(max(opened - 1, 0)) is not None else self.started
        return self._ratio(source, opened, column)

    def sends_per_event(self, opened: int, column: int) -> float | None:
        """Sends per event that qualified (an activated journey; without journeys, any event) before the break."""
        qualified = self.activated if np.isfinite(self.activated).any() else self.events
        return self._ratio(qualified, opened, column)

    def add_miss(self, miss: DailyMiss, column: int, stage: str, ratio: float | None) -> DailyMiss:
        """`miss` with the day's expected and actual sends added, where both are known; lost deliveries by themselves.

        What `sends_due` says goes before the day's own expectation.
        """
        actual, expected = self.sent, self.expected_sends
        due = self.sends_due(column, stage, ratio)
        if stage == "delivered":
            actual, expected = self.delivered, self.expected_deliveries
        elif due is not None or self._source_broke(column, stage):
            return miss if due is None else miss.plus(*due, float(actual[column]))
        value, low, high = (float(part[column]) for part in (expected.value, expected.low, expected.high))
        return miss.plus(value, low, high, float(actual[column]))

    def sends_due(self, column: int, stage: str, ratio: float | None) -> Estimate | None:
        """The sends that a source fallen silent should have led to: its own history times the usual sends per source.

        Where another stage broke, the day's expectation, raised as far as it has sunk since. None where neither says
        more than the expectation, or where `ratio`, the usual sends per source, is not known.
        """
        has_event, expected, times = self.event(column) is not None, self.expected_sends, ratio
        if ratio is None or stage == "delivered":
            return None
        if self._source_broke(column, stage):
            expected = self.expected_events if has_event else self.expected_starts
        else:
            week = slice(max(0, column + 1 - SUNK_DAYS), column + 1)
            times = sunk(expected.value[week], (self.events if has_event else self.started)[week], ratio)
        if times is None:
            return None
        return Estimate(*(float(part[column]) * times for part in (expected.value, expected.low, expected.high)))

    def _source_broke(self, column: int, stage: str) -> bool:
        return stage == "event" or (stage == "started" and self.event(column) is None)

    def shows_recovery(self, column: int) -> bool:
        """Judged, nothing broken or held any more, and messages are being sent."""
        calm = self.judged[column] and not self.broken[column] and not self.held[column]
        return bool(calm and self.sent[column] > 0)

    def first_column_back(self, since: int, earliest: int, column: int, stage: str) -> int:
        """The first of the normal days up to `column`, which is the day on which they were enough to be sure.

        Not before `earliest`. It is where the share of the expectation that came steps up: the split of the days from
        `since` on with the least squares on both sides (weighted by what was due), after the last day with nothing.
        """
        actual, expected = self._told_by(column, stage)
        days = np.arange(max(since, self.oldest_column(column)), column + 1)
        days = days[np.isfinite(actual[days]) & (expected.value[days] > 0)]
        weight, share = expected.value[days], actual[days] / np.maximum(expected.value[days], 1e-9)
        nothing = days[(actual[days] <= 0) & (expected.low[days] > 0)]
        earliest = max(earliest, int(nothing[-1]) + 1 if nothing.size else earliest)
        tried: list[tuple[int, float]] = []
        for split in np.flatnonzero(days >= earliest):
            sides = [(weight[part], share[part]) for part in (slice(0, split), slice(split, None))]
            means = [float((w * of).sum() / w.sum()) if w.size else 0.0 for w, of in sides]
            squares = sum(float((w * (of - mean) ** 2).sum()) for (w, of), mean in zip(sides, means, strict=True))
            if means[1] > means[0]:
                tried.append((int(days[split]), squares))
        least = min((squares for _, squares in tried), default=0.0)
        # Of days that do equally well the latest: a break is not called over on one of its better days.
        enough = least * (1.0 + SPLIT_MARGIN / max(1, len(days) - 2))
        return max((day for day, squares in tried if squares <= enough), default=column)

    def _told_by(self, column: int, stage: str) -> tuple[Numbers, Expectation]:
        """The series that says whether a break of that stage is over, with its expectation."""
        if stage == "delivered":
            return self.delivered, self.expected_deliveries
        if self._source_broke(column, stage):
            # Sends follow the events that are left: only the source's own count says whether it is back.
            has_event = self.event(column) is not None
            return (self.events, self.expected_events) if has_event else (self.started, self.expected_starts)
        return self.sent, self.expected_sends

    def is_at_old_level(self, column: int, sends_per_source: float | None) -> bool:
        """Whether the newest days sent what the source led to before the break."""
        source = self.events if self.event(column) is not None else self.started
        newest = slice(max(0, column - BACK_DAYS + 1), column + 1)
        known = np.isfinite(source[newest]) & np.isfinite(self.sent[newest])
        due = float(source[newest][known].sum()) * (sends_per_source or 0.0)
        return due > 0 and float(self.sent[newest][known].sum()) >= OLD_LEVEL_SHARE * due

    def event_on(self, day: date) -> str | None:
        """The event it hung on that day; the oldest known one where the day lies before all columns."""
        return self.event(max(0, self.column(day)))

    def falls_short(self, column: int) -> bool:
        """Whether the day's own count lies below what was expected of it, as far as both are known."""
        actual, expected = self._told_by(column, self.stage(column))
        return bool(self.standing[column]) or not actual[column] >= expected.low[column]

    def rarest(self, column: int, before: float | None) -> float | None:
        """The day's probability, or that of the days `before` where it is less; None where neither is known."""
        today = float(self.probability[column])
        return before if math.isnan(today) else min(today, 1.0 if before is None else before)

    def opening_sentence(self, opened: int, column: int, probability: float | None) -> str:
        """What shows the break that began in `opened`: the newest day that falls short, else all its days together."""
        if self.standing[column]:
            return self.sentence(column, probability)
        days = [day for day in range(max(opened, self.oldest_column(column)), column + 1) if self.judged[day]]
        actual, expected = self._told_by(column, self.stage(column))
        short = [day for day in days if not actual[day] >= expected.low[day]]
        newest = slice(short[-1], short[-1] + 1) if short else None
        over = newest if short or len(days) < 2 else slice(days[0], column + 1)
        return self.sentence(column, probability, over)

    def sentence(self, column: int, probability: float | None, over: slice | None = None) -> str:
        """What the day says of the campaign, with its numbers: of a lost event, of deliveries where they fail, else of
        sends. `probability` is the incident's. `over`: the numbers are those of these columns, added up. Where only two
        weeks together told, theirs: the day alone may pass for a healthy one.
        """
        over = over or slice(column, column + 1)
        stage, event = self.stage(column), self.event(column)
        if np.isfinite(self.total_sends[column]):
            totals = float(self.total_sends[column]), float(self.total_expected[column])
            began = self.day(column - int(self.began[column]))
            return missing_sentence(counted_at(stage), *totals, began, self.day(column), probability)
        expected = self._told_by(column, stage)[1] if stage != "event" or event is not None else self.expected_sends
        if stage == "delivered" and np.isnan(self.delivered[over]).all():
            expected = self.expected_sends
        low, high = range_of_sum(*(part[over] for part in (expected.value, expected.low, expected.high)))
        first, last = self.day(over.start), self.day(over.stop - 1)
        return seen_sentence(
            self.kind(column),
            events=sum_of(self.events[over]),
            started=sum_of(self.started[over]),
            sent=sum_of(self.sent[over]),
            delivered=sum_of(self.delivered[over]),
            expected_low=low,
            expected_high=high,
            probability=probability,
            stage=stage,
            event=event,
            day=day_text(last, last) if first == last else f"the days {days_text(first, last, last)}",
        )

    def _ratio(self, source: Numbers, opened: int, column: int) -> float | None:
        first = max(opened - RATIO_DAYS, self.oldest_column(column))
        if opened <= first:
            return None
        before = slice(first, opened)
        both = np.isfinite(source[before]) & np.isfinite(self.sent[before])
        total = float(source[before][both].sum())
        return float(self.sent[before][both].sum()) / total if total > 0 else None
