"""What was acknowledged stays, whatever becomes of the disk, the file or the process; what waits is bounded."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from storage.outbox.events import queue_room
from storage.outbox.events.event_letters import letters, replay_letter
from storage.outbox.events.event_queue import bury, finish, receive, receive_dead
from storage.outbox.events.event_tally import numbers
from storage.outbox.events.held_events import keep_back, open_hold
from storage.outbox.events.queue_room import QueueRoom
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_file import FILE_NAME, committed, open_route_file
from tests import doors_cast
from tests.killed_events import TOKEN, installed, until_empty, until_well
from tests.reports_cast import listening
from tests.track_stand_in import track_stand_in
from tests.waiting import until

FRAME_HEAD, LOG_HEAD = 24, 32


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own of 16 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder]).returncode:
        pytest.skip("a disk of one's own can be mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def post(url: str, number: int) -> requests.Response:
    event = {
        "event": "limit hit", "id": f"i-{number}", "person": {"id": f"u-{number % 5}"},
        "properties": {"number": number, "plan": "x" * 2_000},
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return requests.post(f"{url}/default/events", json=event, headers=headers, timeout=20)


def fill(disk: Path, leave: int) -> Path:
    """A file that takes all the room of a disk but so many bytes."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while shutil.disk_usage(disk).free > leave:
            file.write(b"\0" * 4096)
    return filler


@pytest.mark.slow("route")
@pytest.mark.parametrize("leave", [0, 500_000], ids=["no room at all", "less than a twentieth"])
def test_a_full_disk_refuses_loses_nothing_and_goes_on_once_there_is_room(small_disk: Path, leave: int) -> None:
    with track_stand_in(0.0) as customerio, listening(small_disk, **installed(small_disk, customerio)) as (url, _):
        acknowledged = [number for number in range(50) if post(url, number).status_code == 200]
        filler = fill(small_disk, leave)
        refused = []
        for number in range(50, 250):
            answer = post(url, number)
            if answer.status_code == 200:
                acknowledged.append(number)
            else:
                refused.append(answer)
                time.sleep(0.02)
        assert {(one.status_code, one.headers["Retry-After"]) for one in refused} == {(503, "1")}
        assert len(refused) > 50
        assert requests.get(f"{url}/healthz", timeout=5).status_code == 503
        filler.unlink()
        began = time.monotonic()
        until_well(url)
        assert time.monotonic() - began < 5
        acknowledged += [number for number in range(250, 300) if post(url, number).status_code == 200]
        assert acknowledged[-50:] == list(range(250, 300))
        assert until_empty(small_disk, 60) == 0
        told = requests.get(customerio, timeout=20).json()
    assert {int(number) for number in told["ulids"]} >= set(acknowledged)
    assert all(len(some) == 1 for some in told["ulids"].values())
    assert all(some == sorted(some) for some in told["persons"].values())


