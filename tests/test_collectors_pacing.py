"""Eight requests a second over all threads, and pauses that a service asked for."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.settings import load_settings
from campaign_health.settings.clients import customerio_client, mixpanel_client
from collectors.http.pacing import Pace
from collectors.http.waiting import backoff_seconds, retry_after_seconds
from tests.sandbox_cast import small_world

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


@pytest.mark.parametrize(("said", "distance"), [("2", 0.52), ("", 0.00104)])
def test_each_service_is_asked_as_often_as_its_setting_says_and_a_sandbox_without_limits_at_once(
    said: str, distance: float, tmp_path: Path
) -> None:
    with running_sandbox(small_world(), limits=Limits.unlimited()) as sandbox:
        names = ("MIXPANEL_EXPORTS_PER_SECOND", "CUSTOMERIO_REQUESTS_PER_SECOND")
        settings = load_settings(sandbox.environment | (dict.fromkeys(names, said) if said else {}), tmp_path)
        [workspace] = settings.workspaces
        assert workspace.mixpanel is not None
        assert workspace.customerio is not None
        rests: list[float] = []
        mixpanel = mixpanel_client(workspace.mixpanel, settings.http, sleep=rests.append)
        customerio = customerio_client(workspace.customerio, settings.http, sleep=rests.append)
        days = {"from_date": "2026-11-01", "to_date": "2026-11-01", "project_id": str(sandbox.world.project_id)}
        for ask in (
            lambda: mixpanel.export.open_stream("", days).close(),
            lambda: customerio.get_json("/campaigns"),
        ):
            rests.clear()
            began = time.monotonic()
            for _ in range(5):
                ask()
            # Nobody really rested, so that what the asking took is missing in the last rest.
            took = time.monotonic() - began
            assert 4 * distance - took <= (rests[-1] if rests else 0.0) <= 4 * distance


def test_a_sandbox_that_keeps_the_limits_leaves_the_usual_pace() -> None:
    with running_sandbox(small_world()) as sandbox:
        assert not [name for name in sandbox.environment if name.endswith("PER_SECOND")]
