"""Fills in, at an event's turn, what Stripe says of its person: from what is known, else by asking, for a moment."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field, replace
from typing import Any

from campaign_health.route.lanes.breaker import Breaker
from campaign_health.route.lanes.prepared import Prepared
from campaign_health.route.lanes.turns import Waiting
from campaign_health.route.mapping.asked_person import AskedPerson
from campaign_health.route.mapping.mapped_event import StripeNeeded
from campaign_health.route.stripe.fact_cache import AHEAD, FactCache, facts_text, read_facts, result_of
from campaign_health.route.stripe.stripe_client import StripeClient
from campaign_health.route.stripe.subscription_facts import fact
from collectors.errors import AuthenticationFailed, CollectorError, Forbidden, RateLimited
from storage.outbox.events.event_tally import count_up
from storage.outbox.people.stripe_table import FactRow
from storage.outbox.route_file import Connection

DEADLINE_SECONDS = 0.3
LIMITED_SECONDS, LONGEST_WAIT = 1.0, 60.0

Ready = tuple[Waiting, Prepared]


@dataclass
class Enricher:
    """One workspace's. `client` asks Stripe (None: there is no key); `told` gets a line when the key is of no use.

    Nobody is asked for who would have to wait for a turn: where more people come than Stripe takes, whoever is asked
    for is answered in time, and the others go without.

    What a person's event went without is counted in the event's numbers: `stripe_unknown`, and `stripe_several` where
    one address has several customers.
    """

    cache: FactCache
    client: StripeClient | None
    told: Callable[[str], None]
    _asked: dict[bytes, Future[FactRow | None]] = field(default_factory=dict)
    _breaker: Breaker = field(default_factory=Breaker)
    _is_told: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fill(self, ready: Sequence[Ready]) -> tuple[list[Ready], list[Waiting]]:
        """The events with what Stripe says within 300 ms for all of them, and those that rather wait for it."""
        needy = {self._hash(one): (one, of) for one, of in ready if of.stripe}
        if not needy:
            return list(ready), []
        deadline = time.monotonic() + DEADLINE_SECONDS
        known = {
            person: row
            for person, row in self.cache.of(list(needy), DEADLINE_SECONDS / 2).items()
            if self.cache.is_fresh(row) and self._is_of(row, needy[person][1].asked)
        }
        asked: dict[bytes, Future[FactRow | None]] = {}
        for person, (event, of) in needy.items():
            if person not in known or not self.cache.is_fresh(known[person], AHEAD):
                future = self._ask(person, event, of.asked)
                if future is not None and person not in known:
                    asked[person] = future
        wait(asked.values(), max(0.0, deadline - time.monotonic()))
        for person, one in asked.items():
            row = result_of(one) if one.done() else None
            if row is not None and self._is_of(row, needy[person][1].asked):
                known[person] = row
        filled: list[Ready] = []
        waiting: list[Waiting] = []
        without: list[Waiting] = []
        for event, of in ready:
            row = known.get(self._hash(event)) if of.stripe else None
            values = _values(of.stripe, row, event.event_time)
            if values is None:
                waiting.append(event)
                continue
            if of.stripe:
                of = replace(of, event=_with(of.event, values), stripe=())
                without += [event] if row is None else []
            filled.append((event, of))
        self._count(without, "stripe_unknown")
        return filled, waiting

    def close(self) -> None:
        """End; what is just being asked is not waited for."""
        if self.client is not None:
            self.client.close()

    def _hash(self, event: Waiting) -> bytes:
        return self.cache.hash_of(self.cache.workspace, event.person)

    def _of_customer(self, customer: str | None) -> bytes | None:
        return None if customer is None else self.cache.hash_of(self.cache.workspace, customer)

    def _is_of(self, row: FactRow, asked: AskedPerson) -> bool:
        """Whether it is of the customer whom the event names, where it names one."""
        return asked.customer is None or self._of_customer(asked.customer) in (row.customer, row.named)

    def _ask(self, person: bytes, event: Waiting, asked: AskedPerson) -> Future[FactRow | None] | None:
        """The answer that will come; None where Stripe is not to be asked now."""
        now = time.monotonic()
        with self._lock:
            if person in self._asked:
                return self._asked[person]
            if self.client is None:
                self._tell_once("STRIPE_API_KEY is not set")
                return None
            # Whoever is being asked for may need one more turn: by the address where the id finds nobody.
            if self.client.free_turns() <= len(self._asked) or not self._breaker.may_ask(now):
                return None
            self._breaker = self._breaker.asked(now)
            future = self._asked[person] = Future()
            # Not of a pool: whose threads are waited for at the end, however long an answer takes.
            arguments = (future, self.client, person, event, asked)
            threading.Thread(target=self._carry_out, args=arguments, name="stripe", daemon=True).start()
        future.add_done_callback(lambda done: self._over(person, done))
        return future

    def _carry_out(
        self, future: Future[FactRow | None], client: StripeClient, person: bytes, event: Waiting, asked: AskedPerson
    ) -> None:
        try:
            future.set_result(self._answer(client, person, event, asked))
        except Exception as failure:  # whoever waits for it must not wait for ever
            future.set_exception(failure)

    def _over(self, person: bytes, done: Future[FactRow | None]) -> None:
        self._asked.pop(person, None)
        if done.exception() is not None:
            with self._lock:
                self._breaker = self._breaker.failed(time.monotonic())

    def _answer(self, client: StripeClient, person: bytes, event: Waiting, asked: AskedPerson) -> FactRow | None:
        now = self.cache.clock()
        try:
            found = client.look_up(asked, now)
        except CollectorError as failure:
            self._failed(failure)
            return None
        row = FactRow(
            person,
            self._of_customer(found.customer),
            self._of_customer(asked.customer),
            facts_text(found.subscriptions),
            now,
        )
        self.cache.keep(row)
        with self._lock:
            self._breaker, self._is_told = self._breaker.answered(), False
        if found.several:
            self._count([event], "stripe_several")
        return row

    def _failed(self, failure: CollectorError) -> None:
        now = time.monotonic()
        with self._lock:
            if isinstance(failure, AuthenticationFailed | Forbidden):
                self._breaker = self._breaker.refused_key(now)
                self._tell_once(f"Stripe does not take STRIPE_API_KEY: {_why(failure)}")
            elif isinstance(failure, RateLimited):
                self._breaker = self._breaker.asked_to_wait(
                    now, min(failure.retry_after or LIMITED_SECONDS, LONGEST_WAIT)
                )
            else:
                self._breaker = self._breaker.failed(now)

    def _tell_once(self, why: str) -> None:
        if not self._is_told:
            self._is_told = True
            self.told(f"{self.cache.workspace}: {why}. Events go with what the manifest says `otherwise`, or wait.")

    def _count(self, events: Sequence[Waiting], what: str) -> None:
        """Not waited for: nothing hangs on it."""

        def write(connection: Connection) -> None:
            for one in events:
                count_up(connection, one.workspace, one.event, what, one.received)

        if events:
            self.cache.outbox.submit(write)


def _why(failure: CollectorError) -> str:
    """The permission that is missing; nothing else that an answer says, for it may name a person."""
    missing = re.search(r"\brak_[a-z_]{1,60}", failure.message)
    if isinstance(failure, AuthenticationFailed):
        return "it does not know it (401)"
    return f"it lacks a permission (403{f', {missing[0]}' if missing else ''})"


def _values(needs: Sequence[StripeNeeded], row: FactRow | None, event_time: float) -> dict[str, Any] | None:
    """What the attributes become; None where one is rather waited for: Stripe did not say who the person is."""
    subscriptions = None if row is None else read_facts(row.facts)
    if subscriptions is None and any(one.required for one in needs):
        return None
    values = {}
    for need in needs:
        said = () if subscriptions is None else (fact(subscriptions, one, event_time) for one in need.fields)
        values[need.attribute] = next((one for one in said if one is not None), need.otherwise)
    return values


def _with(event: Any, values: dict[str, Any]) -> dict[str, Any]:
    return {**event, "attributes": {**event["attributes"], **values}}
