"""Waits no longer than is said for what cannot be told when to end, such as looking a host name up."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def in_time(act: Callable[[], T], seconds: float, undo: Callable[[T], object]) -> T | None:
    """What `act` returns, or None where it has not within `seconds`.

    It then goes on in a thread of its own, and what it returns in the end is handed to `undo`.

    Raises:
        Exception: what `act` raises.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(act())
        except BaseException as failure:
            future.set_exception(failure)

    Thread(target=run, daemon=True, name="in time").start()
    is_done = False
    try:
        is_done = bool(wait([future], seconds).done)
    finally:
        if not is_done:
            future.add_done_callback(lambda late: None if late.exception() else undo(late.result()))
    return future.result() if is_done else None
