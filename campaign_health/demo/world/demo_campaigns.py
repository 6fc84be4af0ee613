"""The demo world's campaigns: how their numbers follow from their events, and how they break."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from campaign_health.demo.world.demo_events import Span, source_of_chance
from campaign_health.sandbox.world.counting import Counts
from campaign_health.sandbox.world.world import CampaignTruth, DefinitionChange, FailureText, Message

_SERIES = ("created", "drafted", "sent", "delivered", "failed", "undeliverable", "bounced", "opened", "clicked")


@dataclass(frozen=True)
class Break:
    """From ``since`` to ``until`` (days before today; ``until`` is the first good day, None: still broken).

    Each share is what gets through a stage, relative to normal; ``starts`` may be above 1. What a message stage
    does not let through is counted as ``held_as``.
    """

    since: int
    until: int | None = None
    starts: float = 1.0
    activates: float = 1.0
    sends: float = 1.0
    held_as: str = "failed"
    failure: str = ""


@dataclass(frozen=True)
class CampaignPlan:
    """A campaign: its definition, and the shares of its event that go through each stage on a normal day."""

    id: int
    name: str
    event: str | None
    subject: str
    body: str
    follows: str | None = None
    qualify: float = 1.0
    activate: float = 0.9
    delay_days: int = 0
    started_days_ago: int = 420
    state: str = "running"
    stopped_days_ago: int | None = None
    breaks: tuple[Break, ...] = ()
    tags: tuple[str, ...] = ("lifecycle",)
    channel: str = "email"
    segments: tuple[int, ...] = ()
    extra_messages: tuple[tuple[str, str], ...] = ()
    edits: tuple[tuple[int, dict[str, str]], ...] = field(default=())


def build_campaign(plan: CampaignPlan, events: Counts | None, span: Span, zone: ZoneInfo, seed: int) -> CampaignTruth:
    """The campaign as planned; ``events`` are the counts of the event it follows (None: a draft, no numbers)."""
    started_at = _midnight(span, plan.started_days_ago, zone) + timedelta(minutes=5)
    messages = _messages(plan)
    campaign = CampaignTruth(
        id=plan.id,
        name=plan.name,
        event_name=plan.event,
        created=started_at - timedelta(days=3),
        first_started=None if plan.state == "draft" else started_at,
        series={},
        messages=messages,
        state=plan.state,
        tags=plan.tags,
        trigger_segment_ids=plan.segments,
        changes=_changes(plan, messages, span, zone),
        failures=tuple(
            FailureText(
                fault.failure, span.index(fault.since), None if fault.until is None else span.index(fault.until)
            )
            for fault in plan.breaks
            if fault.failure
        ),
    )
    if events is not None and plan.state != "draft":
        _count(campaign, plan, events, span, seed)
    return campaign


def _count(campaign: CampaignTruth, plan: CampaignPlan, events: Counts, span: Span, seed: int) -> None:
    chance = source_of_chance(seed, f"campaign {plan.id}")
    running = np.ones(span.days, dtype=bool)
    running[: max(0, span.index(plan.started_days_ago))] = False
    if plan.stopped_days_ago is not None:
        running[span.index(plan.stopped_days_ago) :] = False
    starts, activates, sends = (np.ones(span.days) for _ in range(3))
    held_as = np.full(span.days, "failed", dtype=object)
    for fault in plan.breaks:
        days = slice(span.index(fault.since), None if fault.until is None else span.index(fault.until))
        starts[days], activates[days], sends[days] = fault.starts, fault.activates, fault.sends
        held_as[days] = fault.held_as
    started = _share(chance, np.where(running, events, 0), plan.qualify * starts)
    activated = _share(chance, started, plan.activate * activates)
    created = _later(activated, plan.delay_days)
    passed = _share(chance, created, 0.994 * sends)
    held = created - passed
    series = {name: np.zeros(span.days, dtype=np.int64) for name in _SERIES}
    series |= {"created": created, "sent": passed, "delivered": _share(chance, passed, np.full(span.days, 0.985))}
    for name in ("drafted", "failed", "undeliverable"):
        series[name] = np.where(held_as == name, held, 0)
    series["bounced"] = passed - series["delivered"]
    series["opened"] = _share(chance, series["delivered"], np.full(span.days, 0.47))
    series["human_opened"] = _share(chance, series["opened"], np.full(span.days, 0.7))
    series["prefetch_opened"] = series["opened"] - series["human_opened"]
    series["clicked"] = _share(chance, series["human_opened"], np.full(span.days, 0.22))
    series["human_clicked"] = series["clicked"]
    series["converted"] = _share(chance, series["clicked"], np.full(span.days, 0.3))
    series["unsubscribed"] = _share(chance, series["delivered"], np.full(span.days, 0.002))
    campaign.series = series
    finished = _share(chance, activated, np.full(span.days, 0.93))
    campaign.journeys = {
        "started": started,
        "activated": activated,
        "messaged": activated,
        "exited_early": activated - finished,
        "finished": finished,
        "converted": _share(chance, activated, np.full(span.days, 0.05)),
    }


def _share(chance: np.random.Generator, counts: Counts, share: npt.NDArray[np.float64]) -> Counts:
    """A share of each day's count, by chance; a share above 1 repeats the whole ones."""
    whole = np.floor(share).astype(np.int64)
    return np.asarray(counts * whole + chance.binomial(counts, share - whole), dtype=np.int64)


def _later(counts: Counts, days: int) -> Counts:
    return counts if not days else np.concatenate((counts[:1].repeat(days), counts[:-days]))


def _messages(plan: CampaignPlan) -> tuple[Message, ...]:
    first = Message(plan.id * 10 + 1, plan.name, plan.channel, plan.subject, plan.body)
    rest = (
        Message(plan.id * 10 + 2 + number, f"{plan.name}, part {number + 2}", plan.channel, subject, body)
        for number, (subject, body) in enumerate(plan.extra_messages)
    )
    return (first, *rest)


def _changes(
    plan: CampaignPlan, messages: tuple[Message, ...], span: Span, zone: ZoneInfo
) -> tuple[DefinitionChange, ...]:
    changes = []
    if plan.stopped_days_ago is not None:
        changes.append(DefinitionChange(_edited(span, plan.stopped_days_ago, zone), {"state": "stopped"}))
    for days_ago, fields in plan.edits:
        changes.extend(
            DefinitionChange(_edited(span, days_ago, zone), dict(fields), message.id) for message in messages
        )
    return tuple(sorted(changes, key=lambda change: change.at))


def _edited(span: Span, days_ago: int, zone: ZoneInfo) -> datetime:
    """Edits are made shortly after midnight, so that a day is wholly before or after them."""
    return _midnight(span, days_ago, zone) + timedelta(minutes=12)


def _midnight(span: Span, days_ago: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(span.today - timedelta(days=days_ago), time(), zone)
