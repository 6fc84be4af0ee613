"""Events that are kept back until somebody says that they may go on, and the holds that keep them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import partial
from typing import Literal

from storage.outbox.connection.many_rows import insert_rows
from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.connection.sealed_text import seal
from storage.outbox.events.event_letters import letters_of_field, take_letter, write_letter
from storage.outbox.events.event_tables import AT_KEY
from storage.outbox.events.event_tally import count_up
from storage.outbox.events.event_windows import settle_once
from storage.outbox.events.queued_event import CARRIED, QUEUED, QueuedEvent, carried, enqueue_again, ready

HoldKind = Literal["everything", "unsendable", "candidate"]
CONFIRMED, RELEASED, FITS, DROPPED = "confirmed", "released", "fits", "dropped"
"""How a hold ends: a rename was confirmed, it was let go as it is, all of it fits now, or it was given up."""
HAND, EVENTS = "hand", "events"
"""Who began a hold: somebody by hand, or what came in."""
MOST_HELD, MOST_HELD_BYTES = 100_000, 256 * 1024 * 1024
"""Events of a workspace and bytes of their properties; beyond either the oldest make way."""


@dataclass(frozen=True)
class Hold:
    """Why events of a name are kept back, and since when (Unix seconds).

    `everything` of the event is kept, or only what is `unsendable`, or events of a name that nobody moves yet and that
    is likely another one's new name: the `candidate` of it. `field` is the property that is not as declared. `source`
    begins with `hand` where somebody said so, is `events` where what came shows it, else the id of the monitor's
    incident that does.
    """

    hold_id: int
    workspace: str
    event: str
    kind: HoldKind
    why: str
    field: str
    candidate_of: str
    source: str
    since: float


@dataclass(frozen=True)
class HeldNumbers:
    """What a hold keeps: how many events, and when (Unix seconds) the first of them is of no use any more."""

    waiting: int
    first_expires: float | None


@dataclass(frozen=True)
class HeldEvent:
    """One event that is kept: all that sending needs, and (else empty) why it cannot be sent."""

    event: QueuedEvent
    reason: str
    field: str


_HOLD = ", ".join(one.name for one in fields(Hold))


def open_hold(
    connection: Connection,
    workspace: str,
    event: str,
    kind: HoldKind,
    why: str,
    now: float,
    *,
    source: str,
    field: str = "",
    candidate_of: str = "",
) -> bool:
    """Begin to keep an event back; False where it is kept already. A hold of everything takes another one's place."""
    known = hold_of(connection, workspace, event)
    if known is not None:
        if kind != "everything" or known.kind == "everything":
            return False
        connection.execute(
            "UPDATE hold SET kind = ?, why = ?, field = ?, source = ? WHERE hold_id = ?",
            [kind, why, field, source, known.hold_id],
        )
        return True
    connection.execute(
        "INSERT INTO hold (workspace, event, kind, why, field, candidate_of, source, since, ended_how) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')",
        [workspace, event, kind, why, field, candidate_of, source, now],
    )
    return True


def hold_of(connection: Connection, workspace: str, event: str) -> Hold | None:
    """The hold that keeps an event back; None where none does."""
    row = connection.execute(
        f"SELECT {_HOLD} FROM hold WHERE workspace = ? AND event = ? AND ended IS NULL",  # noqa: S608
        [workspace, event],
    ).fetchone()
    return None if row is None else Hold(*row)


def holds_now(connection: Connection, workspace: str) -> list[Hold]:
    """The holds in force, the oldest first."""
    rows = connection.execute(
        f"SELECT {_HOLD} FROM hold WHERE workspace = ? AND ended IS NULL ORDER BY since, hold_id",  # noqa: S608
        [workspace],
    )
    return [Hold(*row) for row in rows]


def was_held_for(connection: Connection, workspace: str, event: str, source: str) -> bool:
    """Whether an event was ever kept back for a source, also where that has ended."""
    row = connection.execute(
        "SELECT 1 FROM hold WHERE workspace = ? AND event = ? AND source = ? LIMIT 1", [workspace, event, source]
    ).fetchone()
    return row is not None


def confirmed_renames(connection: Connection, workspace: str) -> list[tuple[str, str]]:
    """The old and new names of which somebody said, by letting a candidate go, that they are one event's."""
    rows = connection.execute(
        "SELECT candidate_of, event FROM hold WHERE workspace = ? AND ended_how = ? AND candidate_of <> ''",
        [workspace, CONFIRMED],
    )
    return rows.fetchall()


def held_numbers(connection: Connection, hold: Hold) -> HeldNumbers:
    """What a hold keeps just now."""
    row = connection.execute(
        "SELECT count(*), min(expires) FROM held_event WHERE hold_id = ?", [hold.hold_id]
    ).fetchone()
    return HeldNumbers(*row)


def end_hold(connection: Connection, hold: Hold, how: str, now: float) -> None:
    """End a hold; what it kept goes on by `let_go`, or is given up by `drop_held`."""
    connection.execute(
        "UPDATE hold SET ended = ?, ended_how = ? WHERE hold_id = ? AND ended IS NULL", [now, how, hold.hold_id]
    )


def keep_back(connection: Connection, key: bytes, reason: str, field: str) -> bool:
    """Move a queued event to the hold of its name; False where none is in force."""
    row = connection.execute(f"SELECT {', '.join(QUEUED)} FROM event_queue WHERE {AT_KEY}", [key]).fetchone()  # noqa: S608
    event = None if row is None else QueuedEvent(*row)
    hold = None if event is None else hold_of(connection, event.workspace, event.event)
    if event is None or hold is None:
        return False
    connection.execute(f"DELETE FROM event_queue WHERE {AT_KEY}", [key])  # noqa: S608
    keep(connection, hold.hold_id, event, reason, field)
    return True


