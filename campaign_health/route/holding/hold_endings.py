"""Ends holds: the manifest fits again, or people said so; and lets go, or gives up, what they kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from campaign_health.route.holding.hold_decisions import how_let_go, is_let_go, those_that_fit
from campaign_health.route.holding.published_word import PublishedWord
from campaign_health.route.moving import Moving
from storage.outbox.events.held_events import (
    DROPPED,
    FITS,
    HAND,
    Hold,
    drop_held,
    end_hold,
    held_of,
    hold_of,
    leftovers,
    let_go,
)
from storage.outbox.group_commit import Write
from storage.outbox.route_file import Connection

AT_ONCE = 500
MOST_A_LOOK = 10_000


@dataclass
class HoldEndings:
    """One workspace's. `write` returns once it is on the disk, `wake` is called where events may go on, `changed` hears
    of each end; `clock` in Unix time. Where all `is_ending`, the rest is left to the next start.
    """

    moving: Moving
    write: Callable[[Write], None]
    wake: Callable[[], None]
    changed: Callable[[Connection], None]
    clock: Callable[[], float]
    is_ending: Callable[[], bool] = lambda: False

    def end_as_said(self, connection: Connection, word: PublishedWord) -> None:
        """Let go what somebody said may go on, and give up what they said is not the new name."""
        for said in word.releases:
            hold = hold_of(connection, self.moving.workspace, said.event or "")
            # What is let go while it is not live would not be sent.
            if hold is not None and is_let_go(hold, said) and self.moving.is_live(hold.event, hold):
                self._end(connection, hold, how_let_go(hold))
        for old, new in word.refused:
            hold = hold_of(connection, self.moving.workspace, new)
            if hold is not None and hold.kind == "candidate" and hold.candidate_of == old:
                self._give_up(connection, hold)

    def end_what_fits(self, connection: Connection, hold: Hold) -> None:
        """Let go what fits now, after the manifest or what people confirmed has changed."""
        contract = self.moving.contract
        if hold.source.startswith(HAND) or contract is None:
            return
        if hold.kind == "candidate":
            if contract.routed(hold.event) is not None:
                self._end(connection, hold, FITS)
            return
        fitting: list[bytes] = []
        number = place = 0
        while some := held_of(connection, hold, place, AT_ONCE):
            place, number = some[-1][0], number + len(some)
            fitting += those_that_fit(contract, [one for _, one in some])
        if len(fitting) == number:
            self._end(connection, hold, FITS)
        elif hold.kind == "unsendable":
            for begin in range(0, len(fitting), AT_ONCE):
                self._let_go(fitting[begin : begin + AT_ONCE])
        self.wake()

    def let_go_leftovers(self, connection: Connection) -> None:
        """What an ended hold kept goes on, in the order in which it was received."""
        # Asked for once: all that is left has to be put in order for it.
        keys = leftovers(connection, self.moving.workspace, MOST_A_LOOK)
        for begin in range(0, len(keys), AT_ONCE):
            if self.is_ending():
                return
            self._let_go(keys[begin : begin + AT_ONCE])
            self.wake()

    def _let_go(self, keys: Sequence[bytes]) -> None:
        self.write(partial(let_go, keys=keys))

    def _end(self, connection: Connection, hold: Hold, how: str) -> None:
        self.write(lambda writing: end_hold(writing, hold, how, self.clock()))
        self.changed(connection)
        self.let_go_leftovers(connection)

    def _give_up(self, connection: Connection, hold: Hold) -> None:
        def end(writing: Connection) -> None:
            drop_held(writing, hold)
            end_hold(writing, hold, DROPPED, self.clock())

        self.write(end)
        self.changed(connection)
