"""Keeps segments equal to cohorts: what was told whole is folded, what may be applied is; one thread a workspace."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial

from campaign_health.errors import CouldNotStart
from campaign_health.route.cohorts.cohort_law import is_too_great_a_loss, session_verdict
from campaign_health.route.cohorts.cohort_segment import BLOCK, CohortSegments, Remover
from campaign_health.route.steady_thread import SteadyThread
from collectors.errors import CollectorError
from storage.outbox.cohorts.cohort_list import (
    IN,
    NOT_IN,
    PERHAPS,
    STUCK,
    UNKNOWN,
    Cohort,
    cohorts_of,
    lease_cohort,
    note_counted,
    note_trouble,
    numbers_of,
    set_segment,
)
from storage.outbox.cohorts.cohort_members import (
    approve_some,
    compare_members,
    fold_some,
    hold_cohort,
    next_to_add,
    next_to_remove,
    note_placed,
    try_unknown_again,
)
from storage.outbox.cohorts.cohort_sessions import (
    Session,
    close_session,
    forget_old_sessions,
    give_up_session,
    sessions_of,
)
from storage.outbox.connection.outbox_connection import Connection, Place, PostgresPlace
from storage.outbox.group_commit import CannotWrite, CannotWriteThis, GroupCommit, Write

LOOK_SECONDS = 1.0
END_SECONDS = 2.0
SETTLED_SECONDS = 3.0
"""Who left and who came are told one after the other: between the two a cohort may look as if it had lost many."""
AGAIN_SECONDS = 60.0
LEASE_SECONDS = 120.0
COUNTED_AGAIN_SECONDS = 600.0
MOST_UNEVEN = 6
SOON_SECONDS = 5.0
DAY_SECONDS = 86_400.0


@dataclass
class CohortKeeper:
    """One workspace's; `start` and `stop` it.

    Args:
        workspace: Whose cohorts.
        place: Where the route's data is.
        outbox: Its one writer.
        opened: Gives Customer.io's two APIs for one application, and closes them after it; may raise CouldNotStart.
        told: Hears of what a person should know.
        changed: Called where what a cohort lost is kept back, and where it is no more.
        clock: Unix seconds.
    """

    workspace: str
    place: Place
    outbox: GroupCommit
    opened: Callable[[], AbstractContextManager[CohortSegments]]
    told: Callable[[str], None]
    changed: Callable[[], None] = lambda: None
    clock: Callable[[], float] = time.time
    _stopping: threading.Event = field(default_factory=threading.Event)
    _settled: dict[int, tuple[Cohort, float]] = field(default_factory=dict)
    _uneven: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.thread = SteadyThread("cohorts", self.workspace, self.place, self._look_on, self._stopping, self.outbox)
        # Of a file there is one listener, which takes up at once what it left when it was ended.
        is_shared = isinstance(self.place, PostgresPlace)
        self._name = f"{os.getpid()} {secrets.token_hex(8)}" if is_shared else "the only one"

    def start(self) -> None:
        """Begin to look."""
        self.thread.start()

    def stop(self) -> None:
        """End; an answer of Customer.io's that is just waited for is asked for again."""
        self._stopping.set()
        self.thread.join(END_SECONDS)

    def look(self, connection: Connection) -> None:
        """One look at every cohort.

        Raises:
            CannotWrite: the disk takes nothing; it is tried at the next look.
        """
        for one in cohorts_of(connection, self.workspace):
            known, until = self._settled.get(one.number, (None, 0.0))
            sessions = sessions_of(connection, one.number)
            is_settled = known == one and self.clock() < until and not sessions
            if one.mode == "off" or is_settled or not self._is_ours(one):
                continue
            self._fold(one, sessions)
            self._settle(connection, one.number)

    def _look_on(self, connection: Connection) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            try:
                self.look(connection)
            except CannotWriteThis:
                raise
            except CannotWrite:  # the disk is full: at the next look
                continue

    def _is_ours(self, cohort: Cohort) -> bool:
        lease = partial(lease_cohort, number=cohort.number, by=self._name, now=self.clock(), seconds=LEASE_SECONDS)
        return bool(self._write(lease))

    def _fold(self, cohort: Cohort, sessions: Sequence[Session]) -> None:
        for session in sessions:
            now = self.clock()
            verdict = session_verdict(session, now)
            if verdict == "wait":
                return
            if verdict == "give_up":
                self._write(partial(give_up_session, session=session))
                self.told(f"Of what was told of the cohort {cohort.name} a part is lacking: nothing of it is applied.")
            elif verdict == "fold" or (verdict == "close" and self._write(partial(close_session, session=session))):
                self._all(partial(fold_some, cohort=cohort, session=session, now=now))
                if self._stopping.is_set():  # what came later may only be folded after the whole of this
                    return
                self._write(partial(forget_old_sessions, number=cohort.number, now=now))

    def _settle(self, connection: Connection, number: int) -> None:
        """Decide what may be applied, apply it, and note until when there is nothing more to do."""
        cohort = self._known(connection, number)
        if not self._decide(connection, cohort):
            return
        cohort = self._known(connection, number)
        again = self._applied(connection, cohort)
        after = self._known(connection, number)
        if _as_said(after) == _as_said(cohort):
            self._settled[number] = (after, self.clock() + again)

    def _decide(self, connection: Connection, cohort: Cohort) -> bool:
        """Whether what was told could be decided by now."""
        now = self.clock()
        if cohort.completed is None or self._stopping.is_set():
            return cohort.completed is None
        if 0 <= now - (cohort.heard or 0.0) < SETTLED_SECONDS:
            return False
        numbers = numbers_of(connection, cohort.number)
        if is_too_great_a_loss(numbers.approved, numbers.told) and not cohort.is_released:
            if cohort.held_since is None:
                self._write(partial(hold_cohort, cohort=cohort, now=now))
                loss = f"{numbers.approved:,} people would become {numbers.told:,}"
                self.told(f"The cohort {cohort.name} is kept as it was: {loss}. If that is right, let it go.")
                self.changed()
        elif numbers.undecided or cohort.held_since is not None or cohort.is_released:
            self._all(partial(approve_some, cohort=cohort))
            if cohort.held_since is not None:
                self.changed()
        return True

    def _applied(self, connection: Connection, cohort: Cohort) -> float:
        """Make the segment equal to the cohort, where it may be; after how many seconds it is looked at again."""
        if cohort.mode != "live" or not cohort.is_whole or cohort.held_since is not None or cohort.completed is None:
            return DAY_SECONDS
        numbers, now = numbers_of(connection, cohort.number), self.clock()
        is_equal = cohort.counted == numbers.placed and cohort.is_bound and cohort.counted_at is not None
        if is_equal and not numbers.to_add and not numbers.to_remove:
            left = (cohort.counted_at or 0.0) + DAY_SECONDS - now
            if left > 0:
                return left
        try:
            with self.opened() as segments:
                is_equal, trouble = self._make_equal(connection, cohort, segments)
        except (CollectorError, CouldNotStart) as failure:
            self._tell(cohort, str(failure))
            return AGAIN_SECONDS
        self._tell(cohort, trouble)
        uneven = self._uneven[cohort.number] = 0 if is_equal else self._uneven.get(cohort.number, 0) + 1
        # What was found to differ is mended soon; what differs still is Customer.io's, which may need some time.
        return DAY_SECONDS if is_equal else SOON_SECONDS if uneven < MOST_UNEVEN else COUNTED_AGAIN_SECONDS

    def _make_equal(self, connection: Connection, cohort: Cohort, segments: CohortSegments) -> tuple[bool, str]:
        """Whether Customer.io says that it is, and what only a person can do."""
        segment_id = cohort.segment_id
        if segment_id is None:
            segment_id = segments.begun(cohort)
            self._write(partial(set_segment, number=cohort.number, segment_id=segment_id, is_bound=False))
            cohort = replace(cohort, segment_id=segment_id)
        if not cohort.is_bound:
            segments.refuse_unfillable(segment_id)
            # Whoever is in it already has to be decided about before anybody is taken out.
            self._compare(cohort, segments, segment_id)
            return False, ""
        if self.clock() - cohort.tried_at >= DAY_SECONDS:
            self._write(partial(try_unknown_again, cohort=cohort, now=self.clock()))
        remover = Remover(segments, segment_id)
        changed = self._placed(connection, next_to_remove, cohort, remover.remove, NOT_IN)
        changed |= self._placed(connection, next_to_add, cohort, partial(segments.add, segment_id), IN)
        if self._stopping.is_set() or _as_said(self._known(connection, cohort.number)) != _as_said(cohort):
            return False, ""
        counted = segments.count(segment_id)
        self._write(partial(note_counted, number=cohort.number, counted=counted, now=self.clock()))
        is_equal = counted == numbers_of(connection, cohort.number).placed
        # Customer.io may count later than it takes in: what was just changed is counted once more before it is read.
        if not is_equal and not changed:
            self._compare(cohort, segments, segment_id)
        return is_equal, remover.trouble

    def _compare(self, cohort: Cohort, segments: CohortSegments, segment_id: int) -> None:
        people = [one for one, _ in segments.members(segment_id)]
        # Whoever was taken out by hand is put in again; who is not in it after that is not known to Customer.io.
        lacking = UNKNOWN if self._uneven.get(cohort.number) else NOT_IN
        self._write(partial(compare_members, cohort=cohort, people=people, lacking=lacking))

    def _placed(
        self,
        connection: Connection,
        some: Callable[[Connection, Cohort, int], list[str]],
        cohort: Cohort,
        change: Callable[[list[str]], Collection[str]],
        then: int,
    ) -> bool:
        """Whether anybody was changed; it ends where it is said meanwhile that the cohort is to be something else."""
        is_changed = False
        while (people := some(connection, cohort, BLOCK)) and not self._stopping.is_set() and self._is_ours(cohort):
            if _as_said(self._known(connection, cohort.number)) != _as_said(cohort):
                break
            is_changed = True
            # Noted before it is asked for, so that it is known who may be in it where the answer is lost.
            self._write(partial(note_placed, cohort=cohort, people=people, placed=PERHAPS))
            stuck = change(people)
            self._write(partial(note_placed, cohort=cohort, people=[*{*people} - {*stuck}], placed=then))
            self._write(partial(note_placed, cohort=cohort, people=list(stuck), placed=STUCK))
        return is_changed

    def _known(self, connection: Connection, number: int) -> Cohort:
        return next(one for one in cohorts_of(connection, self.workspace) if one.number == number)

    def _tell(self, cohort: Cohort, trouble: str) -> None:
        if self._write(partial(note_trouble, number=cohort.number, trouble=trouble)) and trouble:
            self.told(f"The cohort {cohort.name} could not be applied, and is tried again: {trouble}")

    def _all(self, some: Callable[[Connection], int]) -> None:
        while self._write(some) and not self._stopping.is_set():
            pass

    def _write(self, write: Write) -> object:
        return self.outbox.submit(write).result()


def _as_said(cohort: Cohort) -> tuple[str, int | None]:
    """What people say of it, on which everything that is done rests."""
    return cohort.mode, cohort.segment_id