def fetch_back(connection: Connection, hold: Hold, reason: str, field: str, since: float) -> int:
    """Move the letters that a hold would have kept (written since, Unix seconds) to it; how many there were."""
    found = letters_of_field(connection, hold.workspace, hold.event, reason, field, since)
    for event in found:
        take_letter(connection, event.key)
        keep(connection, hold.hold_id, event, reason, field)
    return len(found)


def held_of(connection: Connection, hold: Hold, after: int, most: int) -> list[tuple[int, HeldEvent]]:
    """The next events that a hold keeps behind a place, with their places, in the order in which they were kept."""
    rows = connection.execute(
        f"SELECT sequence, {', '.join(CARRIED)}, reason, field FROM held_event "  # noqa: S608
        "WHERE hold_id = ? AND sequence > ? ORDER BY sequence LIMIT ?",
        [hold.hold_id, after, most],
    )
    return [(row[0], HeldEvent(ready(row[1:-2]), row[-2], row[-1])) for row in rows]


def let_go(connection: Connection, keys: Iterable[bytes]) -> int:
    """Put events that were kept back into the queue, behind what comes in now; how many there were."""
    return sum(_take_out(connection, key, "waiting", partial(enqueue_again, connection)) for key in keys)


def leftovers(connection: Connection, workspace: str, most: int) -> list[bytes]:
    """Keys of events whose hold has ended, in the order in which they were received."""
    # Mostly there are none, and that costs one look into an index for each hold that ended, however much is kept.
    ended = connection.execute(
        "SELECT hold_id FROM hold WHERE workspace = ? AND ended IS NOT NULL "
        "AND EXISTS (SELECT 1 FROM held_event WHERE held_event.hold_id = hold.hold_id)",
        [workspace],
    ).fetchall()
    found: list[tuple[float, int, bytes]] = []
    for (hold_id,) in ended:
        found += connection.execute(
            "SELECT received, sequence, key FROM held_event WHERE hold_id = ? ORDER BY received, sequence LIMIT ?",
            [hold_id, most],
        ).fetchall()
    return [key for _, _, key in sorted(found)[:most]]


def drop_held(connection: Connection, hold: Hold) -> int:
    """Give up all that a hold keeps; how many there were."""
    keys = [key for (key,) in connection.execute("SELECT key FROM held_event WHERE hold_id = ?", [hold.hold_id])]

    def count(event: QueuedEvent) -> None:
        count_up(connection, event.workspace, event.event, "dropped", event.received)

    return sum(_take_out(connection, key, "dropped", count) for key in keys)


def expire_held(
    connection: Connection, workspace: str, now: float, most: int = MOST_HELD, most_bytes: int = MOST_HELD_BYTES
) -> int:
    """Make letters of what is of no use any more, and of the oldest beyond `most` events or `most_bytes` of their
    properties; how many there were.

    What waits for its hour is no part of those: it goes soon.
    """
    number, size = connection.execute(
        "SELECT count(*), coalesce(sum(size), 0) FROM held_event WHERE workspace = ? AND due IS NULL", [workspace]
    ).fetchone()
    over = _held_keys(connection, workspace, "expires <= ?", now)
    number, size = number - len(over), size - sum(its_size for _, its_size in over)
    if number > most or size > most_bytes:
        for key, its_size in _held_keys(connection, workspace, "due IS NULL AND expires > ?", now):
            if number <= most and size <= most_bytes:
                break
            over.append((key, its_size))
            number, size = number - 1, size - its_size

    def end(event: QueuedEvent) -> None:
        write_letter(connection, event, "hold_expired", "", now)
        count_up(connection, event.workspace, event.event, "expired", event.received)

    return sum(_take_out(connection, key, "dead", end) for key, _ in over)


def held_reason(connection: Connection, key: bytes) -> tuple[str, str, str] | None:
    """Why an event is kept back: the hold's reason (empty: it waits for its hour), and the event's own with its field;
    None where it is not.
    """
    row = connection.execute(
        "SELECT COALESCE(hold.why, ''), held_event.reason, held_event.field FROM held_event "
        "LEFT JOIN hold USING (hold_id) WHERE key = ?",
        [key],
    ).fetchone()
    return None if row is None else (row[0], row[1], row[2])


def _held_keys(connection: Connection, workspace: str, which: str, now: float) -> list[tuple[bytes, int]]:
    """Key and size of what is held, the oldest first."""
    rows = connection.execute(
        f"SELECT key, size FROM held_event WHERE workspace = ? AND {which} ORDER BY received, sequence",  # noqa: S608
        [workspace, now],
    )
    return rows.fetchall()


def keep(connection: Connection, hold_id: int, event: QueuedEvent, reason: str, field: str) -> None:
    """Note that a hold keeps an event, which is nowhere else any more."""
    names = ["hold_id", *CARRIED, "reason", "field", "size"]
    event = event._replace(body=seal(event.body))
    size = len(event.body.encode("utf-8", "surrogatepass"))
    values = [hold_id, *(getattr(event, name) for name in CARRIED), reason, field, size]
    insert_rows(connection, "held_event", names, [values])
    connection.execute("UPDATE event_ledger SET outcome = 'held' WHERE key = ?", [event.key])
    settle_once(connection, [event.key], is_given=False)


def _take_out(connection: Connection, key: bytes, outcome: str, then: Callable[[QueuedEvent], None]) -> bool:
    row = connection.execute(
        f"DELETE FROM held_event WHERE key = ? RETURNING {', '.join(CARRIED)}",  # noqa: S608
        [key],
    ).fetchone()
    if row is None:
        return False
    connection.execute("UPDATE event_ledger SET outcome = ? WHERE key = ?", [outcome, key])
    then(carried(row))
    return True
