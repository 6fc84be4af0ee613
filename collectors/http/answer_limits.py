"""How long each read of an answer may take, so that its whole has an end: pure bookkeeping of waits and bytes."""

from __future__ import annotations

import time
from typing import NoReturn, Protocol

from collectors.http.deadline import Deadline

# A socket takes a time-out of 0 for never waiting at all.
SHORTEST_WAIT = 0.001


class Late(TimeoutError):
    """An answer was not there in time; its text says what was missed."""


class Limits(Protocol):
    """What an answer may take, asked before and told after each read."""

    def seconds(self) -> float:
        """How long the next read may take."""

    def waited(self, seconds: float, count: int | None) -> None:
        """A read took so long and brought `count` bytes, None where it brought nothing in time.

        Raises:
            Late: so the answer is not there in time.
            TimeoutError: it was silent for too long.
        """


class WholeBy:
    """An answer that must be whole within some seconds of now.

    Args:
        whole: Seconds that all of it may take.
        silence: Seconds without a byte.
        deadline: Of the work that it belongs to.
    """

    def __init__(self, whole: float, silence: float, deadline: Deadline) -> None:
        self.whole = whole
        self.silence = silence
        self._ends = time.monotonic() + whole
        self._deadline = deadline

    def left(self) -> float:
        """Seconds until it must be whole."""
        return min(self._ends - time.monotonic(), self._deadline.left())

    def seconds(self) -> float:
        """How long the next read may take."""
        left = self.left()
        if left <= 0:
            self.fail()
        return min(self.silence, left)

    def waited(self, seconds: float, count: int | None) -> None:
        """Told after each read."""
        if count is not None:
            return
        if self.left() <= 0:
            self.fail()
        raise TimeoutError

    def fail(self) -> NoReturn:
        """Raises Late."""
        raise Late(f"the answer was not whole within {self.whole:g} seconds")


class LeastRate:
    """An answer of any length: begun within some seconds, and from then on never slower than a least rate.

    Only the time spent waiting for it counts: how long its reader takes over what came is not its fault. Until it has
    begun nobody reads it, and all time counts: a head may go on for ever without anybody waiting.

    Args:
        quiet: Seconds of waiting in which it may be silent, because it is being prepared.
        window: Seconds of waiting in each of which, from then on, `least` bytes must come.
        least: So many.
        deadline: Of the work that it belongs to.
    """

    def __init__(self, quiet: float, window: float, least: int, deadline: Deadline) -> None:
        self._quiet = quiet
        self._window = window
        self._least = least
        self._deadline = deadline
        self._left = quiet
        self._lacking = 0
        self._has_begun = False
        self._begins_by: float | None = None

    def body_begins(self) -> None:
        """Told when the head is there."""
        self._has_begun = True

    def seconds(self) -> float:
        """How long the next read may take."""
        left = self._deadline.left()
        if left <= 0:
            raise Late("the time was over")
        if not self._has_begun:
            now = time.monotonic()
            self._begins_by = now + self._quiet if self._begins_by is None else self._begins_by
            if now > self._begins_by:
                self._fail_to_begin()
        return min(self._left, left)

    def waited(self, seconds: float, count: int | None) -> None:
        """Told after each read."""
        self._left -= seconds
        self._lacking -= count or 0
        if self._left > 0:
            return
        if not self._has_begun:
            self._fail_to_begin()
        if self._lacking > 0:
            raise Late(f"less than {self._least:,} bytes came in {self._window:g} seconds")
        self._left, self._lacking = self._window, self._least

    def _fail_to_begin(self) -> NoReturn:
        raise Late(f"the answer did not begin within {self._quiet:g} seconds")
