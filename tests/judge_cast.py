"""The judge's cast: a workspace of made-up daily numbers in a real warehouse, and histories for the pure parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.chain.chain_verdicts import CODE, STAGES, Expectation
from campaign_health.detection.incident.campaign_history import CampaignHistory
from campaign_health.judge.judging import judge_workspace
from campaign_health.judge.summary import JudgeSummary
from campaign_health.settings import WorkspaceSettings, load_settings
from storage.file.database import Warehouse, transaction
from storage.records import CampaignMetrics, CampaignRecord, Collected, EventCounts, JourneyMetrics
from storage.save import (
    mark_not_collected,
    save_campaign_metrics,
    save_campaigns,
    save_event_window,
    save_journey_metrics,
    save_source_days,
    save_workspace_zone,
)
from tests.storage_cast import warehouse_in

FIRST = date(2026, 8, 1)
Counts = NDArray[np.int64]


def day(number: int) -> date:
    """The day with that index."""
    return FIRST + timedelta(days=number)


def morning_after(number: int) -> datetime:
    """Nine in the morning, UTC, on the day after the day with that index."""
    return datetime.combine(day(number + 1), datetime.min.time(), UTC) + timedelta(hours=9)


@dataclass
class Story:
    """One campaign and its event, by day index. `sent` None: it follows from what was activated."""

    campaign_id: int
    events: Counts
    started: Counts
    activated: Counts
    sent: Counts
    delivered: Counts
    name: str = ""
    event: str | None = None
    trigger: str | None = None
    state: str = "running"
    first_day: int = 0
    stopped_on: int | None = None
    edited_at: datetime | None = None

    def not_expected(self, number: int) -> bool:
        return number < self.first_day or (self.stopped_on is not None and number >= self.stopped_on)


def steady(campaign_id: int, days: int, level: float = 60.0, seed: int = 1, **more: Any) -> Story:
    """A healthy campaign: nine in ten events lead to a send the same day."""
    chance = np.random.default_rng([seed, campaign_id])
    events = chance.poisson(level, days)
    activated = chance.binomial(events, 0.9)
    delivered = chance.binomial(activated, 0.985)
    name = f"event_{campaign_id}"
    more = {"event": name, "trigger": more.get("event", name), "name": f"Campaign {campaign_id}"} | more
    return Story(campaign_id, events, events.copy(), activated, activated.copy(), delivered, **more)


def broken(story: Story, since: int, until: int | None = None, at: str = "sent", keep: float = 0.0) -> Story:
    """The story with what follows from `at` on cut down to a share, from one day to before another."""
    chain = ("events", "started", "activated", "sent", "delivered")
    bad = slice(since, until)
    for name in chain[chain.index(at) :]:
        series = getattr(story, name)
        series[bad] = np.round(series[bad] * keep).astype(np.int64)
    return story


@dataclass
class World:
    """Stories in a warehouse, collected day by day. `failed`: (source, day) that were asked for in vain."""

    directory: Path
    stories: Sequence[Story]
    environment: dict[str, str] = field(default_factory=dict)
    journeys: bool = True
    time_zone: str = "UTC"
    failed: set[tuple[str, int]] = field(default_factory=set)

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.directory)

    @property
    def settings(self) -> WorkspaceSettings:
        return load_settings(self.environment, self.directory).workspaces[0]

    def collect(self, first: int, last: int, provisional: Sequence[int] = ()) -> None:
        """Store the days from `first` to `last` as a collector would."""
        now = morning_after(last)
        with warehouse_in(self.directory).open() as connection, transaction(connection):
            save_workspace_zone(connection, "default", self.time_zone, now)
            save_campaigns(connection, "default", [self._record(story, last) for story in self.stories], now)
            for begin, end in self._runs(first, last):
                self._collect_events(connection, begin, end, provisional, now)
                self._collect_campaigns(connection, begin, end, provisional, now)

    def judge(self, last: int, as_of: int | None = None) -> JudgeSummary:
        """Judge on the morning after the day `last`."""
        return judge_workspace(
            self.warehouse, self.settings, morning_after(last), None if as_of is None else day(as_of)
        )

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query on the warehouse."""
        with self.warehouse.read() as connection:
            return connection.execute(sql, list(values)).fetchall()

    def table(self, name: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """All rows of a table, sorted."""
        return sorted(self.rows(f"SELECT {columns} FROM {name}"), key=repr)

    def status(self, campaign_id: int, number: int) -> str | None:
        """The verdict of a campaign on a day, None where there is none."""
        found = self.rows("SELECT status FROM verdict WHERE campaign_id = ? AND day = ?", campaign_id, day(number))
        return str(found[0][0]) if found else None

    def _record(self, story: Story, last: int) -> CampaignRecord:
        stopped = story.stopped_on is not None and story.stopped_on <= last
        started = datetime.combine(day(story.first_day), datetime.min.time(), UTC) + timedelta(hours=1)
        if story.first_day == 0:
            started -= timedelta(days=200)
        return CampaignRecord(
            campaign_id=story.campaign_id,
            name=story.name,
            state="stopped" if stopped else story.state,
            active=not stopped,
            trigger_kind="event" if story.trigger else "segment",
            event=story.trigger,
            tags=[],
            created=started - timedelta(hours=1),
            first_started=None if story.state == "draft" else started,
            updated=story.edited_at or started,
            definition={},
            messages=(),
        )

    def _runs(self, first: int, last: int) -> list[tuple[int, int]]:
        """Spans of days that can be saved at once: the days that failed stand alone."""
        alone = {number for _, number in self.failed if first <= number <= last}
        begins = sorted({first, *alone, *(number + 1 for number in alone if number < last)})
        return list(pairwise([*begins, last + 1]))

    def _collect_events(
        self, connection: duckdb.DuckDBPyConnection, begin: int, end: int, provisional: Sequence[int], now: datetime
    ) -> None:
        first, last = day(begin), day(end - 1)
        if ("mixpanel_events", begin) in self.failed:
            mark_not_collected(connection, "mixpanel_events", first, last, Collected("default", "run", now))
            return
        counts: dict[str, Counts] = {}
        for story in self.stories:
            if story.event is not None:
                counts[story.event] = counts.get(story.event, 0) + story.events
        states = {day(number): "provisional" if number in provisional else "observed" for number in range(begin, end)}
        records = [
            EventCounts(name, {day(number): int(series[number]) for number in range(begin, end)}, "query")
            for name, series in counts.items()
        ]
        save_event_window(connection, records, states, Collected("default", "run", now), count_source="query")

    def _collect_campaigns(
        self, connection: duckdb.DuckDBPyConnection, begin: int, end: int, provisional: Sequence[int], now: datetime
    ) -> None:
        by_id = {story.campaign_id: story for story in self.stories}
        first, last, numbers = day(begin), day(end - 1), range(begin, end)
        states = {day(number): "provisional" if number in provisional else "observed" for number in numbers}

        def state(campaign_id: int, of: date) -> str:
            return "not_expected" if by_id[campaign_id].not_expected((of - FIRST).days) else states[of]

        def series(story: Story, *names: str) -> dict[str, list[int | None]]:
            return {name: [int(getattr(story, name)[number]) for number in numbers] for name in names}

        ran = [story for story in self.stories if story.state != "draft"]
        if ("customerio_metrics", begin) in self.failed:
            mark_not_collected(connection, "customerio_metrics", first, last, Collected("default", "run", now))
        else:
            metrics = [
                CampaignMetrics(story.campaign_id, list(states), series(story, "sent", "delivered")) for story in ran
            ]
            save_campaign_metrics(connection, "default", metrics, state, state, now)
            save_source_days(connection, "customerio_metrics", states, Collected("default", "run", now))
        if not self.journeys or ("customerio_journeys", begin) in self.failed:
            mark_not_collected(connection, "customerio_journeys", first, last, Collected("default", "run", now))
            return
        journeys = [
            JourneyMetrics(story.campaign_id, list(states), series(story, "started", "activated")) for story in ran
        ]
        save_journey_metrics(connection, "default", journeys, state, now)
        save_source_days(connection, "customerio_journeys", states, Collected("default", "run", now))


def history(
    statuses: str,
    *,
    stage: str = "sent",
    sent: Sequence[float] | None = None,
    expected: float = 50.0,
    began: Mapping[int, int] | None = None,
) -> CampaignHistory:
    """A history from one letter per day: h healthy, s silent, d degraded, l event lost, n not running, - not collected,
    ? judged and calm without sends, ~ calm while a link still holds its alarm, a the new normal,
    p a person said so."""
    days = len(statuses)
    names = {"s": "silent", "d": "degraded", "l": "event_lost", "n": "not_running", "-": "not_collected"}
    status = np.array([CODE[names.get(letter, "healthy")] for letter in statuses], dtype=np.int8)
    broken = np.array([letter in "sdl" for letter in statuses])
    known = np.array([letter not in "-n" for letter in statuses])
    usual = {"s": 0.0, "l": 0.0, "d": expected / 2, "?": 0.0}
    numbers = np.array([usual.get(letter, expected) for letter in statuses]) if sent is None else np.array(sent, float)
    numbers = np.where(known, numbers, np.nan)
    events = np.where(known, np.array([0.0 if letter == "l" else expected for letter in statuses]), np.nan)

    def around(value: float) -> Expectation:
        return Expectation(np.full(days, value), np.full(days, value * 0.8), np.full(days, value * 1.2))

    return CampaignHistory(
        campaign_id=17,
        first_day=FIRST,
        event_names=("project.created",),
        event_row=np.zeros(days, dtype=np.int32),
        status=status,
        stages=np.full(days, STAGES.index("event" if "l" in statuses else stage), dtype=np.int8),
        broken=broken,
        held=np.array([letter == "~" for letter in statuses]),
        judged=known,
        relearned=np.array([letter == "a" for letter in statuses]),
        accepted=np.array([letter == "p" for letter in statuses]),
        standing=np.zeros(days, dtype=bool),
        not_running=np.array([letter == "n" for letter in statuses]),
        began=np.array([(began or {}).get(number, 0) for number in range(days)], dtype=np.int32),
        probability=np.full(days, 1e-6),
        total_sends=np.full(days, np.nan),
        total_expected=np.full(days, np.nan),
        expected_sends=around(expected),
        expected_deliveries=around(expected),
        expected_events=around(expected),
        expected_starts=around(expected),
        events=events,
        started=events,
        activated=np.where(known, expected, np.nan),
        sent=numbers,
        delivered=numbers,
    )
