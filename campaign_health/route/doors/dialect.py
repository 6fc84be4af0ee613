"""How one kind of sender speaks: what lets it in, where its events are, and which answer it understands."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from starlette.responses import JSONResponse, Response

from campaign_health.route.doors.bodies import BodyRefused, refused, unpacked
from campaign_health.route.doors.door_keys import BEARER, DoorKeys
from campaign_health.route.doors.received_event import DEEPEST, Unreadable, is_deeper
from campaign_health.route.recovery.qualifying import PersonEvent

MOST_TOGETHER = 2_000


@dataclass(frozen=True)
class Posted:
    """One request: its headers and query, its body as it came, and how many bytes it may unpack to."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    largest: int

    @cached_property
    def text(self) -> bytes:
        """The body unpacked. Raises BodyRefused (413) where that is too large, Unreadable where it is not possible."""
        try:
            return unpacked(self.body, self.headers.get("content-encoding", ""), self.largest)
        except ValueError as failure:
            raise Unreadable(str(failure)) from None

    @cached_property
    def value(self) -> Any:
        """The body as JSON. Raises BodyRefused or Unreadable."""
        return as_json(self.text)

    @cached_property
    def is_shallow(self) -> bool:
        """Whether none of its events can be nested too deep: found once for all of them. Raises as `value`."""
        return not is_deeper(self.value, DEEPEST)


@dataclass(frozen=True)
class Failed:
    """An event of a request that cannot be read: its place, from 0, and why, without what was in it."""

    place: int
    why: str


@dataclass(frozen=True)
class Taken:
    """What became of a request's events: of all that were `given`, those that were there already, and that failed."""

    given: int
    duplicates: int
    failed: Sequence[Failed] = ()


class Dialect(ABC):
    """One kind of sender.

    Attributes:
        source: What its events are called in the queue.
        kinds: The kinds of `Authorization` that it can send.
        is_own: Whether it is told when it is not understood. Others are not: a refusal has them drop, or pause, all.
    """

    source: str
    kinds: frozenset[str] = frozenset((BEARER,))
    is_own = False

    def is_told(self, posted: Posted) -> bool:
        """Whether it gets a 400 where its body cannot be read."""
        return self.is_own

    def may_be_proven(self, headers: Mapping[str, str], keys: DoorKeys) -> bool:
        """Whether the body may let it in where no token in the header does; else it is not even read."""
        return False

    def proven(self, posted: Posted, keys: DoorKeys) -> str | None:
        """What its events are called in the queue, where the request itself lets it in; None where it does not."""
        return None

    @abstractmethod
    def values(self, posted: Posted) -> list[Any]:
        """The events of the request. Raises BodyRefused, or Unreadable where there are none to be found."""

    @abstractmethod
    def event(self, value: Any, posted: Posted, now: float) -> PersonEvent | None:
        """One of them; None for what is no event of a person and not meant to be. Raises Unreadable."""

    def people_of(self, value: Any) -> Mapping[str, Any]:
        """What one of them that is no event says of a device and a person, under Mixpanel's names."""
        return {}

    @abstractmethod
    def answer(self, posted: Posted, taken: Taken) -> Response:
        """The answer to what was taken in."""

    def refusal(self, status: int, why: str, headers: Mapping[str, str] | None = None) -> Response:
        """The answer to what was not."""
        return refused(status, why, headers)

    def sites(self, headers: Mapping[str, str], keys: DoorKeys) -> dict[str, str]:
        """What goes with every answer, so that a browser shows it to the page that asked."""
        return {}


def as_json(text: bytes | str) -> Any:
    """What JSON text says. Raises Unreadable."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("the body is no JSON") from None


def at_most_together(values: list[Any]) -> list[Any]:
    """The same. Raises BodyRefused (413: senders halve what they send) where they are too many for one request."""
    if len(values) > MOST_TOGETHER:
        raise BodyRefused(413, "too_large", f"more than {MOST_TOGETHER:,} events")
    return values


def told_numbers(taken: Taken) -> Response:
    """The answer for who asks for none in particular."""
    return JSONResponse({"accepted": taken.given - taken.duplicates, "duplicates": taken.duplicates})
