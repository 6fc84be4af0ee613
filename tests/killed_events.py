"""Kills `route serve` again and again while events come and go, and looks what came of each acknowledged one.

`python -m tests.killed_events KILLS [SEED]` prints one JSON object. Events come one at a time and in batches,
several of a person in order; some come twice, some days late, some are not as declared. What got no answer is sent
again.
"""

from __future__ import annotations

import json
import random
import socket
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import requests

from campaign_health.route.event_key import event_key
from storage.outbox.connection.outbox_connection import Connection, Place
from storage.outbox.events.event_tally import numbers
from storage.outbox.route_file import committed, open_route_file
from storage.outbox.route_modes import set_mode
from tests.reports_cast import listening
from tests.track_stand_in import track_stand_in

SENDERS = 4
PEOPLE = 300
EVENTS_A_KILL = 1_000
FAILING = 0.1
TOKEN = "a token for the door"
NAMES = ("limit hit", "seat added")
MANIFEST = """\
version: 1
events:
  limit hit:
    properties: {number: {type: integer, required: true}}
    route: {to: limit_hit, attributes: {number: number}}
  seat added:
    properties: {number: {type: integer, required: true}, plan: {type: string}}
    route: {to: seat_added, attributes: {number: number}}
    profile: {plan: current_plan}
"""


@dataclass
class Sender(threading.Thread):
    """Sends its own people's events until it is told to stop; one request after the other, each until it is answered,
    by whichever of the doors it tries.

    `acknowledged` are the numbers that were, in their order; `unfit` those of them that are not as declared.
    """

    place: int
    seed: int
    urls: Sequence[str]
    stopping: threading.Event
    acknowledged: list[int] = field(default_factory=list)
    unfit: set[int] = field(default_factory=set)
    twice: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self._chance = random.Random(self.seed * 1000 + self.place)
        self._numbers = iter(range(self.place, 10**9, SENDERS))

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        """Until it is told to stop."""
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {TOKEN}"
            while not self.stopping.is_set():
                events = [self._event(next(self._numbers)) for _ in range(self._chance.choice((1, 1, 1, 40)))]
                if self._until_acknowledged(session, events):
                    self.acknowledged += [one["number"] for one in events]
                    if self._chance.random() < 0.1 and self._until_acknowledged(session, events):
                        self.twice += len(events)
                time.sleep(self._chance.uniform(0.0, 0.06))

    def _event(self, number: int) -> dict[str, Any]:
        is_unfit = number % 97 == 0
        if is_unfit:
            self.unfit.add(number)
        event = {
            "event": self._chance.choice(NAMES), "id": f"i-{number}", "number": number,
            "person": {"id": f"u-{self.place}-{self._chance.randrange(PEOPLE)}"},
            "properties": {"number": [number] if is_unfit else number, "plan": self._chance.choice(("free", "pro"))},
        }  # fmt: skip
        if self._chance.random() < 0.3:
            event["time"] = time.time() - self._chance.choice((0.0, 1.0, 300.0))
        return event

    def _until_acknowledged(self, session: requests.Session, events: list[dict[str, Any]]) -> bool:
        path, body = ("events", events[0]) if len(events) == 1 else ("batch", {"events": events})
        while True:
            try:
                url = f"{self._chance.choice(self.urls)}/default/{path}"
                if session.post(url, json=body, timeout=10).status_code == 200:
                    return True
            except requests.RequestException:
                pass
            if self.stopping.wait(0.02):
                return False


def installed(folder: Path, customerio: str, place: Place | None = None) -> dict[str, str]:
    """The settings of a route in a folder, or with its data at a `place`; its events are live and go to an address."""
    (folder / "campaign-health.yaml").write_text(MANIFEST, encoding="utf-8")
    with open_route_file(place or folder / "data") as connection, committed(connection):
        for name in NAMES:
            set_mode(connection, "default", name, "live")
    return {
        "CUSTOMERIO_REPORTING_SIGNING_KEY": "", "CUSTOMERIO_SITE_ID": "site", "CUSTOMERIO_TRACK_API_KEY": "key",
        "CUSTOMERIO_TRACK_URL": customerio, "CAMPAIGN_HEALTH_ROUTE_TOKEN": TOKEN,
        "CAMPAIGN_HEALTH_MANIFEST": str(folder / "campaign-health.yaml"),
    }  # fmt: skip


