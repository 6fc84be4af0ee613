"""How soon `route serve` takes events again after it was killed, while very many wait.

`python -m tests.benchmarks.route_restart [WAITING] [RESTARTS]` fills a queue, then starts and kills the process so many
times while a stand-in of Customer.io takes what it is sent. Timed from the start of the process to the first event that
is answered with 200.
"""

from __future__ import annotations

import json
import socket
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import requests

from campaign_health.route.event_key import event_key
from storage.outbox.events.event_queue import receive
from storage.outbox.events.queued_event import BACKLOG, QueuedEvent
from storage.outbox.route_file import committed, open_route_file
from tests.killed_events import NAMES, TOKEN, installed
from tests.reports_cast import listening
from tests.track_stand_in import track_stand_in

PEOPLE = 50_000


def _fill(folder: Path, waiting: int) -> None:
    at = time.time() - 600
    with open_route_file(folder) as connection:
        for start in range(0, waiting, 50_000):
            with committed(connection):
                for number in range(start, min(start + 50_000, waiting)):
                    key = event_key("default", NAMES[0], {"$insert_id": f"w-{number}"}, "", 0)
                    person, body = f"person-{number % PEOPLE}", json.dumps({"number": number, "$user_id": "u"})
                    event = QueuedEvent(
                        "default", NAMES[0], key, person, at, at, at + 200_000, "backend", body, BACKLOG
                    )  # fmt: skip
                    receive(connection, event)


def _until_taken(url: str, number: int) -> None:
    event = {
        "event": NAMES[0], "id": f"new-{number}", "person": {"id": f"new-{number}"},
        "properties": {"number": 10**9 + number},
    }  # fmt: skip
    while True:
        try:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            if requests.post(f"{url}/default/events", json=event, headers=headers, timeout=5).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.005)


def main() -> None:
    """Prints the middle and the slowest restart."""
    waiting = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    restarts = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as directory, track_stand_in(0.0) as customerio:
        folder, took = Path(directory), []
        environment = installed(folder, customerio)
        _fill(folder / "data", waiting)
        for number in range(restarts):
            began = time.monotonic()
            with listening(folder, port=port, **environment) as (url, _):
                _until_taken(url, number)
                took.append(time.monotonic() - began)
                time.sleep(1.0)
        with open_route_file(folder / "data") as connection:
            (left,) = connection.execute("SELECT count(*) FROM event_queue").fetchone()
    took.sort()
    print(
        f"{waiting:,} waiting, {left:,} at the end: from the start to the first 200 p50 {took[len(took) // 2]:.2f} s, "
        f"max {took[-1]:.2f} s of {restarts} restarts"
    )


if __name__ == "__main__":
    main()
