"""What `/metrics` of the route says: numbers by workspace, event and door; nobody is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from campaign_health.health.prometheus_text import Labels, Metric, histogram_samples, prometheus_text
from campaign_health.route.lanes.courier_numbers import CourierNumbers
from campaign_health.route.route_state import WorkspaceState

PREFIX = "campaign_health_route_"
MOST_EVENTS = 200
"""Names that a workspace's numbers are told by; what is beyond them is told together, as OTHERS."""
OTHERS = "(others)"
_NOW = {
    "waiting": "Events that wait for their turn.",
    "held": "Events that are held back.",
    "dead": "Letters: events that could not be delivered, and why can be asked with `route dead`.",
}
_SINCE_EVER = {
    "received": "Events that were taken in, each once.",
    "only_by_export": "Events that no door was sent, and that Mixpanel's export had.",
    "delivered": "Events that Customer.io took in.",
    "shadowed": "Events that would have been sent, were their event not in shadow.",
    "expired": "Events that could not be delivered while their message made sense.",
    "suppressed_once": "Events that were not sent because their person had got one already.",
    "stripe_unknown": "Events that went without what Stripe says, because it did not say it in time.",
    "stripe_several": "Look-ups in Stripe that found several customers, of whom one was taken.",
}
_BREAKER = ("closed", "half_open", "open")


@dataclass(frozen=True)
class Readings:
    """What is told.

    Attributes:
        version: The program's version.
        can_write: Whether the newest commit went through.
        can_take_in: Whether events are taken in: it can be written, and there is room in the queue and on the disk.
        states: What is moved of each workspace, and what has come of it.
        came: By workspace, door and what became of it: how many reports, events or refused requests, since the start.
        faults: How often each part of what carries a workspace's events failed, by workspace and part, since the start.
        couriers: What each workspace's courier counted since the start.
    """

    version: str
    can_write: bool
    can_take_in: bool
    states: Mapping[str, WorkspaceState]
    came: Mapping[tuple[str, str, str], int]
    couriers: Mapping[str, CourierNumbers]
    faults: Mapping[tuple[str, str], int] = field(default_factory=dict)


def route_metrics(readings: Readings) -> str:
    """All of it in the Prometheus text format."""
    return prometheus_text([*_of_all(readings), *_of_events(readings.states), *_of_couriers(readings.couriers)])


def _of_all(readings: Readings) -> list[Metric]:
    states = readings.states
    came = [
        ({"workspace": workspace, "door": door, "became": became}, number)
        for (workspace, door, became), number in sorted(readings.came.items())
    ]
    return [
        _metric("info", "The program's version, as a label; always 1.", [({"version": readings.version}, 1)]),
        _metric("can_write", "1 where the newest commit went through, else 0.", [({}, readings.can_write)]),
        _metric(
            "can_take_in", "1 where events are taken in, 0 where they are sent back.", [({}, readings.can_take_in)]
        ),
        _metric(
            "faults_total",
            "How often a part of the program failed in a way that nobody foresaw, since the start.",
            [({"workspace": name, "part": part}, number) for (name, part), number in sorted(readings.faults.items())],
            "counter",
        ),
        _metric("door_total", "What came through each door, by what became of it, since the start.", came, "counter"),
        _metric(
            "breaker_state",
            "1 for the state that is now: closed (Customer.io is asked), half_open (one request tries), open.",
            [
                ({"workspace": name, "state": one}, state.breaker == one)
                for name, state in states.items()
                for one in _BREAKER
            ],
        ),
        _metric(
            "oldest_waiting_seconds",
            "How long the event waits that waits longest; 0 where none does.",
            [({"workspace": name}, state.oldest_waiting_seconds or 0.0) for name, state in states.items()],
        ),
    ]


def _of_events(states: Mapping[str, WorkspaceState]) -> list[Metric]:
    told = {name: _bounded(state.events) for name, state in states.items()}

    def samples(what: str) -> list[tuple[Labels, float]]:
        return [
            ({"workspace": name, "event": event}, numbers.get(what, 0))
            for name, events in told.items()
            for event, numbers in events.items()
        ]

    modes = [
        ({"workspace": name, "event": event, "mode": state.modes.get(event, "off")}, 1.0)
        for name, state in states.items()
        for event in told[name]
        if event != OTHERS
    ]
    return [
        *(_metric(what, meaning, samples(what)) for what, meaning in _NOW.items()),
        *(_metric(f"{what}_total", meaning, samples(what), "counter") for what, meaning in _SINCE_EVER.items()),
        _metric("event_mode", "How each event is moved, as a label; always 1.", modes),
    ]


def _of_couriers(couriers: Mapping[str, CourierNumbers]) -> list[Metric]:
    answers = [
        ({"workspace": name, "kind": kind}, number)
        for name, one in couriers.items()
        for kind, number in sorted(one.answers.items())
    ]
    times = [sample for name, one in couriers.items() for sample in histogram_samples({"workspace": name}, *one.times)]
    return [
        _metric("answers_total", "Answers of Customer.io by what they mean, since the start.", answers, "counter"),
        Metric(
            f"{PREFIX}accepted_after_seconds",
            "How long after they were received events were accepted by Customer.io, since the start.",
            tuple(times),
            "histogram",
        ),
    ]


def _bounded(events: Mapping[str, Mapping[str, int]]) -> dict[str, Mapping[str, int]]:
    """The events that have the largest numbers, and all others as one."""
    largest = sorted(events, key=lambda name: -sum(events[name].values()))
    found: dict[str, Mapping[str, int]] = {name: events[name] for name in sorted(largest[:MOST_EVENTS])}
    beyond: Sequence[str] = largest[MOST_EVENTS:]
    return found | {OTHERS: sum((Counter(events[name]) for name in beyond), Counter())} if beyond else found


def _metric(name: str, meaning: str, samples: Iterable[tuple[Labels, float]], kind: str = "gauge") -> Metric:
    told = tuple(("", labels, float(value)) for labels, value in samples)
    return Metric(PREFIX + name, meaning, told, "counter" if kind == "counter" else "gauge")
