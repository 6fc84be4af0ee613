"""Kills `route serve` again and again while reports arrive, and looks whether each acknowledged one is kept, once.

`python -m tests.killed_route KILLS [SEED]` prints one JSON object. A tenth of the reports comes twice, a tenth out of
order, some three days late; a report that got no answer is sent again, as Customer.io does.
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
from collections import Counter
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import requests

from tests.reports_cast import listening, report, send

SENDERS = 4
THREE_DAYS = 3 * 86_400


class Sender(threading.Thread):
    """Sends its share of the reports until it is told to stop; remembers which were acknowledged."""

    def __init__(self, place: int, seed: int, port: int, stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self._chance = random.Random(seed * 1000 + place)
        self._numbers = iter(range(place, 10**9, SENDERS))
        self._url = f"http://127.0.0.1:{port}"
        self._stopping = stopping
        self.acknowledged: Counter[int] = Counter()

    def run(self) -> None:
        """One report after the other; some wait for a later turn, some come again."""
        later: list[int] = []
        while not self._stopping.is_set():
            number = later.pop() if later and self._chance.random() < 0.2 else next(self._numbers)
            if self._chance.random() < 0.1:
                later.append(number)
                continue
            self._until_acknowledged(number)
            if self._chance.random() < 0.1:
                self._until_acknowledged(number)

    def _until_acknowledged(self, number: int) -> None:
        late = THREE_DAYS if number % 50 == 0 else 5
        told = report(number, timestamp=int(time.time()) - late)
        while not self._stopping.is_set():
            try:
                if send(self._url, told) == 200:
                    self.acknowledged[number] += 1
                    return
            except requests.RequestException:
                time.sleep(0.02)


def killed(kills: int, seed: int, folder: Path) -> dict[str, object]:
    """What came of so many kills: reports acknowledged, lost, counted twice; the slowest restart in seconds."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    chance, stopping = random.Random(seed), threading.Event()
    senders = [Sender(place, seed, port, stopping) for place in range(SENDERS)]
    restarts = []
    for turn in range(kills + 1):
        began = time.monotonic()
        with listening(folder, port=port) as (url, _):
            while True:
                try:
                    if requests.get(f"{url}/healthz", timeout=5).status_code == 200:
                        break
                except requests.RequestException:
                    time.sleep(0.005)
            restarts.append(time.monotonic() - began)
            if turn == 0:
                for sender in senders:
                    sender.start()
            if turn < kills:
                time.sleep(chance.uniform(0.0, 0.4))
                continue
            time.sleep(1)
            stopping.set()
            for sender in senders:
                sender.join(60)
    with closing(sqlite3.connect(folder / "data" / "route.sqlite")) as connection:
        rows = Counter(event_id for (event_id,) in connection.execute("SELECT event_id FROM report"))
        whole = connection.execute("PRAGMA integrity_check").fetchone()[0]
    sent = sum((sender.acknowledged for sender in senders), Counter[int]())
    return {
        "kills": kills,
        "acknowledged": len(sent),
        "acknowledged_twice": sum(times > 1 for times in sent.values()),
        "lost": sum(report(number)["event_id"] not in rows for number in sent),
        "counted_twice": sum(times > 1 for times in rows.values()),
        "file": whole,
        "slowest_start_seconds": round(max(restarts), 2),
        "middle_start_seconds": round(sorted(restarts)[len(restarts) // 2], 2),
        "port": urlsplit(url).port == port,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        asked = [int(one) for one in sys.argv[1:]]
        print(json.dumps(killed(asked[0], asked[1] if len(asked) > 1 else 1, Path(directory))))
