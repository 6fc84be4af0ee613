"""What the route carries, as it left it for the monitor: what waits, what is kept back, and what could not be sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from collectors.http.shape import Reader
from collectors.route.left_numbers import instant, left_of, seconds
from storage.delivery_records import (
    CohortRecord,
    Delivery,
    ExperimentArmRecord,
    HoldRecord,
    LetterGroupRecord,
    RouteDayRecord,
    RouteEventRecord,
    SourceAgeRecord,
)

_COUNTS = ("received", "waiting", "held", "dead", "delivered", "shadowed", "suppressed_once", "dropped", "expired")
_MODES, _STATES = ("off", "shadow", "live"), ("observed", "provisional")
_KINDS, _BREAKERS = ("everything", "unsendable", "candidate"), ("closed", "open", "half_open")
_ARMS = ("at_once", "held_back")
_COHORTS_OF = ("mixpanel", "amplitude", "derived")
_PEOPLE = ("people", "applied", "in_segment", "to_add", "to_remove", "unknown", "nobody")
Record = TypeVar("Record")


def read_delivery(data_dir: Path, workspace: str) -> Delivery | None:
    """What the route carries of a workspace; None where it has noted nothing.

    Raises:
        UnexpectedShape: the file cannot be read, or is not what this version writes.
    """
    own, read = left_of(data_dir, workspace)
    if own.get("delivery") is None:
        return None
    found = read.mapping(own["delivery"], "delivery")

    def rows(name: str, one: Callable[[_Row], Record]) -> list[Record]:
        entries = enumerate(read.sequence(found.get(name, []), name))
        return [
            one(_Row(read.mapping(entry, f"{name}[{place}]"), f"{name}[{place}]", read)) for place, entry in entries
        ]

    whole = _Row(found, "delivery", read)
    return Delivery(
        noted_at=whole.instant("noted_at"),
        breaker=whole.one_of("breaker", _BREAKERS),
        oldest_waiting_at=whole.instant_or_none("oldest_waiting_at"),
        events=rows("events", _event),
        days=rows("days", _day),
        letters=rows("letters", _letters),
        holds=rows("holds", _hold),
        sources=rows("sources", _source),
        experiments=rows("experiments", _arm),
        cohorts=rows("cohorts", _cohort),
    )


class _Row:
    """One object of the file, whose parts are read by name."""

    def __init__(self, values: Mapping[str, Any], place: str, read: Reader) -> None:
        self._values, self._place, self._read = values, place, read

    def text(self, name: str) -> str:
        return self._read.text(self._values.get(name), f"{self._place}.{name}")

    def text_or_none(self, name: str) -> str | None:
        return None if self._values.get(name) is None else self.text(name)

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        found = self.text(name)
        if found not in known:
            self._read.fail(f"{self._place}.{name}", f"is {found!r}")
        return found

    def count(self, name: str) -> int:
        return self._read.count(self._values.get(name), f"{self._place}.{name}")

    def counts(self) -> dict[str, int]:
        return {name: self.count(name) for name in _COUNTS}

    def count_or_none(self, name: str) -> int | None:
        return None if self._values.get(name) is None else self.count(name)

    def instant(self, name: str) -> datetime:
        return instant(self._values.get(name), f"{self._place}.{name}", self._read)

    def instant_or_none(self, name: str) -> datetime | None:
        return None if self._values.get(name) is None else self.instant(name)

    def seconds(self, name: str) -> float:
        # What is not there is no number either.
        return float(seconds(self._values.get(name, ""), f"{self._place}.{name}", self._read) or 0.0)

    def share(self, name: str) -> float:
        found = self.seconds(name)
        if found > 1:
            self._read.fail(f"{self._place}.{name}", "is no share")
        return found

    def day(self, name: str) -> date:
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            self._read.fail(f"{self._place}.{name}", "is not a day")

    def truth(self, name: str) -> bool:
        found = self._values.get(name)
        if not isinstance(found, bool):
            self._read.fail(f"{self._place}.{name}", "is neither true nor false")
        return found


def _event(row: _Row) -> RouteEventRecord:
    return RouteEventRecord(
        event=row.text("event"), sent_as=row.text("sent_as"), mode=row.one_of("mode", _MODES), **row.counts()
    )


def _day(row: _Row) -> RouteDayRecord:
    return RouteDayRecord(
        event=row.text("event"),
        day=row.day("day"),
        only_by_export=row.count_or_none("only_by_export"),
        state=row.one_of("state", _STATES),
        **row.counts(),
    )


def _letters(row: _Row) -> LetterGroupRecord:
    return LetterGroupRecord(
        event=row.text("event"),
        reason=row.text("reason"),
        field=row.text("field"),
        count=row.count("count"),
        first=row.instant("first"),
        last=row.instant("last"),
        mended_by=row.text_or_none("mended_by"),
    )


def _hold(row: _Row) -> HoldRecord:
    return HoldRecord(
        event=row.text("event"),
        kind=row.one_of("kind", _KINDS),
        why=row.text("why"),
        field=row.text("field"),
        since=row.instant("since"),
        waiting=row.count("waiting"),
        first_expires=row.instant_or_none("first_expires"),
        candidate_of=row.text_or_none("candidate_of"),
        by_hand=row.truth("by_hand"),
        mended_by=row.text_or_none("mended_by"),
    )


def _source(row: _Row) -> SourceAgeRecord:
    shares = {name: row.seconds(name) for name in ("p50_seconds", "p95_seconds", "p99_seconds")}
    return SourceAgeRecord(source=row.text("source"), events=row.count("events"), since=row.instant("since"), **shares)


def _arm(row: _Row) -> ExperimentArmRecord:
    numbers = {name: row.count(name) for name in ("campaign_id", "assigned", "observed", "converted", "waiting")}
    return ExperimentArmRecord(
        arm=row.one_of("arm", _ARMS),
        event=row.text("event"),
        share=row.share("share"),
        held_until=row.text("held_until"),
        converted_by=row.text_or_none("converted_by"),
        within_seconds=row.seconds("within_seconds"),
        since=row.instant_or_none("since"),
        **numbers,
    )


def _cohort(row: _Row) -> CohortRecord:
    return CohortRecord(
        cohort=row.text("cohort"),
        source=row.one_of("source", _COHORTS_OF),
        name=row.text("name"),
        mode=row.one_of("mode", _MODES),
        is_whole=row.truth("is_whole"),
        **{name: row.count(name) for name in _PEOPLE},
        segment_id=row.count_or_none("segment_id"),
        counted=row.count_or_none("counted"),
        heard_at=row.instant_or_none("heard_at"),
        completed_at=row.instant_or_none("completed_at"),
        held_since=row.instant_or_none("held_since"),
        trouble=row.text("trouble"),
    )
