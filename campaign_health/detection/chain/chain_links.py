"""The links of a campaign's chain, each judged against the one before it, and the memory in between runs."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.chain.chain_input import ChainInput, Numbers, Relearning
from campaign_health.detection.event.event_history import EventState, EventVerdicts, judge_event_panel
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.monitor import PanelVerdicts, judge_panel
from campaign_health.detection.pair.panel import State


class Link(NamedTuple):
    """Two numbers of which the second follows from the first; a break between them is a break of `stage`."""

    upstream: str
    downstream: str
    stage: str


LINKS: tuple[Link, ...] = (
    Link("events", "started", "started"),
    Link("started", "activated", "activated"),
    Link("activated", "sent", "sent"),
    Link("sent", "delivered", "delivered"),
    Link("events", "sent", "sent"),
    Link("started", "sent", "sent"),
)
"""Four links of the chain, and two from end to end: for days without journeys, and for what sends to expect."""

EVENT_STARTED, STARTED_ACTIVATED, ACTIVATED_SENT, SENT_DELIVERED, EVENT_SENT, STARTED_SENT = range(6)
ALARMING_LINKS = 4
"""How many independent chances of a false alarm a campaign has: the false-alarm budget is shared among them."""


@dataclass(frozen=True)
class ChainState:
    """The memory after a day: one row per campaign in each link, one per event, one per campaign's own starts."""

    campaign_ids: tuple[int, ...]
    events: tuple[str, ...]
    links: tuple[State, ...]
    event_history: EventState
    start_history: EventState

    @classmethod
    def fresh(cls) -> ChainState:
        """The memory of nothing."""
        return cls((), (), tuple(State.fresh(0) for _ in LINKS), EventState.fresh(0), EventState.fresh(0))

    def aligned(self, campaign_ids: Sequence[int], events: Sequence[str]) -> ChainState:
        """The same memory with its rows in this order; campaigns and events not in it are fresh."""
        campaign_rows = _rows(self.campaign_ids, campaign_ids)
        event_rows = _rows(self.events, events)
        return ChainState(
            tuple(campaign_ids),
            tuple(events),
            tuple(link.take(campaign_rows) for link in self.links),
            self.event_history.take(event_rows),
            self.start_history.take(campaign_rows),
        )

    def aligned_to(self, data: ChainInput) -> ChainState:
        """The same memory with a row for each campaign and event of `data`."""
        return self.aligned([int(number) for number in data.campaign_ids], data.panel.events)

    def to_bytes(self) -> bytes:
        """Written out, to be stored."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            names = {"campaigns": list(self.campaign_ids), "events": list(self.events)}
            archive.writestr("names.json", json.dumps(names))
            for number, link in enumerate(self.links):
                archive.writestr(f"link{number}", link.to_bytes())
            archive.writestr("events", self.event_history.to_bytes())
            archive.writestr("starts", self.start_history.to_bytes())
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, stored: bytes) -> ChainState:
        """Read back; raises StateError where it was written by another version."""
        with zipfile.ZipFile(io.BytesIO(stored)) as archive:
            names = json.loads(archive.read("names.json"))
            return cls(
                tuple(names["campaigns"]),
                tuple(names["events"]),
                tuple(State.from_bytes(archive.read(f"link{number}")) for number in range(len(LINKS))),
                EventState.from_bytes(archive.read("events")),
                EventState.from_bytes(archive.read("starts")),
            )


@dataclass(frozen=True)
class LinkVerdicts:
    """What the detector said: `links` per link, of all events, and of each campaign's journeys on their own."""

    links: tuple[PanelVerdicts, ...]
    events: EventVerdicts
    starts: EventVerdicts


def link_settings(settings: DetectorSettings) -> DetectorSettings:
    """The settings of one link: the campaign's false-alarm budget is shared among the links that raise alarms."""
    return replace(settings, false_alarm_years=settings.false_alarm_years * ALARMING_LINKS)


