"""Kills one of two listeners on one PostgreSQL again and again while events arrive at both doors.

`python -m tests.killed_listeners KILLS [SEED]` prints one JSON object. Events come as in `tests.killed_events`, each
request to one of the doors; Customer.io's stand-in fails as there, and takes half of what fails in all the same.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import requests

from storage.outbox.connection.outbox_connection import PostgresPlace
from storage.outbox.route_file import PersonHash, open_route_file
from tests.killed_events import (
    EVENTS_A_KILL,
    FAILING,
    SENDERS,
    Sender,
    free_port,
    installed,
    judged,
    outcomes,
    until_none_waits,
    until_sent,
)
from tests.postgres_server import running_postgres
from tests.reports_cast import listening
from tests.track_stand_in import track_stand_in


def killed(kills: int, seed: int, folder: Path, database: str) -> dict[str, object]:
    """What came of so many kills: events acknowledged, lost, with a second ULID, out of their person's order."""
    ports, folders = [free_port(), free_port()], [folder / "first", folder / "second"]
    place = PostgresPlace(folders[0] / "data", database)
    PersonHash(place)
    chance, stopping = random.Random(seed), threading.Event()
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    senders = [Sender(number, seed, urls, stopping) for number in range(SENDERS)]
    with track_stand_in(FAILING, seed) as customerio, ExitStack() as stack:
        environment = installed(folders[0], customerio, place) | {
            "CAMPAIGN_HEALTH_ROUTE_DATABASE_URL": database, "CAMPAIGN_HEALTH_MANIFEST": "campaign-health.yaml",
        }  # fmt: skip
        # Both machines have the same key.
        shutil.copytree(folders[0], folders[1])

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
        until_sent(senders, kills * EVENTS_A_KILL)
        began = time.monotonic()
        with open_route_file(place) as connection:
            left = until_none_waits(connection, 600)
            known = outcomes(connection, senders)
        drained = time.monotonic() - began
        told = requests.get(customerio, timeout=60).json()
    return {
        "kills": kills, "left": left, **judged(senders, told), **known, "requests": told["requests"],
        "seconds_until_none_waited": round(drained, 1),
    }  # fmt: skip


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory, running_postgres() as server:
        asked = [int(one) for one in sys.argv[1:]]
        seed = asked[1] if len(asked) > 1 else 1
        print(json.dumps(killed(asked[0], seed, Path(directory), server.database())))
