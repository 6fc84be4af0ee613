"""Eight requests a second over all threads, and pauses that a service asked for."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from collectors.http.pacing import Pace
from collectors.http.waiting import backoff_seconds, retry_after_seconds

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


class FakeTime:
    """A clock that moves only when someone sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@given(st.lists(st.floats(0, 0.5), min_size=20, max_size=60))
def test_no_second_ever_holds_more_than_eight_turns(work: list[float]) -> None:
    time = FakeTime()
    pace = Pace(8, clock=time.clock)
    turns = []
    for seconds in work:
        pace.wait(time.sleep)
        turns.append(time.now)
        time.now += seconds
    assert all(sum(start <= turn < start + 1 for turn in turns) <= 8 for start in turns)


def test_a_free_pace_does_not_wait_and_a_slow_user_saves_nothing_up() -> None:
    time = FakeTime()
    pace = Pace(8, clock=time.clock)
    time.now += 60
    turns = []
    for _ in range(9):
        pace.wait(time.sleep)
        turns.append(time.now)
    assert turns[0] == 160.0
    assert turns[-1] - turns[0] > 1.0


def test_a_hold_keeps_every_thread_back() -> None:
    time = FakeTime()
    pace = Pace(8, clock=time.clock)
    pace.wait(time.sleep)
    pace.hold(30)
    pace.wait(time.sleep)
    assert time.now >= 130.0


def test_threads_share_one_pace() -> None:
    pace = Pace(8, clock=lambda: 0.0)
    pauses: list[float] = []

    def take_ten() -> None:
        for _ in range(10):
            pace.wait(pauses.append)

    threads = [threading.Thread(target=take_ten) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({round(pause, 6) for pause in pauses}) == 39, "forty different turns, the first without a pause"
    assert max(pauses) > 39 / 8


@given(st.integers(1, 20), st.floats(0.1, 5), st.floats(5, 100))
def test_backoff_doubles_up_to_its_limit_and_is_half_chance(tries: int, first: float, longest: float) -> None:
    whole = min(longest, first * 2 ** (tries - 1))
    assert whole / 2 <= backoff_seconds(tries, first, longest) <= whole


def test_retry_after_reads_what_services_send() -> None:
    assert retry_after_seconds("12", NOW) == 12
    assert retry_after_seconds(" 0 ", NOW) == 0
    assert retry_after_seconds("Tue, 24 Nov 2026 06:30:45 GMT", NOW) == 45
    assert retry_after_seconds("Tue, 24 Nov 2026 06:00:00 GMT", NOW) == 0
    for unusable in (None, "", "soon", "-3", "nan", "inf"):
        assert retry_after_seconds(unusable, NOW) is None


def test_no_retry_after_is_longer_than_its_ceiling() -> None:
    for long in ("99", "99.5", "9" * 400, "Tue, 24 Nov 2026 07:30:00 GMT"):
        assert retry_after_seconds(long, NOW, 60) == 60
    for short in ("59", "Tue, 24 Nov 2026 06:30:59 GMT"):
        assert retry_after_seconds(short, NOW, 60) == 59
