"""Groups of lanes that several listeners share out: whoever holds the lock of a group sends its events.

The locks are those of a session: a listener that ends, however it ends, has none any more, and the others take them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any
from zlib import crc32

import psycopg

from storage.outbox.connection.outbox_connection import DatabaseAway
from storage.outbox.connection.postgres_connection import connected

LOOK_SECONDS = 1.0
_HELD = (
    "SELECT objid::bigint, pid = pg_backend_pid() FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 "
    "AND classid::bigint = %s AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class SharedGroups:
    """One listener's groups of one workspace; each has its fair share, and takes what is left when others end.

    Args:
        url: The database's address.
        workspace: Whose lanes.
        groups: How many groups there are.
        clock: Seconds that only grow.
    """

    def __init__(self, url: str, workspace: str, groups: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._url, self._workspace, self._clock = url, workspace, clock
        self._every = frozenset(range(groups))
        # The lock that each listener holds together with all others: so they know how many they are.
        self._presence = groups
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._own: frozenset[int] = frozenset()
        self._of = 0
        self._next = 0.0

    def look(self, busy: Collection[int]) -> frozenset[int]:
        """Its groups, asked of the database once a second; none where that is away, for they may be another's."""
        now = self._clock()
        if now >= self._next:
            self._next = now + LOOK_SECONDS
            try:
                self._own = self._shared_out(self._connection or self._begun(), busy)
            except (psycopg.Error, DatabaseAway):
                self.close()
        return self._own

    def close(self) -> None:
        """Leave all of them to others."""
        self._own = frozenset()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _begun(self) -> psycopg.Connection[tuple[Any, ...]]:
        connection = self._connection = connected(self._url)
        # Tables of another schema of the same database are another queue.
        schema = connection.execute("SELECT current_schema()").fetchone()
        self._of = crc32(f"campaign-health\n{schema}\n{self._workspace}".encode()) & 0x7FFFFFFF
        connection.execute("SELECT pg_advisory_lock_shared(%s::int, %s::int)", [self._of, self._presence])
        return connection

    def _shared_out(self, connection: psycopg.Connection[tuple[Any, ...]], busy: Collection[int]) -> frozenset[int]:
        held = connection.execute(_HELD, [self._of]).fetchall()
        listeners = sum(group == self._presence for group, _ in held)
        share = -(-len(self._every) // listeners)
        own = {group for group, is_own in held if is_own and group != self._presence}
        for group in sorted(self._every - {group for group, _ in held})[: max(0, share - len(own))]:
            if self._try(connection, "pg_try_advisory_lock", group):
                own.add(group)
        for group in sorted(own - set(busy))[: max(0, len(own) - share)]:
            self._try(connection, "pg_advisory_unlock", group)
            own.discard(group)
        return frozenset(own)

    def _try(self, connection: psycopg.Connection[tuple[Any, ...]], what: str, group: int) -> bool:
        return connection.execute(f"SELECT {what}(%s::int, %s::int)", [self._of, group]).fetchone() == (True,)
