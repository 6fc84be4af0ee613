"""What a workspace's event source tells, whichever it is: the same records from Mixpanel, Amplitude and a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from collectors.http.client import Progress
from storage.records import DefinitionRecord, EventCounts, PropertyProfile, Source

EventService = str
"""`Mixpanel`, `Amplitude`, or what the settings call the team's own database."""


@dataclass(frozen=True)
class ProjectTold:
    """The IANA name of the project's time zone, and the number of its widest data view; None where not told."""

    time_zone: str | None = None
    view: int | None = None


@dataclass(frozen=True)
class EventNames:
    """The names listed, the first day that the plan serves, and what a person should know of the list."""

    names: tuple[str, ...]
    first_day: date
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class EventRefused:
    """An event that was not answered for, asked by its name, and why; its days stay not collected."""

    event: str
    reason: str


@dataclass(frozen=True)
class CountedBatch:
    """Counts of some events over all of the days from first to last; a day not in an event's counts had none.

    `notes`: what was left out of what was read so far, told once.
    """

    counts: tuple[EventCounts, ...]
    first_day: date
    last_day: date
    refused: tuple[EventRefused, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Definitions:
    """The declared events and properties, or None and why the declarations could not be read.

    `unreadable` says what is wrong with single entries that could not be read.
    """

    records: tuple[DefinitionRecord, ...] | None
    unreadable_because: str | None = None
    unreadable: tuple[str, ...] = ()


class Budget(Protocol):
    """The share of a service's quota that this program allows itself, counted over all its runs."""

    def left(self, days: int = 1) -> int:
        """How many requests for so many days may still be sent within the hour that ends now."""

    def take_unsaved(self) -> list[tuple[datetime, int]]:
        """The requests not handed out for saving yet: when each was sent, and what it counted."""


class EventSource(Protocol):
    """One project of one service. Days are the project's; every method that asks raises `CollectorError`.

    `lacks` are the sources of events that the service cannot answer for.
    """

    lacks: frozenset[Source]

    @property
    def service(self) -> EventService:
        """The service's name."""

    @property
    def requests_sent(self) -> int:
        """Requests so far, retries included."""

    def close(self) -> None:
        """Ends every wait and closes the connections."""

    def ask_project(self) -> ProjectTold:
        """The project's own settings, as far as the service or the settings here tell them."""

    def last_day_served(self, until: date, now: datetime, zone: ZoneInfo) -> date:
        """The last day that can be asked for, `until` at most."""

    def event_names(self, first_day: date, last_day: date, today: date) -> EventNames:
        """Names of the project's events; a name that is left out proves nothing."""

    def event_counts(
        self, names: Sequence[str], first_day: date, last_day: date, today: date, progress: Progress | None = None
    ) -> Iterator[CountedBatch]:
        """Daily counts of the named events, batch by batch; those yielded before a failure are whole."""

    def property_profiles(
        self, events: Sequence[str], day: date, zone: ZoneInfo, now: datetime, tell: Callable[[str], None] | None = None
    ) -> list[PropertyProfile]:
        """What the named events carried on a local day; `tell` is told of records that were left out."""

    def definitions(self) -> Definitions:
        """What the project declares of its events."""

    def is_declared(self, event: str) -> bool:
        """Whether it declares the event, asked for by its name where the service can be."""
