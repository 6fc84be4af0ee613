"""The events that wait for Customer.io, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Literal

from storage.outbox.connection.many_rows import in_parts, insert_rows, marks
from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.events.device_events import give_place, is_of_nobody, wait_for_person
from storage.outbox.events.event_letters import write_letter
from storage.outbox.events.event_pace import HOUR_SECONDS, note_pace, sweep_pace
from storage.outbox.events.event_tables import AT_KEY
from storage.outbox.events.event_tally import count_up, give_up
from storage.outbox.events.event_windows import note_happened, settle_once, sweep_windows
from storage.outbox.events.held_events import held_reason, keep_back
from storage.outbox.events.known_events import Known, as_known, is_same, key_if_new, known_events, ledger_person
from storage.outbox.events.queued_event import AGAIN, FRESH, QUEUED, QueuedEvent, enqueue, ready
from storage.outbox.events.unnamed_events import is_copy, match_itself, needs_match, sweep_unnamed
from storage.outbox.people.experiment_log import sweep_experiments
from storage.outbox.people.known_people import sweep_known_people
from storage.outbox.people.sent_profiles import sweep_profiles
from storage.outbox.people.stripe_table import sweep_facts

Outcome = Literal["waiting", "delivered", "shadowed", "suppressed_once", "held", "dead", "dropped"]
LEDGER_SECONDS = 9 * 86_400.0
"""Longer than any source repeats an event, and than any replay reaches back."""
LETTER_SECONDS = 7 * 86_400.0
EXPIRED = frozenset(("too_late", "hold_expired"))
"""Reasons that say that time ran out."""
MENDABLE = frozenset(("wrong_type", "missing_property", "mapping_error"))
"""Reasons that a mended manifest can take away."""


def receive(connection: Connection, event: QueuedEvent) -> bool:
    """Take an event in, unless it is known; whether it was new."""
    return receive_all(connection, [event]) == 1


def receive_all(connection: Connection, events: Sequence[QueuedEvent]) -> int:
    """Take events in as far as they are not known; how many were new.

    One that names nobody becomes a letter, or waits for who its device is, until its copy comes that names somebody.
    """
    return receive_each(connection, [events])[0]


def receive_each(connection: Connection, requests: Sequence[Sequence[QueuedEvent]]) -> list[int]:
    """Take in the events of several requests, one request after the other; how many of each were new."""
    known = known_events(connection, [one.key for events in requests for one in events])
    new: list[QueuedEvent] = []
    places: dict[bytes, int] = {}
    numbers = []
    counted_before: set[bytes] = set()
    for events in requests:
        number = 0
        for event in events:
            if _is_named_now(event, known):
                place = places.get(event.key)
                if place is not None and not new[place].person:
                    new[place], known[event.key] = event, as_known(event)
                    number += 1
                    continue
                if give_place(connection, event.key):
                    known.pop(event.key)
                    counted_before.add(event.key)
            one = _as_new(connection, event, known)
            if one is not None:
                known[one.key], places[one.key] = as_known(one), len(new)
                new.append(one)
                number += 1
        numbers.append(number)
    of_somebody = [one for one in new if one.person]
    _enter(connection, of_somebody, "waiting", enqueue(connection, of_somebody))
    for one in new:
        if not one.person and wait_for_person(connection, one):
            _enter(connection, [one], "waiting")
        elif not one.person:
            _bury_new(connection, one, "no_person", "person")
        elif one.counted_as:
            note_happened(connection, one)
    _count_received(connection, [one for one in new if one.key not in counted_before])
    return numbers


def receive_joined(connection: Connection, key: bytes, event: QueuedEvent) -> bool:
    """Take an event in that waited under a key for who its device is; False where its copy came by another way."""
    give_place(connection, key)
    one = _as_new(connection, event, known_events(connection, [event.key]))
    if one is None:
        count_up(connection, event.workspace, event.event, "dropped", event.received)
        return False
    _enter(connection, [one], "waiting", enqueue(connection, [one]))
    if one.counted_as:
        note_happened(connection, one)
    return True


def receive_dead(connection: Connection, event: QueuedEvent, reason: str, field: str) -> bool:
    """Take in an event that cannot be sent as it is; whether it was new."""
    new = _as_new(connection, event, known_events(connection, [event.key]))
    if new is None:
        return False
    _bury_new(connection, new, reason, field)
    _count_received(connection, [new])
    return True


def receive_exported(connection: Connection, events: Sequence[QueuedEvent]) -> int:
    """Take in events of an export, in the order of their times, as far as they are not known; how many were new."""
    for one in events:
        match_itself(connection, one.key)
    new = 0
    for one in events:
        if receive(connection, one):
            count_up(connection, one.workspace, one.event, "only_by_export", one.received)
            new += 1
    return new


def is_to_take(connection: Connection, event: QueuedEvent) -> bool:
    """Whether `receive_exported` may have something to do with an event; nothing is changed."""
    known = known_events(connection, [event.key])
    if _is_named_now(event, known) and is_of_nobody(connection, event.key):
        return True
    return needs_match(connection, event.key, is_known=key_if_new(connection, event, known) is None)


def head_of_queue(connection: Connection) -> int:
    """The place of the newest event in the queue; 0 where there is none."""
    (found,) = connection.execute("SELECT max(sequence) FROM event_queue").fetchone()
    return int(found or 0)


def fresh_since(connection: Connection, workspace: str, instant: float) -> int | None:
    """The place of the first fresh event that was received since an instant (Unix seconds); None where none was."""
    (found,) = connection.execute(
        "SELECT min(sequence) FROM event_queue WHERE workspace = ? AND queue_class = ? AND received >= ?",
        [workspace, FRESH, instant],
    ).fetchone()
    return None if found is None else int(found)


def waiting_fresh(connection: Connection, workspace: str, after: int, most: int) -> list[tuple[int, QueuedEvent]]:
    """The next fresh events behind a place in the queue, with their places."""
    return _waiting(connection, "queue_class = ?", [workspace, after, FRESH], most)


def waiting_behind(
    connection: Connection, workspace: str, after: int, limit: int, most: int
) -> list[tuple[int, QueuedEvent]]:
    """The next events behind a place that are of the backlog, or whose place is at most `limit`."""
    return _waiting(connection, "(queue_class <> ? OR sequence <= ?)", [workspace, after, FRESH, limit], most)


def places_before(connection: Connection, workspace: str, person: str, place: int, most: int) -> list[int]:
    """The places of a person's events that wait before a place, the first ones first; without those that are sent
    again.
    """
    rows = connection.execute(
        "SELECT sequence FROM event_queue WHERE workspace = ? AND person = ? AND sequence < ? AND queue_class <> ? "
        "ORDER BY sequence LIMIT ?",
        [workspace, person, place, AGAIN, most],
    )
    return [found for (found,) in rows]


def waiting_at(connection: Connection, workspace: str, places: Iterable[int]) -> list[tuple[int, QueuedEvent]]:
    """The events at these places, with their places."""
    return [
        found for place in places for found in _waiting(connection, "sequence = ?", [workspace, place - 1, place], 1)
    ]


def places_there(connection: Connection, places: Sequence[int]) -> set[int]:
    """Those of some places in the queue at which an event still waits."""
    rows = connection.execute(
        f"SELECT sequence FROM event_queue WHERE sequence IN ({marks(len(places))})",  # noqa: S608
        places,
    )
    return {place for (place,) in rows}


def _waiting(connection: Connection, which: str, values: Sequence[object], most: int) -> list[tuple[int, QueuedEvent]]:
    rows = connection.execute(
        f"SELECT sequence, {', '.join(QUEUED)} FROM event_queue "  # noqa: S608
        f"WHERE workspace = ? AND sequence > ? AND {which} ORDER BY sequence LIMIT ?",
        [*values, most],
    )
    return [(row[0], ready(row[1:])) for row in rows]


def finish(connection: Connection, keys: Sequence[bytes], outcome: Outcome) -> None:
    """Take events out of the queue, with all that they carried, and note what became of them."""
    for some in in_parts(keys):
        which = f"key IN ({marks(len(some))})"
        places = f"sequence IN (SELECT place FROM event_ledger WHERE {which})"  # noqa: S608
        give_up(connection, "event_queue", places, some, outcome)
        connection.execute(f"UPDATE event_ledger SET outcome = ? WHERE {which}", [outcome, *some])  # noqa: S608
        settle_once(connection, some, is_given=outcome == "delivered")


def bury(connection: Connection, key: bytes, reason: str, field: str, now: float) -> None:
    """Make a letter of a queued event, or keep it back: where somebody may mend it, and a hold of its name is there."""
    if reason in MENDABLE and keep_back(connection, key, reason, field):
        return
    row = connection.execute(
        f"SELECT {', '.join(QUEUED)} FROM event_queue WHERE {AT_KEY}",  # noqa: S608
        [key],
    ).fetchone()
    if row is not None:
        event = QueuedEvent(*row)
        write_letter(connection, event, reason, field, now)
        if reason in EXPIRED:
            count_up(connection, event.workspace, event.event, "expired", event.received)
        connection.execute(f"DELETE FROM event_queue WHERE {AT_KEY}", [key])  # noqa: S608
        connection.execute("UPDATE event_ledger SET outcome = 'dead' WHERE key = ?", [key])
        settle_once(connection, [key], is_given=False)


def oldest_waiting(connection: Connection, workspace: str) -> float | None:
    """When the event that waits longest was received, in Unix seconds; None where none waits."""
    (found,) = connection.execute("SELECT min(received) FROM event_queue WHERE workspace = ?", [workspace]).fetchone()
    return None if found is None else float(found)


def known_of(connection: Connection, key: bytes) -> dict[str, object] | None:
    """What became of the event of this key, without whom it is about; None where it is not known."""
    row = connection.execute(
        "SELECT workspace, event, event_time, received, outcome FROM event_ledger WHERE key = ?", [key]
    ).fetchone()
    if row is None:
        return None
    found = dict(zip(("workspace", "event", "event_time", "received", "outcome"), row, strict=True))
    held = held_reason(connection, key)
    if held is not None:
        return found | dict(zip(("held_because", "reason", "field"), held, strict=True))
    letter = connection.execute("SELECT reason, field, last FROM letter WHERE key = ?", [key]).fetchone()
    return found if letter is None else found | dict(zip(("reason", "field", "last_try"), letter, strict=True))


def sweep(connection: Connection, now: float) -> None:
    """Take out what is older than it needs to be; what still lies somewhere may go on, and needs its row."""
    give_up(connection, "letter", "last < ?", [now - LETTER_SECONDS])
    connection.execute(
        "DELETE FROM event_ledger WHERE received < ? AND outcome <> 'waiting' "
        "AND NOT EXISTS (SELECT 1 FROM letter WHERE letter.key = event_ledger.key) "
        "AND NOT EXISTS (SELECT 1 FROM held_event WHERE held_event.key = event_ledger.key)",
        [now - LEDGER_SECONDS],
    )
    sweep_windows(connection, now)
    sweep_profiles(connection, now)
    sweep_pace(connection, now)
    sweep_facts(connection, now)
    sweep_unnamed(connection, now - LEDGER_SECONDS)
    sweep_experiments(connection, now)
    sweep_known_people(connection, now)


def _bury_new(connection: Connection, event: QueuedEvent, reason: str, field: str) -> None:
    _enter(connection, [event], "dead")
    write_letter(connection, event, reason, field, event.received)


def _count_received(connection: Connection, events: Sequence[QueuedEvent]) -> None:
    """One row for all of a name and an hour: most of what comes together is alike."""
    alike: dict[tuple[str, str, int], list[float]] = {}
    for one in events:
        alike.setdefault((one.workspace, one.event, int(one.received // HOUR_SECONDS)), []).append(one.received)
    for (workspace, event, _), received in alike.items():
        count_up(connection, workspace, event, "received", received[0], len(received))
        note_pace(connection, workspace, event, max(received), len(received))


def _enter(
    connection: Connection, events: Sequence[QueuedEvent], outcome: Outcome, places: Iterable[int | None] = repeat(None)
) -> None:
    columns = ("key", "workspace", "event", "event_time", "received", "source", "person", "outcome", "place")
    rows = [
        (one.key, one.workspace, one.event, one.event_time, one.received, one.source, ledger_person(one), outcome, at)
        for one, at in zip(events, places, strict=False)
    ]
    insert_rows(connection, "event_ledger", columns, rows)


def _is_named_now(event: QueuedEvent, known: Mapping[bytes, Known]) -> bool:
    """Whether it is known of nobody, and names somebody."""
    found = known.get(event.key)
    return bool(event.person and found and not found.person and is_same(found, as_known(event)))


def _as_new(connection: Connection, event: QueuedEvent, known: Mapping[bytes, Known]) -> QueuedEvent | None:
    """The event with the key under which it is new; None where it, or its copy from elsewhere, is known."""
    key = key_if_new(connection, event, known)
    if key is None:
        return None
    if key != event.key:
        event = event._replace(key=key)
    return None if event.matched_as and is_copy(connection, event) else event
