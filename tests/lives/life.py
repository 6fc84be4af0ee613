"""One campaign's life: its numbers, its definition, and what is true of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from campaign_health.sandbox.world.counting import Counts
from campaign_health.sandbox.world.world import CampaignTruth, DefinitionChange, FailureText, Message

Shares = NDArray[np.float64]

PAST = 90
"""Days before the first morning; they are collected at once on it."""
WATCHED = 42
"""Mornings on which the project is collected, judged and read."""
DAYS = PAST + WATCHED + 1


@dataclass
class Life:
    """What is drawn of a campaign, by day index. `bad` is its break's first day, `good` the first day after it.

    `matched` are the events that match its trigger, `full` those that would without the break. `starts`, `activates`
    and `sends` are the shares that each stage lets through, beside the usual ones; what `sends` holds back is counted
    as `held_as`. `causes` are the headlines that are right; `into` is the event that it was merged into. A `kind` of a
    healthy life begins with `well`.
    """

    kind: str
    name: str
    event: str | None
    matched: Counts
    full: Counts
    bad: int | None = None
    good: int | None = None
    causes: frozenset[str] = frozenset()
    starts: Shares = field(default_factory=lambda: np.ones(DAYS))
    activates: Shares = field(default_factory=lambda: np.ones(DAYS))
    sends: Shares = field(default_factory=lambda: np.ones(DAYS))
    held_as: str = "failed"
    failure: str = ""
    into: str = ""
    body: str = "Hello {{event.plan}}"
    delay_days: int = 0
    begins: int = 0
    ends: int = DAYS
    sleeps: tuple[int, int] = (0, 0)
    edits: tuple[tuple[int, dict[str, Any], bool], ...] = ()
    campaign_id: int = 0
    due: Shares = field(default_factory=lambda: np.zeros(DAYS))
    sent: Counts = field(default_factory=lambda: np.zeros(DAYS, dtype=np.int64))

    @property
    def is_break(self) -> bool:
        """Whether an incident is due."""
        return self.bad is not None

    @property
    def is_well(self) -> bool:
        """Whether no incident is due."""
        return self.kind.startswith("well")

    @property
    def level(self) -> float:
        """Sends due on a usual day before the break."""
        until = self.bad if self.bad is not None else self.ends
        return float(np.mean(self.due[max(self.begins, until - 28) : until]))

    def missed(self, last: int) -> float:
        """Sends due and not made from the break's first day to `last` or the day before its repair."""
        if self.bad is None:
            return 0.0
        days = slice(self.bad, min(last + 1, self.good if self.good is not None else DAYS))
        return float(np.sum(self.due[days] - self.sent[days]))

    def truth(self, campaign_id: int, chance: np.random.Generator, zone: ZoneInfo, first: datetime) -> CampaignTruth:
        """The campaign as the sandbox serves it; draws its numbers. `first` is midnight of the first day."""
        self.campaign_id = campaign_id
        runs = np.zeros(DAYS, dtype=bool)
        runs[self.begins : self.ends] = True
        runs[self.sleeps[0] : self.sleeps[1]] = False
        usual = float(chance.uniform(0.82, 0.97))
        started = _kept(chance, np.where(runs, self.matched, 0), self.starts)
        activated = _kept(chance, started, usual * self.activates)
        created = _later(activated, self.delay_days)
        passed = _kept(chance, created, 0.995 * self.sends)
        self.sent = passed
        self.due = _later(np.where(runs, self.full, 0) * usual * 0.995, self.delay_days)
        delivered = _kept(chance, passed, np.full(DAYS, 0.985))
        opened = _kept(chance, delivered, np.full(DAYS, 0.45))
        series = {name: np.zeros(DAYS, dtype=np.int64) for name in ("drafted", "failed", "undeliverable")}
        made = created if self.held_as else passed
        if self.held_as:
            series[self.held_as] = created - passed
        series |= {"created": made, "sent": passed, "delivered": delivered, "bounced": passed - delivered}
        series |= {"opened": opened, "clicked": _kept(chance, opened, np.full(DAYS, 0.2))}
        began = first + timedelta(days=self.begins, minutes=5) if self.begins else first - timedelta(days=200)
        message = Message(campaign_id * 10, self.name, body=self.body)
        return CampaignTruth(
            id=campaign_id,
            name=self.name,
            event_name=self.event,
            created=began - timedelta(days=2),
            first_started=began,
            series=series,
            journeys={"started": started, "activated": activated, "messaged": activated, "finished": activated},
            messages=(message,),
            changes=tuple(self._changes(message, zone, first)),
            failures=(FailureText(self.failure, self.bad or 0, self.good),) if self.failure else (),
        )

    def _changes(self, message: Message, zone: ZoneInfo, first: datetime) -> list[DefinitionChange]:
        changes = []
        for day, fields, of_message in self.edits:
            midnight = datetime.combine(first.date() + timedelta(days=day), time(), zone)
            changes.append(
                DefinitionChange(midnight + timedelta(minutes=7), fields, message.id if of_message else None)
            )
        return changes


def _kept(chance: np.random.Generator, counts: Counts, share: Shares) -> Counts:
    return np.asarray(chance.binomial(counts, np.clip(share, 0.0, 1.0)), dtype=np.int64)


def _later(counts: Any, days: int) -> Any:
    return counts if not days else np.concatenate((np.zeros(days, dtype=counts.dtype), counts[:-days]))
