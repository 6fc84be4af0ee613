"""`kill -9` at each point of what the route writes: nothing is lost, sent under a second ULID or out of order."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from storage.outbox.events.event_queue import receive_dead
from storage.outbox.events.event_tally import numbers
from storage.outbox.events.held_events import end_hold, hold_of, open_hold
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.route_file import committed, open_route_file
from tests.killed_at import POINTS
from tests.killed_events import NAMES, TOKEN, Sender, free_port, installed, judged, ledger, until_empty
from tests.reports_cast import listening
from tests.track_stand_in import track_stand_in

ROOT = Path(__file__).parents[1]
DAY = 86_400.0
WHOLE = {
    "lost": 0, "second_ulids": 0, "out_of_order": 0, "sent_though_unfit": 0, "wrong_outcome": 0,
    "letters_differ": False, "miscounted": 0, "file": "ok",
}  # fmt: skip
EVENTS = 1_200
EVENTS_COME_AND_GO = [one for one in POINTS if not any(word in one for word in ("release", "sweep", "claimed"))]


def die_at(folder: Path, port: int, environment: Mapping[str, str], point: str, times: int) -> None:
    """A route runs until it has come to a point so many times, and ends there and not otherwise."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.killed_at", str(port), point, str(times)], cwd=folder, timeout=120, check=False,
        capture_output=True,
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT), "CAMPAIGN_HEALTH_DATA_DIR": str(folder / "data")},
    )  # fmt: skip
    assert process.returncode == -9, process.stderr.decode()


@contextmanager
def sending(port: int) -> Iterator[Sender]:
    """Somebody who sends, whether anybody listens or not."""
    sender = Sender(0, 5, [f"http://127.0.0.1:{port}"], threading.Event())
    sender.start()
    try:
        yield sender
    finally:
        sender.stopping.set()
        sender.join(60)


def until_acknowledged(sender: Sender, number: int) -> None:
    while len(sender.acknowledged) < number:
        time.sleep(0.05)


def whole(folder: Path, sender: Sender, customerio: str) -> dict[str, object]:
    found = {**judged([sender], requests.get(customerio, timeout=20).json()), **ledger(folder, [sender])}
    return {name: found[name] for name in WHOLE}


@pytest.mark.slow("route")
@pytest.mark.parametrize("point", EVENTS_COME_AND_GO)
def test_killed_there_while_events_come_and_go_all_of_them_arrive_once_and_in_order(point: str, tmp_path: Path) -> None:
    port = free_port()
    with track_stand_in(0.0) as customerio:
        environment = installed(tmp_path, customerio)
        if point == "within keeping back":
            hold(tmp_path)
        with sending(port) as sender:
            for times in (1, 2, 7):
                die_at(tmp_path, port, environment, point, times)
            with listening(tmp_path, port=port, **environment):
                until_acknowledged(sender, len(sender.acknowledged) + 100)
                sender.stopping.set()
                sender.join(60)
                assert until_empty(tmp_path, 60) == 0
                if point == "within keeping back":
                    release(tmp_path)
                    until_none_held(tmp_path)
                    assert until_empty(tmp_path, 60) == 0
        assert whole(tmp_path, sender, customerio) == WHOLE


def one_after_the_other(port: int, acknowledged: list[int], stopping: threading.Event) -> None:
    """Two events of each person, one person after the other, each until it is acknowledged."""
    while not stopping.is_set():
        number = len(acknowledged)
        event = {
            "event": NAMES[0], "id": f"i-{number}", "person": {"id": f"u-{number // 2}"},
            "properties": {"number": number},
        }  # fmt: skip
        try:
            answer = requests.post(
                f"http://127.0.0.1:{port}/default/events", json=event, timeout=10,
                headers={"Authorization": f"Bearer {TOKEN}"},
            )  # fmt: skip
        except requests.RequestException:
            time.sleep(0.02)
            continue
        if answer.status_code == 200:
            acknowledged.append(number)


