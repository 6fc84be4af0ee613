"""What Stripe said of people, in memory and in the route's file, as far as it is young enough to be sent on."""

from __future__ import annotations

import json
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from campaign_health.route.stripe.subscription_facts import (
    Subscription,
    Subscriptions,
    after_notice,
    merged,
)
from storage.outbox.group_commit import CannotWrite, GroupCommit
from storage.outbox.people.forgotten_people import last_forgotten
from storage.outbox.people.stripe_table import (
    FactRow,
    facts_of_customer,
    facts_of_people,
    forget_facts,
    note_notice,
    write_facts,
)
from storage.outbox.route_file import Connection

FRESH_SECONDS = 600.0
ABSENT_SECONDS = 60.0
"""Stripe's search finds a new customer within a minute."""
AHEAD = 0.8
"""From this share of that time on it is asked again, while what is there is still sent."""
MOST_IN_MEMORY = 20_000
LOOK_SECONDS = 2.0

Rows = Mapping[bytes, FactRow | None]


@dataclass(frozen=True)
class Notice:
    """One notice: of which customer, and the subscription as it is now.

    Without a subscription, who the customer is has changed: what is known of them, and of the `people` who may be
    meant from now on, does not hold any more.
    """

    event_id: str
    customer: str
    subscription: Subscription | None
    people: frozenset[str] = frozenset()


@dataclass
class FactCache:
    """One workspace's, for any thread; people and customers are hashes (`hash_of` a workspace and a text)."""

    workspace: str
    outbox: GroupCommit
    hash_of: Callable[[str, str], bytes]
    clock: Callable[[], float] = time.time
    _memory: OrderedDict[bytes, FactRow] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _next_look: float = 0.0
    _told: OrderedDict[bytes, float] = field(default_factory=OrderedDict)
    """When Stripe told of customers whom nobody is known to be yet; only the file's writer looks at it."""

    def of(self, people: Collection[bytes], seconds: float) -> dict[bytes, FactRow]:
        """What is known of people, however old; the file is waited for so many seconds."""
        with self._lock:
            found = {one: self._memory[one] for one in people if one in self._memory}
        missing = [one for one in people if one not in found]
        if missing:
            future = self.outbox.submit(lambda connection: facts_of_people(connection, self.workspace, missing))
            future.add_done_callback(lambda done: self._remember(_by_person(result_of(done) or [])))
            try:
                found |= _by_person(future.result(seconds))
            except (CannotWrite, TimeoutError):
                return found
        return found

    def keep(self, row: FactRow) -> None:
        """Keep what Stripe answered; what was told of since it was asked is newer, and stays."""
        self._remember({row.person: row})
        future = self.outbox.submit(lambda connection: self._write(connection, row))
        future.add_done_callback(lambda done: self._remember(result_of(done) or {}))

    def take(self, notice: Notice) -> Future[Any]:
        """Take in what Stripe told of; whether it was new, once it is on the disk."""
        future = self.outbox.submit(lambda connection: self._notice(connection, notice))
        future.add_done_callback(lambda done: self._remember(result_of(done) or {}))
        return future

    def forget(self, connection: Connection) -> None:
        """Let go what is in memory from before somebody was forgotten; looked at every two seconds at most."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + LOOK_SECONDS
        at = last_forgotten(connection, self.workspace)
        with self._lock:
            for person in [one for one, row in self._memory.items() if row.read_at <= at]:
                del self._memory[person]

    def is_fresh(self, row: FactRow, share: float = 1.0) -> bool:
        """Whether it was read within this share of the time that it holds."""
        return self.clock() - row.read_at < share * (ABSENT_SECONDS if row.customer is None else FRESH_SECONDS)

    def _write(self, connection: Connection, row: FactRow) -> Rows:
        if row.customer is not None and self._told.get(row.customer, -math.inf) >= row.read_at:
            # A new customer subscribes at the moment at which they are asked for: the answer may be from before that.
            return {row.person: None}
        if row.read_at <= last_forgotten(connection, self.workspace):
            # Whom it is about may have been forgotten since it was asked for.
            return {row.person: None}
        subscriptions = read_facts(row.facts)
        for kept in facts_of_people(connection, self.workspace, [row.person]):
            known = read_facts(kept.facts)
            if kept.customer == row.customer and known is not None and subscriptions is not None:
                row = replace(row, facts=facts_text(merged(known, subscriptions, row.read_at)))
        write_facts(connection, self.workspace, row)
        return {row.person: row}

    def _notice(self, connection: Connection, notice: Notice) -> Rows | None:
        """The rows that it changed, None for those that are asked anew; None where it came before."""
        if not note_notice(connection, self.workspace, notice.event_id, self.clock()):
            return None
        changed: dict[bytes, FactRow | None] = {self.hash_of(self.workspace, one): None for one in notice.people}
        customer = self.hash_of(self.workspace, notice.customer)
        rows = facts_of_customer(connection, self.workspace, customer)
        for row in rows:
            known, news = read_facts(row.facts), notice.subscription
            after = None if known is None or news is None else after_notice(known, news)
            changed[row.person] = None if after is None else replace(row, facts=facts_text(after), read_at=self.clock())
        if not rows:
            self._told[customer] = self.clock()
            if len(self._told) > MOST_IN_MEMORY:
                self._told.popitem(last=False)
        for person, changed_row in changed.items():
            if changed_row is None:
                forget_facts(connection, person)
            else:
                write_facts(connection, self.workspace, changed_row)
        return changed

    def _remember(self, rows: Rows) -> None:
        with self._lock:
            for person, row in rows.items():
                self._memory.pop(person, None)
                if row is not None:
                    self._memory[person] = row
            while len(self._memory) > MOST_IN_MEMORY:
                self._memory.popitem(last=False)


def read_facts(text: str) -> Subscriptions | None:
    """The subscriptions of a row; None where there is no such customer."""
    written = json.loads(text)
    return None if written is None else tuple(Subscription(**one) for one in written)


def facts_text(subscriptions: Iterable[Subscription] | None) -> str:
    """The same as a row holds it."""
    return json.dumps(None if subscriptions is None else [asdict(one) for one in subscriptions], separators=(",", ":"))


def _by_person(rows: Iterable[FactRow]) -> dict[bytes, FactRow]:
    return {one.person: one for one in rows}


def result_of(done: Future[Any]) -> Any:
    """What came of it; None where it failed."""
    return None if done.exception() is not None else done.result()
