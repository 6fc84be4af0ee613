"""Whose turn it is: each person's events in their order, fresh ones before what has waited. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from zlib import crc32

from storage.outbox.connection.lane_groups import GROUPS

EventClass = Literal["fresh", "backlog"]
LANES = 1024
MOST_IN_MEMORY = 2_000
MOST_A_REQUEST = 100
BACKLOG_SHARE = 4
"""Of a request that fresh events fill, at most a quarter is backlog."""


class Waiting(NamedTuple):
    """One event that waits: its place in the queue, whose it is, and all that sending needs.

    `is_again`: it has no order among its person's, for it was taken out of the queue before.
    """

    sequence: int
    event_class: EventClass
    workspace: str
    event: str
    key: bytes
    person: str
    event_time: float
    received: float
    expires: float
    body: str
    source: str = ""
    is_again: bool = False

    @property
    def lane(self) -> int:
        """The one of its person."""
        return lane_of(self.workspace, self.person)


def lane_of(workspace: str, person: str) -> int:
    """A person's events share one; `LANES` of them are enough for everybody else not to wait."""
    return crc32(f"{workspace}\n{person}".encode()) % LANES


@dataclass
class Turns:
    """The events of one workspace that are in memory, by class and lane.

    `busy` are the lanes of which a request is out, with the event's place in the queue.
    """

    parked: dict[EventClass, dict[int, deque[Waiting]]] = field(default_factory=lambda: {"fresh": {}, "backlog": {}})
    numbers: dict[EventClass, int] = field(default_factory=lambda: {"fresh": 0, "backlog": 0})
    busy: dict[int, int] = field(default_factory=dict)
    not_before: dict[int, float] = field(default_factory=dict)

    def room(self, event_class: EventClass) -> int:
        """How many more of a class may come into memory; what was put back may have taken more than there is."""
        return max(0, MOST_IN_MEMORY - self.numbers[event_class])

    def add(self, events: Iterable[Waiting]) -> None:
        """Events behind those of their class that are there."""
        for event in events:
            self.parked[event.event_class].setdefault(event.lane, deque()).append(event)
            self.numbers[event.event_class] += 1

    def put_back(self, events: Sequence[Waiting], not_before: float) -> None:
        """Events whose request came to nothing, before those of their lanes, not to be sent before an instant."""
        for event in reversed(events):
            self.parked[event.event_class].setdefault(event.lane, deque()).appendleft(event)
            self.numbers[event.event_class] += 1
            self.not_before[event.lane] = not_before
        self.done(events)

    def done(self, events: Iterable[Waiting]) -> None:
        """Events whose request is over: their lanes are free."""
        for event in events:
            self.busy.pop(event.lane, None)

    def is_out(self, event: Waiting) -> bool:
        """Whether a request of it is out: it was neither put back nor is it done."""
        return self.busy.get(event.lane) == event.sequence

    def leave(self, own: frozenset[int]) -> list[Waiting]:
        """Take out the events of all groups but one's own, none of which is being sent."""
        left: list[Waiting] = []
        for event_class, lanes in self.parked.items():
            for lane in [lane for lane in lanes if lane % GROUPS not in own]:
                left += lanes[lane]
                self.numbers[event_class] -= len(lanes.pop(lane))
        return left

    def next(self, now: float, *, is_last_sender: bool) -> list[Waiting]:
        """The events of the next request, one of a person, whose lanes are busy from now on.

        What has waited never gets the last sender, while fresh ones may come at any moment.
        """
        taken = self._take("fresh", MOST_A_REQUEST, now)
        if taken:
            return taken + self._take("backlog", MOST_A_REQUEST // BACKLOG_SHARE, now)
        return [] if is_last_sender else self._take("backlog", MOST_A_REQUEST, now)

    def _take(self, event_class: EventClass, most: int, now: float) -> list[Waiting]:
        lanes = self.parked[event_class]
        found: list[Waiting] = []
        for lane in list(lanes):
            if len(found) >= most:
                break
            if lane in self.busy or self.not_before.get(lane, 0.0) > now:
                continue
            found.append(self._first_of(event_class, lane))
            self.busy[lane] = found[-1].sequence
            self.not_before.pop(lane, None)
            if lane in lanes:
                # The next one of this lane is behind all others.
                lanes[lane] = lanes.pop(lane)
        return found

    def _first_of(self, event_class: EventClass, lane: int) -> Waiting:
        """Take out the lane's next one, or what came of its person before that and is of the other class."""
        other: EventClass = "backlog" if event_class == "fresh" else "fresh"
        first = self.parked[event_class][lane][0]
        for one in self.parked[other].get(lane, ()):
            if one.person == first.person and one.sequence < first.sequence and not one.is_again:
                first, event_class = one, other
                break
        events = self.parked[event_class][lane]
        events.remove(first)
        if not events:
            del self.parked[event_class][lane]
        self.numbers[event_class] -= 1
        return first
