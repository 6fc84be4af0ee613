"""Kills one of two listeners on one PostgreSQL again and again while events arrive at both doors.

`python -m tests.killed_listeners KILLS [SEED]` prints one JSON object. Each person's next event is sent once the one
before is acknowledged, by whichever door; Customer.io's stand-in takes some requests in and fails all the same.
"""

from __future__ import annotations

import json
import random
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

from storage.outbox.event_tally import numbers
from storage.outbox.outbox_connection import PostgresPlace, committed
from storage.outbox.route_file import PersonHash, open_route_file
from storage.outbox.route_modes import set_mode
from tests.postgres_server import running_postgres
from tests.reports_cast import listening

EVENT = "limit_hit"
TOKEN = "a token for the door"
SENDERS, PEOPLE_EACH = 4, 5
MANIFEST = f"""\
version: 1
events:
  {EVENT}:
    properties:
      number: {{type: integer, required: true}}
    route:
      attributes: {{number: number}}
"""


class Customerio:
    """What was taken in, by person in the order of first acceptance, and under which ids."""

    def __init__(self, seed: int) -> None:
        self._chance, self._lock = random.Random(seed), threading.Lock()
        self.accepted: dict[str, list[int]] = defaultdict(list)
        self.ulids: dict[tuple[str, int], set[str]] = defaultdict(set)
        self.sent = 0

    def status(self, body: bytes) -> int:
        """The answer to a request of one event or many."""
        value = json.loads(body)
        with self._lock:
            for one in value.get("batch", [value]):
                person, number = one["identifiers"]["id"], one["attributes"]["number"]
                if not self.ulids[person, number]:
                    self.accepted[person].append(number)
                self.ulids[person, number].add(one["id"])
                self.sent += 1
            return 500 if self._chance.random() < 0.02 else 200

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Its address."""
        answer_of = self.status

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                status = answer_of(self.rfile.read(int(self.headers["Content-Length"])))
                time.sleep(0.005)
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *words: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                """Whoever is killed hangs up."""

        with Server(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_address[1]}"
            server.shutdown()


class Sender(threading.Thread):
    """Sends its people's events one after the other until it is told to stop; remembers how far each came."""

    def __init__(self, place: int, seed: int, ports: Sequence[int], stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self._chance = random.Random(seed * 1000 + place)
        self._ports, self._stopping = ports, stopping
        self.acknowledged = {f"p-{place}-{number}": 0 for number in range(PEOPLE_EACH)}

    def run(self) -> None:
        """The next event of somebody, to one door after the other until it is acknowledged."""
        while not self._stopping.is_set():
            person = self._chance.choice(list(self.acknowledged))
            number = self.acknowledged[person] + 1
            event = {
                "event": EVENT, "id": f"{person}-{number}", "person": {"id": person}, "properties": {"number": number},
            }  # fmt: skip
            while not self._stopping.is_set():
                url = f"http://127.0.0.1:{self._chance.choice(self._ports)}/default/events"
                try:
                    headers = {"Authorization": f"Bearer {TOKEN}"}
                    if requests.post(url, json=event, headers=headers, timeout=10).status_code == 200:
                        self.acknowledged[person] = number
                        break
                except requests.RequestException:
                    time.sleep(0.02)


def killed(kills: int, seed: int, folder: Path, database: str) -> dict[str, object]:
    """What came of so many kills: events acknowledged, lost, under a second id, out of their person's order."""
    ports = []
    for _ in range(2):
        with closing(socket.create_server(("127.0.0.1", 0))) as probe:
            ports.append(probe.getsockname()[1])
    folders = [folder / "first", folder / "second"]
    place = PostgresPlace(folders[0] / "data", database)
    with open_route_file(place) as connection, committed(connection):
        set_mode(connection, "default", EVENT, "live")
    PersonHash(place)
    shutil.copytree(folders[0], folders[1])
    for one in folders:
        (one / "campaign-health.yaml").write_text(MANIFEST, encoding="utf-8")
    chance, stopping, customerio = random.Random(seed), threading.Event(), Customerio(seed)
    senders = [Sender(number, seed, ports, stopping) for number in range(SENDERS)]
    with ExitStack() as stack:
        environment = {
            "CAMPAIGN_HEALTH_ROUTE_DATABASE_URL": database, "CAMPAIGN_HEALTH_ROUTE_TOKEN": TOKEN,
            "CUSTOMERIO_SITE_ID": "s", "CUSTOMERIO_TRACK_API_KEY": "k", "CUSTOMERIO_REPORTING_SIGNING_KEY": "",
            "CUSTOMERIO_TRACK_URL": stack.enter_context(customerio.listening()),
            "CAMPAIGN_HEALTH_MANIFEST": "campaign-health.yaml",
        }  # fmt: skip

        def start(number: int) -> ExitStack:
            own = stack.enter_context(ExitStack())
            own.enter_context(listening(folders[number], port=ports[number], **environment))
            return own

        running = [start(0), start(1)]
        for sender in senders:
            sender.start()
        for _ in range(kills):
            time.sleep(chance.uniform(0.2, 2.0))
            number = chance.randrange(2)
            running[number].close()
            running[number] = start(number)
        time.sleep(1)
        stopping.set()
        for sender in senders:
            sender.join(60)
        deadline = time.monotonic() + 60
        with open_route_file(place) as connection:
            while (told := numbers(connection)["default", EVENT]).get("waiting") and time.monotonic() < deadline:
                time.sleep(0.1)
    acknowledged = {person: last for sender in senders for person, last in sender.acknowledged.items()}
    return {
        "kills": kills,
        "acknowledged": sum(acknowledged.values()),
        "lost": sum(
            number not in customerio.accepted[person]
            for person, last in acknowledged.items()
            for number in range(1, last + 1)
        ),
        "second_ids": sum(len(ulids) > 1 for ulids in customerio.ulids.values()),
        "people_out_of_order": sum(some != sorted(some) for some in customerio.accepted.values()),
        "sent_again": customerio.sent - len(customerio.ulids),
        "waiting": told.get("waiting", 0),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory, running_postgres() as server:
        asked = [int(one) for one in sys.argv[1:]]
        seed = asked[1] if len(asked) > 1 else 1
        print(json.dumps(killed(asked[0], seed, Path(directory), server.database())))
