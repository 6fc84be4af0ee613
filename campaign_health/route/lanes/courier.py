"""Carries one workspace's events to Customer.io: one thread says whose turn it is, a few send.

What is in memory is read anew after a crash; nothing says in the file that an event is just being sent, for its ULID
makes it the same to Customer.io.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from campaign_health.route.compact_json import compact_json
from campaign_health.route.lanes.breaker import Breaker, State, pause
from campaign_health.route.lanes.courier_numbers import CourierNumbers
from campaign_health.route.lanes.loading import Loading
from campaign_health.route.lanes.prepared import Operation, Prepared
from campaign_health.route.lanes.settling import Settling
from campaign_health.route.lanes.sorting import body_of_batch, sort_events
from campaign_health.route.lanes.track_post import NoAnswer, Post
from campaign_health.route.lanes.turn_decision import Decided, Deciding
from campaign_health.route.lanes.turns import Turns, Waiting
from campaign_health.route.lanes.upkeep import Upkeep
from campaign_health.route.lanes.verdict import Verdict, verdict_of
from campaign_health.route.steady_thread import SteadyThread
from campaign_health.route.track_event import BATCH_PATH, ENTITY_PATH
from storage.outbox.connection.lane_groups import GROUPS, lane_groups
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_file import Connection

SENDERS = 4
LARGEST_BODY = 480_000
LOOK_SECONDS = 0.25
NOT_YET_SECONDS = 1.0
READY_SECONDS = 5.0
MOST_FAULTS = 8
"""So often it is tried to carry an event at which the program itself fails."""
LAST_SECONDS = 1.0
Ready = tuple[Waiting, Prepared]


class Courier:
    """One workspace's; `start` it, `wake` it whenever something was received, and `stop` it.

    Args:
        workspace: Whose events it carries.
        place: Where the queue is.
        outbox: Through which everything is written.
        operation_of: What an event is to Customer.io; raises UnfitEvent or KeptBack. Asked when it is sent, so that a
            mended manifest holds for what waits.
        post: Sends a body to a path; gives status, text and the seconds to wait that the answer asks for (None: none).
            Raises NoAnswer where no whole answer came.
        is_shadow: Whether an event of this name is not really sent.
        clock: Unix seconds.
        refresh: Called again and again with a connection for reading, also before anything is sent; whether it is
            known what is moved. Until it is, everything waits.
        enrich: Fills in what Stripe says: gives the events that go, and those that rather wait for it.
        deciding: Fills in counts, asks whether a person had the message and what of them is new; None: nobody does.
    """

    def __init__(
        self,
        workspace: str,
        place: Place,
        outbox: GroupCommit,
        operation_of: Callable[[Waiting], Prepared],
        post: Post,
        is_shadow: Callable[[str], bool] = lambda event: False,
        clock: Callable[[], float] = time.time,
        refresh: Callable[[Connection], bool] = lambda connection: True,
        deciding: Deciding | None = None,
        enrich: Callable[[Sequence[Ready]], tuple[list[Ready], list[Waiting]]] = lambda ready: (list(ready), []),
    ) -> None:
        self._refresh, self._deciding, self._enrich = refresh, deciding, enrich
        self._workspace, self._outbox = workspace, outbox
        self._operation_of, self._post, self._is_shadow, self._clock = operation_of, post, is_shadow, clock
        self._turns, self._loading = Turns(), Loading(workspace, clock)
        self._breaker, self.numbers = Breaker(), CourierNumbers()
        self._upkeep = Upkeep(workspace, outbox, clock)
        self._tries: dict[bytes, int] = {}
        self._idle = SENDERS
        self._groups = lane_groups(place, workspace)
        self._changed = threading.Condition()
        self._woken, self._stopping, self._ready = threading.Event(), threading.Event(), threading.Event()
        self._settling = Settling(outbox, self._stopping, self._free, self._not_yet, clock)
        self.thread = SteadyThread("courier", workspace, place, self._look_after, self._stopping, outbox)
        self._faults: Counter[bytes] = Counter()
        self._chance = random.Random()  # noqa: S311 (spreads retries)

    def start(self) -> None:
        """Begin with what waits; returns once it is known what is moved."""
        self.thread.start()
        self._ready.wait(READY_SECONDS)

    def wake(self) -> None:
        """Something was received. Waits for nothing, however long the database takes."""
        self._woken.set()

    def stop(self, seconds: float = LAST_SECONDS) -> None:
        """End; what is just being sent is waited for so long, and else sent again later, under the same ULID."""
        self._stopping.set()
        self.wake()
        self.thread.join()
        with self._changed:
            self._changed.wait_for(lambda: self._idle == SENDERS, seconds)
        self._groups.close()

    @property
    def breaker_state(self) -> State:
        """Whether Customer.io is asked."""
        with self._changed:
            return self._breaker.state(time.monotonic())

    def _look_after(self, connection: Connection) -> None:
        with self._changed:
            self._loading.look_again()
        self._refresh(connection)
        self._ready.set()
        while not self._stopping.is_set():
            self._woken.clear()
            is_known = self._refresh(connection)
            self._upkeep.look(self.breaker_state)
            with self._changed:
                own = self._groups.look({lane % GROUPS for lane in self._turns.busy})
                for one in self._loading.share(connection, self._turns, own):
                    self._tries.pop(one.key, None)
                self._loading.load(connection, self._turns)
                is_handed_out = is_known and self._hand_out(connection)
            if not is_handed_out:
                self._woken.wait(LOOK_SECONDS)

    def _hand_out(self, connection: Connection) -> bool:
        """Give the next request to a sender; whether there was one."""
        now = time.monotonic()
        if not self._idle or not self._breaker.may_ask(now):
            return False
        batch, gone = self._loading.take(connection, self._turns, now, is_last_sender=self._idle == 1)
        self._over(gone)
        if not batch:
            return bool(gone)
        self._breaker = self._breaker.asked(now)
        self._idle -= 1
        # Not of a pool: whose threads are waited for at the end, however long an answer takes.
        threading.Thread(target=self._carry_out, args=(batch,), name=f"sender {self._workspace}", daemon=True).start()
        return True

    def _carry_out(self, batch: Sequence[Waiting]) -> None:
        try:
            self._try(batch)
        finally:
            with self._changed:
                self._idle += 1
                # Where nothing of it could be sent, nothing was found out.
                self._breaker = replace(self._breaker, trying=False)
                self._changed.notify_all()
            self._woken.set()

    def _try(self, batch: Sequence[Waiting]) -> None:
        """Carry them; after a failure that nobody foresaw each alone, so that only the one that is to blame waits."""
        try:
            self._carry(batch)
        except Exception as failure:
            with self._changed:
                left = [one for one in batch if self._turns.is_out(one)]
            if len(batch) > 1:
                for one in left:
                    self._try([one])
                return
            self.thread.failed(failure)
            for one in left:
                self._faults[one.key] += 1
                if self._faults[one.key] >= MOST_FAULTS:
                    self._settling.give_up(one)
                    continue
                with self._changed:
                    self._turns.put_back([one], time.monotonic() + pause(self._faults[one.key], self._chance))

    def _carry(self, batch: Sequence[Waiting]) -> None:
        found = sort_events(batch, self._operation_of, self._is_shadow, self._clock())
        self._settling.bury(found.unfit, found.why)
        self._settling.keep_back(found.kept)
        self._settling.finish(found.shadowed, "shadowed")
        filled, without = self._enrich(found.ready)
        self._not_yet(without)
        moved = self._decided(filled)
        known = [(one, of.identify) for one, of in moved if of.identify is not None]
        # Who they are is accepted in a request before the event's: no order is promised within one.
        named = self._send(known, is_last=False) if known else frozenset()
        waiting = {one.key for one, _ in known} - named
        self._note_identified([(one, identify) for one, identify in known if one.key in named])
        self._send([(one, of.event) for one, of in moved if one.key not in waiting])

    def _decided(self, ready: Sequence[tuple[Waiting, Prepared]]) -> list[tuple[Waiting, Prepared]]:
        """Those that go, with all that they are; asked in one transaction where it takes the file to tell."""
        deciding = self._deciding
        asked = [(one, of) for one, of in ready if of.counts or of.once or of.experiment or of.identify is not None]
        if deciding is None or not asked:
            return list(ready)
        written = self._settling.write(lambda connection: [deciding.decide(connection, one, of) for one, of in asked])
        if not written:
            return []
        by_key: dict[bytes, Decided] = dict(zip((one.key for one, _ in asked), written[0], strict=True))
        decided = [(one, by_key.get(one.key, of)) for one, of in ready]
        self._settling.finish([one for one, of in decided if of == "had"], "suppressed_once")
        self._not_yet([one for one, of in decided if of == "wait"])
        self._free([one for one, of in decided if of == "delayed"])
        return [(one, of) for one, of in decided if isinstance(of, Prepared)]

    def _note_identified(self, known: Sequence[tuple[Waiting, Operation]]) -> None:
        """Not waited for: where it is lost, they are told once more."""
        deciding = self._deciding
        if deciding is not None and known:

            def note(connection: Connection) -> None:
                for one, identify in known:
                    deciding.identified(connection, one, identify)

            self._outbox.submit(note)

    def _not_yet(self, events: Sequence[Waiting]) -> None:
        """They stay in the queue for now."""
        if events:
            with self._changed:
                self._turns.put_back(events, time.monotonic() + NOT_YET_SECONDS)

    def _send(self, operations: Sequence[tuple[Waiting, Operation]], *, is_last: bool = True) -> frozenset[bytes]:
        """Send them, and settle what can be settled; gives the keys of those that were taken in.

        Where it is not the last request of these events, those that were taken in are not settled yet.
        """
        if not operations:
            return frozenset()
        events = [one for one, _ in operations]
        body = body_of_batch([operation for _, operation in operations])
        if len(body) > LARGEST_BODY and len(operations) > 1:
            return self._send_halves(operations, is_last)
        if len(operations) == 1:
            path, body = ENTITY_PATH, compact_json(operations[0][1]).encode()
        else:
            path = BATCH_PATH
        try:
            status, text, wait = self._post(path, body)
            verdict = verdict_of(status, text, len(operations), wait)
            self.numbers.answered(verdict.kind)
        except NoAnswer:
            verdict = Verdict("again")
            self.numbers.answered("no_answer")
        if verdict.kind == "halve":
            return self._send_halves(operations, is_last)
        if verdict.kind not in ("taken", "refused"):
            self._again(events, verdict)
            return frozenset()
        self._answered()
        refused = {events[place].key: (f"refused:{why}", where) for place, (why, where) in verdict.refused.items()}
        taken = [one for one in events if one.key not in refused]
        if is_last:
            self.numbers.accepted(self._clock() - one.received for one in taken)
            self._settling.finish(taken, "delivered")
        self._settling.bury([one for one in events if one.key in refused], refused)
        return frozenset(one.key for one in taken)

    def _send_halves(self, operations: Sequence[tuple[Waiting, Operation]], is_last: bool) -> frozenset[bytes]:
        middle = len(operations) // 2
        first = self._send(operations[:middle], is_last=is_last)
        return first | self._send(operations[middle:], is_last=is_last)

    def _answered(self) -> None:
        with self._changed:
            self._breaker = self._breaker.answered()

    def _again(self, events: Sequence[Waiting], verdict: Verdict) -> None:
        """Put them back, each with a pause of its own that grows with its tries."""
        now = time.monotonic()
        with self._changed:
            if verdict.kind == "key":
                self._breaker = self._breaker.refused_key(now)
            elif verdict.kind == "slower":
                self._breaker = self._breaker.asked_to_wait(now, verdict.wait_seconds or 1.0)
            else:
                self._breaker = self._breaker.failed(now)
            for one in events:
                tries = self._tries.get(one.key, 0)
                self._tries[one.key] = tries + (verdict.kind == "again")
                self._turns.put_back([one], now + (pause(tries, self._chance) if verdict.kind == "again" else 0.0))

    def _free(self, events: Sequence[Waiting]) -> None:
        """They are over: their lanes are free."""
        with self._changed:
            self._over(events)

    def _over(self, events: Sequence[Waiting]) -> None:
        self._turns.done(events)
        self._loading.done(events)
        for one in events:
            self._tries.pop(one.key, None)
            self._faults.pop(one.key, None)
