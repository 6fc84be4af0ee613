"""Which campaign deserves real time: what each promises, how soon it is, by whom it comes, and what it would take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaign_health.manifest.durations import promised_seconds, seconds_of
from campaign_health.state.promises import LEAST_KEPT, LEAST_KNOWN, SHOWN_DAYS, PromiseState, promises_of_days
from campaign_health.words.real_time_words import (
    WAY_WORDS,
    Carried,
    Way,
    kept_text_of,
    measured_text,
    promise_text,
    promises_nothing,
    what_it_takes,
)
from storage.connection import Connection
from storage.delivery_records import Delivery, RouteEventRecord
from storage.read.event_lives import campaign_mappings
from storage.read.judged import campaign_plans
from storage.read.promise_hours import hourly_lengths
from storage.read.route_delivery import delivery_of
from storage.read.sends import sends_lately

SENT_DAYS = 28
SHARES = (0.5, 0.95, 0.99)
Hour = tuple[int, float, float, float]
"""How many were sent, and how long half, 95 % and 99 % of them took at most."""


@dataclass(frozen=True)
class RealTime:
    """One running campaign. Lengths in seconds; of the last days, None where not known."""

    campaign_id: int
    campaign: str
    event: str | None
    promise_seconds: float | None
    promise: str
    half_within_seconds: float | None
    most_within_seconds: float | None
    kept_share: float | None
    of_events: int
    measured: str
    kept: str
    way: Way
    carried_by: str
    would_take: str


def real_time_of(
    connection: Connection, workspace: str, zone: ZoneInfo, today: date, named: str | None = None
) -> tuple[RealTime, ...]:
    """The running campaigns: first those that promise a time and do not keep it, then those of which that is not known,
    those that keep it, and those that promise none; each by name. `named` is the workspace as commands have to name it.
    """
    first = today - timedelta(days=SHOWN_DAYS - 1)
    begin, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, today + timedelta(days=1)))
    timings = {row["campaign_id"]: row["timing"] for row in campaign_plans(connection, workspace)}
    states = promises_of_days(connection, workspace, zone, first, today)
    hours = hourly_lengths(connection, workspace, begin, end)
    sent = sends_lately(connection, workspace, SENT_DAYS)
    delivery = delivery_of(connection, workspace)
    mappings = campaign_mappings(connection, workspace)
    found = []
    for row in mappings[mappings["state"] == "running"].to_dict("records"):
        number = row["campaign_id"]
        timing = timings.get(number)
        promise = promised_seconds(timing)
        carried = _carried(row, delivery, promise, sent.get(number), first)
        found.append(_row(row, timing, promise, states.get(number), hours.get(number, ()), carried, named))
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


def _row(
    row: Mapping[Any, Any], timing: str | None, promise: float | None, state: PromiseState | None,
    hours: Sequence[Hour], carried: Carried, named: str | None,
) -> tuple[int, RealTime]:  # fmt: skip
    """The row, and before it where it belongs among the others."""
    known = 0 if state is None else state.known
    # What was counted against an older promise says nothing of the present one.
    of_promise = state is not None and state.within is not None and state.promise_seconds == promise
    share = state.within / known if state is not None and state.within is not None and of_promise and known else None
    is_kept = None if share is None or known < LEAST_KNOWN else share >= LEAST_KEPT
    half, most = within_which(hours, 0.5), within_which(hours, 0.95)
    rank = 3 if promise is None else {False: 0, None: 1, True: 2}[is_kept]
    return rank, RealTime(
        row["campaign_id"], row["name"], _text(row["event"]), promise, promise_text(promise, timing), half, most, share,
        known, measured_text(most), kept_text_of(share, known), carried.way, WAY_WORDS[carried.way],
        what_it_takes(promise, is_kept, carried, row["campaign_id"], named) if promise is not None else
        promises_nothing(timing if timing and seconds_of(timing) else None, carried),
    )  # fmt: skip


def within_which(hours: Sequence[Hour], share: float) -> float | None:
    """Seconds within which at least this share of all hours' sends surely was; None where nothing was sent.

    Of an hour only three lengths are kept, so that this is the least that follows from them: the truth is at most it.
    """
    total = sum(sent for sent, *_ in hours)
    if not total:
        return None
    steps = sorted(
        (seconds, sent * (at - before))
        for sent, *lengths in hours
        for seconds, at, before in zip(lengths, SHARES, (0.0, *SHARES), strict=False)
    )
    reached = 0.0
    for seconds, more in steps:
        reached += more
        if reached >= share * total - 1e-9:
            return seconds
    return None


def _carried(
    row: Mapping[Any, Any], delivery: Delivery | None, promise: float | None, sent: int | None, first: date
) -> Carried:
    event, kind = _text(row["event"]), row["trigger_kind"]
    if kind == "segment":
        return Carried("batch", event)
    if kind not in ("event", "broadcast"):
        return Carried("not_by_event", event)
    moved = _moved(delivery, event)
    if delivery is None or moved is None:
        return Carried("another_sender" if sent else "not_carried", event)
    held, dead = _undelivered(delivery, moved)
    if moved.mode == "shadow":
        return Carried("shadow", moved.event, held=held, dead=dead)
    is_held = any(moved.event in (one.event, one.candidate_of) for one in delivery.holds)
    late = max(delivery.sources, key=lambda one: one.p95_seconds, default=None)
    is_late = late is not None and promise is not None and late.p95_seconds > promise
    return Carried(
        "export" if _is_by_export(delivery, moved.event, first) else "live", moved.event, is_held,
        late.source if late is not None and is_late else None, late.p95_seconds if late is not None else 0.0,
        held, dead,
    )  # fmt: skip


def _undelivered(delivery: Delivery, moved: RouteEventRecord) -> tuple[int, int]:
    """How many are kept back, also under what may be its new name, and how many could not be delivered."""
    delayed = sum(one.waiting for one in delivery.experiments if one.event == moved.event)
    renamed = sum(one.waiting for one in delivery.holds if one.candidate_of == moved.event != one.event)
    return moved.held - delayed + renamed, moved.dead


def _moved(delivery: Delivery | None, event: str | None) -> RouteEventRecord | None:
    """What is moved as the event that triggers a campaign, by its name in Customer.io or else in the manifest."""
    events = () if delivery is None or event is None else delivery.events
    found = [one for one in events if one.sent_as == event] or [one for one in events if one.event == event]
    return found[0] if found and found[0].mode != "off" else None


def _is_by_export(delivery: Delivery, event: str, first: date) -> bool:
    """Whether more than half of what came lately came by the export only."""
    days = [one for one in delivery.days if one.event == event and one.day >= first]
    return 2 * sum(one.only_by_export or 0 for one in days) > sum(one.received for one in days)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