@pytest.mark.slow("route")
@pytest.mark.parametrize("point", ["claimed, before it is sent", "sent, before it is settled", "within settling"])
def test_killed_there_whoever_is_to_have_a_message_once_has_it_once(point: str, tmp_path: Path) -> None:
    port, acknowledged, stopping = free_port(), list[int](), threading.Event()
    with track_stand_in(0.0) as customerio:
        environment = installed(tmp_path, customerio)
        with (tmp_path / "campaign-health.yaml").open("a", encoding="utf-8") as manifest:
            manifest.write(f"campaigns:\n  - name: Upgrade offer\n    event: {NAMES[0]}\n    once: ever\n")
        sender = threading.Thread(target=one_after_the_other, args=(port, acknowledged, stopping), daemon=True)
        sender.start()
        for times in (1, 2, 7):
            die_at(tmp_path, port, environment, point, times)
        with listening(tmp_path, port=port, **environment):
            ends = time.monotonic() + 60
            while len(acknowledged) < 100 and time.monotonic() < ends:
                time.sleep(0.05)
            stopping.set()
            sender.join(60)
            assert until_empty(tmp_path, 60) == 0
        told = requests.get(customerio, timeout=20).json()
    people = {f"u-{number // 2}" for number in acknowledged}
    assert len(people) >= 50
    assert {person: len(some) for person, some in told["persons"].items()} == dict.fromkeys(people, 1)
    assert all(len(some) == 1 for some in told["ulids"].values())


def hold(folder: Path) -> None:
    with open_route_file(folder / "data") as connection, committed(connection):
        for name in NAMES:
            assert open_hold(connection, "default", name, "everything", "a test", time.time(), source="hand")


def release(folder: Path) -> None:
    with open_route_file(folder / "data") as connection, committed(connection):
        for name in NAMES:
            found = hold_of(connection, "default", name)
            assert found is not None
            end_hold(connection, found, "released", time.time())


def held(folder: Path) -> int:
    with open_route_file(folder / "data") as connection:
        return int(connection.execute("SELECT count(*) FROM held_event").fetchone()[0])


def until_none_held(folder: Path) -> None:
    ends = time.monotonic() + 60
    while held(folder):
        assert time.monotonic() < ends
        time.sleep(0.1)


@pytest.mark.slow("route")
@pytest.mark.parametrize("point", [one for one in POINTS if "release" in one])
def test_killed_within_a_release_what_was_held_goes_out_once_and_in_order(point: str, tmp_path: Path) -> None:
    port = free_port()
    with track_stand_in(0.0) as customerio:
        environment = installed(tmp_path, customerio)
        hold(tmp_path)
        with listening(tmp_path, port=port, **environment), sending(port) as sender:
            until_acknowledged(sender, EVENTS)
            sender.stopping.set()
            sender.join(60)
            assert until_empty(tmp_path, 60) == 0
        before = held(tmp_path)
        assert before > EVENTS * 0.9
        release(tmp_path)
        # The second part of a release is there only once the first one is through.
        for times in (1, 300, 700) if point == "within a release" else (1, 2):
            die_at(tmp_path, port, environment, point, times)
        assert 0 < held(tmp_path) < before
        with listening(tmp_path, port=port, **environment):
            until_none_held(tmp_path)
            assert until_empty(tmp_path, 60) == 0
        assert whole(tmp_path, sender, customerio) == WHOLE


@pytest.mark.slow("route")
def test_killed_within_a_sweep_all_of_it_is_there_until_all_of_it_is_gone(tmp_path: Path) -> None:
    with track_stand_in(0.0) as customerio:
        environment = installed(tmp_path, customerio)
        long_ago = time.time() - 10 * DAY
        with open_route_file(tmp_path / "data") as connection, committed(connection):
            for number in range(20):
                old = QueuedEvent(
                    "default", NAMES[0], number.to_bytes(16), "ada", long_ago, long_ago, long_ago, "backend", "{}"
                )
                assert receive_dead(connection, old, "too_large", "")
        for _ in range(2):
            die_at(tmp_path, 0, environment, "within a sweep", 1)
            assert left_of_old(tmp_path) == (20, 20, 0)
        with listening(tmp_path, **environment):
            ends = time.monotonic() + 30
            while left_of_old(tmp_path) != (0, 0, 20) and time.monotonic() < ends:
                time.sleep(0.1)
        assert left_of_old(tmp_path) == (0, 0, 20)


def left_of_old(folder: Path) -> tuple[int, int, int]:
    """Letters, what is known of them, and how many count as dropped."""
    with open_route_file(folder / "data") as connection:
        letters, known = (
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("letter", "event_ledger")
        )
        return letters, known, numbers(connection)["default", NAMES[0]].get("dropped", 0)