def test_where_too_many_wait_the_sender_is_asked_to_come_back_until_fewer_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_room, "MOST_ROWS", 5)
    monkeypatch.setattr(queue_room, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(queue_room, "COUNT_SECONDS", 0.0)

    def event(number: int) -> dict[str, Any]:
        return {"event": doors_cast.EVENT, "id": f"i-{number}", "person": {"id": "ada"}, "properties": {"plan": "pro"}}

    with doors_cast.listening(tmp_path) as door:
        # How many wait is looked at behind each commit: one or two more may have come by then.
        numbers = iter(range(100))
        until(lambda: door.post("events", event(next(numbers))).status_code == 503, 5.0)
        refused = door.post("events", event(next(numbers)))
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert requests.get(f"{door.url}/healthz", timeout=5).status_code == 503
        keys = [one.key for one in door.waiting()]
        assert len(keys) > 5
        # The places are as far apart as before: now they have to be counted.
        door.outbox.submit(lambda connection: finish(connection, keys[1:-1], "delivered")).result()
        until(lambda: door.post("events", event(100)).status_code == 200, 5.0)


def test_a_queue_is_counted_only_where_it_can_be_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_route_file(tmp_path) as connection:
        for number in range(8):
            receive(connection, queued(number))
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        room = QueueRoom(tmp_path, lambda: 0.0)
        room.look(connection)
        assert room.has_room
        assert not any("count(*)" in one for one in asked)
        monkeypatch.setattr(queue_room, "MOST_ROWS", 7)
        room = QueueRoom(tmp_path, lambda: 0.0)
        room.look(connection)
        assert not room.has_room
        assert any("count(*)" in one for one in asked)


def test_a_second_route_on_the_same_data_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    with track_stand_in(0.0) as customerio:
        environment = installed(tmp_path, customerio)
        with listening(tmp_path, **environment) as (url, _):
            second = subprocess.run(
                [sys.executable, "-m", "campaign_health", "route", "serve", "--port", "0"], timeout=60,
                capture_output=True, text=True, cwd=tmp_path,
                env={**os.environ, **environment, "CAMPAIGN_HEALTH_DATA_DIR": str(tmp_path / "data")},
            )  # fmt: skip
            assert second.returncode == 2
            assert "`route serve` is running" in second.stderr
            assert post(url, 1).status_code == 200
        with listening(tmp_path, **environment) as (url, _):
            assert post(url, 2).status_code == 200


@pytest.mark.slow("route")
@pytest.mark.parametrize("failure", ["hang for ever", "drip"])
def test_told_to_end_while_customerio_hangs_it_ends_within_five_seconds_and_loses_nothing(
    tmp_path: Path, failure: str
) -> None:
    with track_stand_in(1.0, failures=(failure,)) as hanging:
        with listening(tmp_path, **installed(tmp_path, hanging)) as (url, process):
            assert [post(url, number).status_code for number in range(20)] == [200] * 20
            time.sleep(1.0)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
            assert time.monotonic() - began < 5
        taken = requests.get(hanging, timeout=20).json()["ulids"]
    with track_stand_in(0.0) as customerio, listening(tmp_path, **installed(tmp_path, customerio)):
        assert until_empty(tmp_path, 60) == 0
        told = requests.get(customerio, timeout=20).json()
    assert told["ulids"].keys() == {str(number) for number in range(20)}
    assert all(told["ulids"][number] == some for number, some in taken.items())


def queued(number: int) -> QueuedEvent:
    return QueuedEvent(
        "default", "limit hit", number.to_bytes(16), f"u-{number % 3}", 1e9, 1e9, 2e9, "backend",
        json.dumps({"number": number}),
    )  # fmt: skip


def test_a_log_that_was_cut_anywhere_opens_with_whole_transactions_and_nothing_at_odds(tmp_path: Path) -> None:
    folder, cut = tmp_path / "whole", tmp_path / "cut"
    with open_route_file(folder) as connection:
        page = connection.execute("PRAGMA page_size").fetchone()[0]
    told = [seen(folder)]
    with open_route_file(folder) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        for number in range(6):
            with committed(connection):
                change(connection, number)
            told.append(seen(folder))
        whole, log = ((folder / name).read_bytes() for name in (FILE_NAME, f"{FILE_NAME}-wal"))
    frames = (len(log) - LOG_HEAD) // (FRAME_HEAD + page)
    known = []
    cut.mkdir()
    for frame in range(frames + 1):
        for more in (0, FRAME_HEAD + page // 2):
            (cut / FILE_NAME).write_bytes(whole)
            (cut / f"{FILE_NAME}-wal").write_bytes(log[: LOG_HEAD + frame * (FRAME_HEAD + page) + more])
            known.append(told.index(seen(cut)))
    assert known == sorted(known)
    assert set(known) == set(range(len(told))), "each transaction is there wholly or not at all"


def change(connection: sqlite3.Connection, number: int) -> None:
    """One transaction of each kind: received, delivered, buried, sent again, held, of nobody."""
    if number == 0:
        for one in range(12):
            assert receive(connection, queued(one))
    elif number == 1:
        finish(connection, [queued(0).key, queued(1).key], "delivered")
    elif number == 2:
        bury(connection, queued(2).key, "too_large", "", 1e9)
        bury(connection, queued(3).key, "too_large", "", 1e9)
    elif number == 3:
        assert replay_letter(connection, letters(connection, "default", None, None, 0.0)[0])
    elif number == 4:
        open_hold(connection, "default", "limit hit", "everything", "a test", 1e9, source="person")
        assert keep_back(connection, queued(5).key, "", "")
    else:
        assert receive_dead(connection, queued(20), "no_person", "person")


def seen(folder: Path) -> Any:
    """All that the file knows of events; fails where its parts are at odds."""
    with open_route_file(folder) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        outcomes = dict(connection.execute("SELECT key, outcome FROM event_ledger"))
        keys = {
            outcome: {key for (key,) in connection.execute(f"SELECT key FROM {table}")}
            for outcome, table in (("waiting", "event_queue"), ("held", "held_event"), ("dead", "letter"))
        }
        tally = numbers(connection).get(("default", "limit hit"), {})
    for outcome, found in keys.items():
        assert found == {key for key, known in outcomes.items() if known == outcome}
    assert tally.get("received", 0) == len(outcomes)
    assert tally.get("delivered", 0) == Counter(outcomes.values())["delivered"]
    return sorted(outcomes.items())


def test_a_disk_that_was_nearly_full_is_looked_at_again_though_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_room, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(queue_room, "LEAST_FREE_SHARE", 1.1)
    outbox = GroupCommit(tmp_path)
    outbox.start()
    assert outbox.can_write
    assert not outbox.can_take_in
    monkeypatch.setattr(queue_room, "LEAST_FREE_SHARE", 0.0)
    ends = time.monotonic() + 10
    while not outbox.can_take_in and time.monotonic() < ends:
        time.sleep(0.05)
    assert outbox.can_take_in
    outbox.close()
