"""What Customer.io was told in the course of a run, and what it sent because of it: memory of the services alone."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class TrackedEvent:
    """An event that the Track API took in: whose, its name, ULID (or ""), instant in Unix seconds and attributes."""

    person: str
    name: str
    ulid: str
    timestamp: int
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class MadeDelivery:
    """A message that was made for a person, in Unix seconds; where it `fails`, it is not sent."""

    kind: Literal["campaign", "broadcast"]
    number: int
    person: str
    created: int
    fails: bool
    ulid: str | None = None
    trigger: int | None = None


@dataclass
class BroadcastTrigger:
    """One call that triggered a broadcast, and what was wrong with it; with an error, nothing was sent."""

    number: int
    broadcast: int
    created: int
    errors: tuple[str, ...]


@dataclass
class Received:
    """All of it, in the order in which it came; guarded by `lock`. `created` are people who were not there, with their
    addresses; `not_done` are kinds of activities with their instants: what was taken in and then not done."""

    events: list[TrackedEvent] = field(default_factory=list)
    identified: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    deliveries: list[MadeDelivery] = field(default_factory=list)
    triggers: list[BroadcastTrigger] = field(default_factory=list)
    created: dict[str, str | None] = field(default_factory=dict)
    not_done: list[tuple[str, int]] = field(default_factory=list)
    ulids: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