def killed(kills: int, seed: int, folder: Path) -> dict[str, object]:
    """What came of so many kills: events acknowledged, lost, with a second ULID, out of order; restarts in seconds."""
    port = free_port()
    chance, stopping = random.Random(seed), threading.Event()
    senders = [Sender(place, seed, [f"http://127.0.0.1:{port}"], stopping) for place in range(SENDERS)]
    restarts = []
    with track_stand_in(FAILING, seed) as customerio:
        environment = installed(folder, customerio)
        for turn in range(kills + 1):
            began = time.monotonic()
            with listening(folder, port=port, **environment) as (url, _):
                until_well(url)
                restarts.append(time.monotonic() - began)
                if turn == 0:
                    for sender in senders:
                        sender.start()
                if turn < kills:
                    time.sleep(chance.uniform(0.0, 2.5))
                    continue
                until_sent(senders, kills * EVENTS_A_KILL)
                left = until_empty(folder)
        told = requests.get(customerio, timeout=60).json()
    return {
        "kills": kills, "left": left, **judged(senders, told), **ledger(folder, senders),
        "requests": told["requests"], "slowest_start_seconds": round(max(restarts), 2),
        "middle_start_seconds": round(sorted(restarts)[len(restarts) // 2], 2),
    }  # fmt: skip


def free_port() -> int:
    """A port that nobody listens on now."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return int(probe.getsockname()[1])


def until_sent(senders: Sequence[Sender], number: int) -> None:
    """Waits until so many are acknowledged, and makes an end."""
    while sum(len(one.acknowledged) for one in senders) < number:
        time.sleep(0.1)
    for sender in senders:
        sender.stopping.set()
        sender.join(60)


def until_well(url: str) -> None:
    """Waits until it says that events can be written."""
    while True:
        try:
            if requests.get(f"{url}/healthz", timeout=5).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.005)


def until_empty(folder: Path, seconds: float = 600.0) -> int:
    """Waits until nothing is in a folder's queue any more; how many are, where they do not get out of it."""
    with closing(sqlite3.connect(folder / "data" / "route.sqlite", timeout=30)) as connection:
        return until_none_waits(connection, seconds)


def until_none_waits(connection: Connection, seconds: float) -> int:
    """The same of an open file or database."""
    deadline = time.monotonic() + seconds
    while True:
        (left,) = connection.execute("SELECT count(*) FROM event_queue").fetchone()
        if not left or time.monotonic() > deadline:
            return int(left)
        time.sleep(0.2)


def judged(senders: list[Sender], told: dict[str, Any]) -> dict[str, int]:
    """What Customer.io has of what was acknowledged."""
    ulids, fit = told["ulids"], {one for sender in senders for one in sender.acknowledged if one not in sender.unfit}
    unfit = set[int]().union(*(sender.unfit for sender in senders))
    return {
        "acknowledged": sum(len(one.acknowledged) for one in senders),
        "acknowledged_twice": sum(one.twice for one in senders),
        "lost": sum(str(one) not in ulids for one in fit),
        "second_ulids": sum(len(some) != 1 for some in ulids.values()),
        "out_of_order": sum(later < earlier for some in told["persons"].values() for earlier, later in pairwise(some)),
        "sent_though_unfit": sum(str(one) in ulids for one in unfit),
    }


def ledger(folder: Path, senders: list[Sender]) -> dict[str, object]:
    """Whether a folder's file knows of each what became of it, once, and is whole."""
    with closing(sqlite3.connect(folder / "data" / "route.sqlite")) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchone()[0]
        return {**outcomes(connection, senders), "file": whole}


def outcomes(connection: Connection, senders: list[Sender]) -> dict[str, object]:
    """Whether an open file or database knows of each what became of it, once, and has counted it so."""
    known = dict(connection.execute("SELECT key, outcome FROM event_ledger"))
    dead = {key for (key,) in connection.execute("SELECT key FROM letter")}
    wrong = 0
    for sender in senders:
        for number in sender.acknowledged:
            keys = [event_key("default", name, {"$insert_id": f"i-{number}"}, "", 0) for name in NAMES]
            found = [known[key] for key in keys if key in known]
            wrong += found != (["dead"] if number in sender.unfit else ["delivered"])
    counted = numbers(connection).values()
    return {
        "wrong_outcome": wrong, "letters_differ": dead != {key for key, what in known.items() if what == "dead"},
        "miscounted": sum(abs(2 * some["received"] - sum(some.values())) for some in counted),
    }  # fmt: skip


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        asked = [int(one) for one in sys.argv[1:]]
        print(json.dumps(killed(asked[0], asked[1] if len(asked) > 1 else 1, Path(directory))))