def judge_links(data: ChainInput, state: ChainState, settings: DetectorSettings) -> tuple[LinkVerdicts, ChainState]:
    """Judge every link, event and start series over all columns of `data`, from `state` on.

    A campaign is learned anew from the columns that `data.relearnings` names.
    """
    state = state.aligned_to(data)
    budget = link_settings(settings)
    events, event_history = _judge_events(data, state.event_history, settings)
    starts, start_history = judge_event_panel(
        np.where(data.not_running | data.outages, np.nan, data.started),
        data.first_day,
        state=state.start_history,
        settings=settings,
        against_project=False,
    )
    lost_before = state.event_history.lost
    relearnings = [item for item in data.relearnings if not _repairs(item, events, lost_before)]
    series = _series(data)
    parts: list[list[PanelVerdicts]] = [[] for _ in LINKS]
    memory = list(state.links)
    bounds = sorted({0, *(item.column for item in relearnings), data.days})
    for begin, end in pairwise(bounds):
        for number, link in enumerate(LINKS):
            now = [item for item in relearnings if item.column == begin and _concerns(item, link)]
            memory[number] = _relearned(memory[number], now)
            verdicts, memory[number] = judge_panel(
                series[link.upstream][:, begin:end],
                series[link.downstream][:, begin:end],
                data.day(begin),
                state=memory[number],
                settings=budget,
                not_running=data.not_running[:, begin:end],
                shared_dip=True,
            )
            parts[number].append(verdicts)
    links = tuple(_joined(part) for part in parts)
    after = ChainState(state.campaign_ids, state.events, tuple(memory), event_history, start_history)
    return LinkVerdicts(links, events, starts), after


def _judge_events(data: ChainInput, state: EventState, settings: DetectorSettings) -> tuple[EventVerdicts, EventState]:
    """The events' own verdicts; where all were renamed, the old names' fall is not held to be the project's."""
    counts = np.where(data.outages, np.nan, data.panel.counts)
    turns = np.flatnonzero(np.diff(data.all_renamed.astype(np.int8))) + 1
    parts: list[EventVerdicts] = []
    for begin, end in pairwise([0, *(int(turn) for turn in turns), data.days]):
        verdicts, state = judge_event_panel(
            counts[:, begin:end],
            data.day(begin),
            state=state,
            settings=settings,
            against_project=not data.all_renamed[begin] if end > begin else True,
        )
        parts.append(verdicts)
    joined = {
        item.name: np.concatenate([getattr(p, item.name) for p in parts], axis=-1) for item in fields(EventVerdicts)
    }
    return EventVerdicts(**joined), state


def _series(data: ChainInput) -> Mapping[str, Numbers]:
    return {
        "events": np.where(data.edited | data.outages, np.nan, data.events()),
        "started": data.started,
        "activated": data.activated,
        "sent": data.sent,
        "delivered": data.delivered,
    }


def _repairs(item: Relearning, events: EventVerdicts, lost_before: NDArray[np.bool_]) -> bool:
    """A trigger moved away from an event that was lost by then (or the day before) mends the campaign.

    `lost_before` is what was lost on the day before the first column: the memory may end right before the edit.
    """
    if not item.trigger or item.old_event < 0:
        return False
    day_before = events.lost[:, item.column - 1] if item.column else lost_before
    return bool(day_before[item.old_event] or events.lost[item.old_event, item.column])


def _concerns(item: Relearning, link: Link) -> bool:
    return not item.trigger or link.upstream == "events"


def _relearned(state: State, relearnings: Sequence[Relearning]) -> State:
    """The memory before a day on which some campaigns are learned anew: another event, or a level that was accepted."""
    if not relearnings:
        return state
    accepted = np.unique([item.row for item in relearnings if not item.trigger]).astype(np.intp)
    order = np.arange(len(state))
    order[[item.row for item in relearnings if item.trigger]] = -1
    kept = state.accept(accepted) if accepted.size else state
    return kept.take(order) if (order < 0).any() else kept


def _rows(known: Sequence[Any], wanted: Sequence[Any]) -> NDArray[np.intp]:
    places = {name: place for place, name in enumerate(known)}
    return np.array([places.get(name, -1) for name in wanted], dtype=np.intp)


def _joined(parts: Sequence[PanelVerdicts]) -> PanelVerdicts:
    if len(parts) == 1:
        return parts[0]
    joined = {
        part.name: _beside([getattr(verdicts, part.name) for verdicts in parts]) for part in fields(PanelVerdicts)
    }
    return PanelVerdicts(**joined)


def _beside(arrays: Sequence[Any]) -> Any:
    return None if arrays[0] is None else np.concatenate(arrays, axis=1)
