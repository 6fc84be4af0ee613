"""Under which key an event is new: one key for each event whatever its source, also where ids are not unique."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from storage.outbox.connection.many_rows import in_parts, marks
from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.events.unnamed_events import APART_SECONDS, EXPORT

LEDGER_PERSON = "ALTER TABLE event_ledger ADD COLUMN person BLOB"
"""The beginning of the hash of whom an event is about; nothing where nobody is known."""
REUSED_SECONDS = 86_400.0
"""An id that comes again with a time so far away is another event: some senders use one id for all."""
OF_MIXPANEL = frozenset((EXPORT, "stream"))
"""What Mixpanel passes on has the person that it knows by then, who may have been merged with another one since."""


class Known(NamedTuple):
    """An event that the ledger knows: when it happened (Unix seconds), whom it is about (b"": unknown), its source."""

    event_time: float
    person: bytes
    source: str


def known_events(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, Known]:
    """Those of the keys that the ledger knows."""
    found: dict[bytes, Known] = {}
    for some in in_parts(keys):
        rows = connection.execute(
            f"SELECT key, event_time, person, source FROM event_ledger WHERE key IN ({marks(len(some))})",  # noqa: S608
            some,
        )
        found |= {key: Known(at, person or b"", source) for key, at, person, source in rows}
    return found


def ledger_person(event: QueuedEvent) -> bytes | None:
    """What the ledger keeps of an event's person; None for nobody."""
    return event.hashed_person[:8] or None


def as_known(event: QueuedEvent) -> Known:
    """What the ledger will know of an event."""
    return Known(event.event_time, ledger_person(event) or b"", event.source)


def key_if_new(connection: Connection, event: QueuedEvent, known: Mapping[bytes, Known]) -> bytes | None:
    """The key under which an event is new; None where it is known.

    Its own, unless that is another event's; then one with its person in it, its time, or at last both. `known`
    are those of a few keys; others are looked up.
    """
    found = known.get(event.key)
    if found is None:
        return event.key
    second = int(event.event_time).to_bytes(8, "big", signed=True)
    by_person, by_both = (
        hashlib.blake2b(event.key + event.hashed_person + one, digest_size=len(event.key)).digest()
        for one in (b"", second)
    )
    for key in (by_person, event.key[:8] + second, by_both):
        if is_same(found, as_known(event)):
            return None
        found = known.get(key) or known_events(connection, [key]).get(key)
        if found is None:
            return key
    return None


def forget_in_ledger(connection: Connection, workspace: str, hashed_person: bytes) -> int:
    """Take out whom events were about; of how many."""
    return connection.execute(
        "UPDATE event_ledger SET person = NULL WHERE workspace = ? AND person = ?", [workspace, hashed_person[:8]]
    ).rowcount


def is_same(one: Known, other: Known) -> bool:
    """Whether two events with the same id are one."""
    apart = abs(one.event_time - other.event_time)
    if one.person == other.person or not one.person or not other.person:
        return apart <= REUSED_SECONDS
    return apart <= APART_SECONDS and one.source != other.source and bool({one.source, other.source} & OF_MIXPANEL)
