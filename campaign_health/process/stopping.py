"""Ends work cleanly on Ctrl-C and SIGTERM: at once while waiting, after the save while saving."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType


class Stopped(BaseException):
    """A signal asked the program to end. Not an `Exception`, so that nothing between takes it for a failure."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(signal_number).name}")
        self.exit_code = 128 + signal_number


class StopSignals:
    """While entered, SIGINT and SIGTERM raise `Stopped` in the main thread; within `held()`, at its end.

    It is raised once: what then saves and cleans up is not stopped again. A failure that follows it and leaves the
    block is what became of it on the way (a query that it met), and leaves as `Stopped`.
    Outside the main thread, where Python delivers no signals, it does nothing.
    """

    _NUMBERS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self._holds = 0
        self._pending: int | None = None
        self._raised: int | None = None
        self._before: dict[int, signal.Handlers | int | None] = {}

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():
            for number in self._NUMBERS:
                self._before[number] = signal.signal(number, self._receive)  # type: ignore[assignment]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()
        if isinstance(value, Exception):
            self.insist()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Defers a stop until the block has ended, so that a save is never cut."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
        self._raise_pending()

    def insist(self) -> None:
        """Raises a stop again that was raised and did not arrive: DuckDB makes it a failure of the query it meets."""
        if self._raised is not None:
            raise Stopped(self._raised)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self._raised is None:
            self._pending = number
            self._raise_pending()

    def _raise_pending(self) -> None:
        if self._pending is not None and self._holds == 0:
            number, self._pending = self._pending, None
            self._raised = number
            raise Stopped(number)
