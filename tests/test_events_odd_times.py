"""Clocks that jump, and a Customer.io that hangs, drips or is somebody else: each event goes out once, in order."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from campaign_health.route.doors.received_event import received_event
from campaign_health.route.event_key import ulid_of
from campaign_health.route.lanes import track_post
from campaign_health.settings import RouteSettings
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.route_file import open_route_file
from tests.killed_events import until_empty
from tests.test_lanes_courier import Destination, carrying, is_empty, queued, take_in, told
from tests.track_stand_in import track_stand_in
from tests.waiting import until

HOUR = 3600.0
FAILURES = ("hang for ever", "drip", "html", "500", "reset")


class Clock:
    """The real one, and what somebody set it off by."""

    off = 0.0

    def __call__(self) -> float:
        return time.time() + self.off


def at(clock: Clock, number: int, person: str) -> QueuedEvent:
    return queued(number, person, ago=-clock.off, relevant=3 * HOUR)


@pytest.mark.parametrize("jumps", [(-HOUR, 0.0), (HOUR, 0.0), (-HOUR, HOUR)])
def test_a_clock_that_jumps_by_an_hour_loses_nothing_and_turns_nothing_round(
    tmp_path: Path, jumps: tuple[float, float]
) -> None:
    destination, clock = Destination(), Clock()
    with carrying(tmp_path, destination.post, clock=clock) as (outbox, courier):
        kept = []
        for step, off in enumerate((0.0, *jumps)):
            clock.off = off
            kept.append([at(clock, number, f"p-{number % 3}") for number in range(step * 30, step * 30 + 30)])
            take_in(outbox, courier, *kept[-1])
            # The same event again, by a clock that is another one now, is the same event.
            take_in(outbox, courier, *(at(clock, number, f"p-{number % 3}") for number in range(0, 30, 7)))
        until(is_empty(tmp_path, 90))
    assert told(tmp_path) == {"received": 90, "delivered": 90}
    assert all(some == sorted(some) for some in destination.accepted.values())
    by_number = dict(enumerate(one for some in kept for one in some))
    assert destination.ulids == {
        number: {ulid_of(one.key, int(one.event_time))} for number, one in by_number.items()
    }  # fmt: skip


def test_the_hour_that_comes_twice_in_autumn_is_two_hours() -> None:
    value = {"event": "limit hit", "id": "1", "person": {"id": "ada"}}
    now = 1_793_000_000.0  # the 26th of October 2026
    summer, winter, no_zone = (
        received_event(value | {"time": text}, now).time
        for text in ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00")
    )
    assert (winter - summer, no_zone - winter) == (HOUR, 0.0)


def delivered_in_spite_of(failure: str, folder: Path) -> dict[str, Any]:
    """What Customer.io has of 200 events, where it does this instead of answering now and then."""
    with track_stand_in(0.2, seed=4, failures=(failure,)) as customerio:
        post, close = track_post.poster(
            RouteSettings(
                site_id="s", track_api_key=SecretStr("k"), track_url=customerio, signing_key=None, person="id"
            )
        )
        with carrying(folder / "data", post) as (outbox, courier):
            for start in range(0, 200, 10):
                take_in(outbox, courier, *(queued(number, f"p-{number % 7}") for number in range(start, start + 10)))
                time.sleep(0.02)
            assert until_empty(folder, 60) == 0
        close()
        answered: dict[str, Any] = requests.get(customerio, timeout=20).json()
    return answered


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, tuple[Path, Future[dict[str, Any]]]]]:
    """The folder and the outcome of each failure. They are met side by side, for nearly all of the time is waiting."""
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(len(FAILURES)) as pool:
        patch.setattr(track_post, "READ_SECONDS", 0.5)
        folders = {failure: tmp_path_factory.mktemp("met") for failure in FAILURES}
        yield {name: (folder, pool.submit(delivered_in_spite_of, name, folder)) for name, folder in folders.items()}


@pytest.mark.slow("route")
@pytest.mark.parametrize("failure", FAILURES)
def test_whatever_customerio_does_instead_of_answering_each_event_goes_out_once_in_its_persons_order(
    failure: str, delivered: Mapping[str, tuple[Path, Future[dict[str, Any]]]]
) -> None:
    folder, outcome = delivered[failure]
    answered = outcome.result()
    assert told(folder / "data") == {"received": 200, "delivered": 200}
    assert answered["failed"] > 3
    assert {int(number) for number in answered["ulids"]} == set(range(200))
    assert all(len(some) == 1 for some in answered["ulids"].values())
    assert all(some == sorted(some) for some in answered["persons"].values())


@pytest.mark.slow("route")
def test_who_answers_for_customerio_without_being_it_gets_nothing_settled(tmp_path: Path) -> None:
    with track_stand_in(1.0, failures=("html",)) as portal:
        post, close = track_post.poster(
            RouteSettings(site_id="s", track_api_key=SecretStr("k"), track_url=portal, signing_key=None, person="id")
        )
        with carrying(tmp_path, post) as (outbox, courier):
            take_in(outbox, courier, queued(1, "ada"))
            until(lambda: courier.breaker_state == "open", 60)
        close()
    with open_route_file(tmp_path) as connection:
        assert connection.execute("SELECT outcome FROM event_ledger").fetchall() == [("waiting",)]
