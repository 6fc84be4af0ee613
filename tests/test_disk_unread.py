"""A disk that cannot be read for a while: what was acknowledged meanwhile goes out once it can be read again."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests

from campaign_health.route.lanes.loading import Loading
from campaign_health.route.lanes.turns import Turns
from storage.outbox.connection.lane_groups import EVERY_GROUP
from storage.outbox.connection.outbox_connection import Connection, Rows
from storage.outbox.events.event_queue import receive
from storage.outbox.route_file import FILE_NAME, committed, open_route_file
from tests.disk_writes import may_watch
from tests.killed_events import TOKEN, installed, until_empty
from tests.reports_cast import listening
from tests.test_lanes_courier import Destination, carrying, is_empty, queued, take_in
from tests.track_stand_in import track_stand_in
from tests.waiting import until


@dataclass
class OnceUnread:
    """A connection one of whose statements fails, as by a disk that cannot be read."""

    connection: Connection
    fails_at: int
    asked: int = 0
    in_transaction: bool = False

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        self.asked += 1
        if self.asked == self.fails_at:
            raise sqlite3.OperationalError("disk I/O error")
        return self.connection.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> object:
        raise NotImplementedError


def test_whichever_statement_fails_the_next_look_finds_all_that_waits_in_its_order(tmp_path: Path) -> None:
    with open_route_file(tmp_path) as connection:
        with committed(connection):
            for number in range(12):
                receive(connection, queued(number, f"p-{number % 4}", backlog=number % 3 == 0))
        for fails_at in count(1):
            turns, loading, unread = Turns(), Loading("default"), OnceUnread(connection, fails_at)
            failed = False
            for _ in range(3):
                try:
                    loading.share(unread, turns, EVERY_GROUP)
                    loading.load(unread, turns)
                except sqlite3.OperationalError:
                    failed = True
            lanes = [some for lanes in turns.parked.values() for some in lanes.values()]
            assert sorted(one.sequence for some in lanes for one in some) == list(range(1, 13)), fails_at
            assert all([one.sequence for one in some] == sorted(one.sequence for one in some) for some in lanes)
            if not failed:
                break
        assert fails_at > 10


def test_a_courier_that_could_not_read_carries_on(tmp_path: Path) -> None:
    destination, looks = Destination(), count()

    def refresh(connection: Connection) -> bool:
        if 2 < next(looks) < 6:
            raise sqlite3.OperationalError("disk I/O error")
        return True

    with carrying(tmp_path, destination.post, refresh=refresh) as (outbox, courier):
        for number in range(30):
            take_in(outbox, courier, queued(number, f"p-{number % 3}"))
            time.sleep(0.01)
        until(is_empty(tmp_path, 30))
    assert next(looks) > 6
    assert all(some == sorted(some) for some in destination.accepted.values())


@pytest.mark.slow("route")
def test_a_route_whose_disk_cannot_be_read_for_some_seconds_sends_all_that_it_acknowledged(tmp_path: Path) -> None:
    if not may_watch():
        pytest.skip("only strace, which is not here or may not watch, lets a disk fail")

    def post(url: str, number: int) -> bool:
        event = {
            "event": "limit hit", "id": f"i-{number}", "person": {"id": f"u-{number % 5}"},
            "properties": {"number": number},
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return requests.post(f"{url}/default/events", json=event, headers=headers, timeout=60).status_code == 200

    file = tmp_path / "data" / FILE_NAME
    with track_stand_in(0.0) as customerio, listening(tmp_path, **installed(tmp_path, customerio)) as (url, process):
        acknowledged = {number for number in range(3) if post(url, number)}
        failing = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", tmp_path / "log", "-p", str(process.pid), "-P", file, "-P", f"{file}-wal",
             "-e", "trace=pread64", "-e", "inject=pread64:error=EIO"]
        )  # fmt: skip
        time.sleep(1.0)
        acknowledged |= {number for number in range(3, 13) if post(url, number)}
        time.sleep(3.0)
        failing.send_signal(signal.SIGINT)
        failing.wait(20)
        assert "EIO" in (tmp_path / "log").read_text()
        acknowledged |= {number for number in range(13, 20) if post(url, number)}
        assert acknowledged >= set(range(13, 20))
        assert until_empty(tmp_path, 60) == 0
        told = requests.get(customerio, timeout=20).json()
    assert {int(number) for number in told["ulids"]} >= acknowledged
    assert all(len(some) == 1 for some in told["ulids"].values())
    assert all(some == sorted(some) for some in told["persons"].values())
