"""How soon everything that many holds kept is with Customer.io once they end, and whether in each person's order.

`python -m tests.benchmarks.route_release [ROWS] [NAMES] [PEOPLE]` keeps back events of so many names, each person's of
many of them, ends all holds at once while `route serve` runs, and waits until a stand-in that takes 50 ms for a request
has them all.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import defaultdict
from multiprocessing import Process, Queue
from pathlib import Path

import requests

from campaign_health.route.event_key import event_key
from storage.outbox.events.event_queue import receive
from storage.outbox.events.held_events import end_hold, holds_now, keep_back, open_hold
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.route_file import committed, open_route_file
from storage.outbox.route_modes import set_mode
from tests.benchmarks.route_lanes import destination
from tests.killed_events import TOKEN
from tests.reports_cast import listening


def _manifest(names: int) -> str:
    return "version: 1\nevents:\n" + "".join(
        f"  name {number}:\n    properties: {{number: {{type: integer, required: true}}}}\n"
        f"    route: {{to: name_{number}, attributes: {{number: number}}}}\n"
        for number in range(names)
    )


def _keep(data: Path, rows: int, names: int, people: int) -> None:
    at = time.time() - 3600
    with open_route_file(data) as connection:
        with committed(connection):
            for number in range(names):
                set_mode(connection, "default", f"name {number}", "live")
                open_hold(connection, "default", f"name {number}", "everything", "measured", at, source="hand")
        for begin in range(0, rows, 10_000):
            with committed(connection):
                for number in range(begin, min(begin + 10_000, rows)):
                    name, person = f"name {number * 7 % names}", f"u-{number % people}"
                    key = event_key("default", name, {"$insert_id": f"i-{number}"}, person, 0)
                    body = json.dumps({"number": number, "$user_id": person})
                    received = at + number / 100
                    receive(
                        connection,
                        QueuedEvent(
                            "default", name, key, person, received, received, at + 200_000, "backend", body
                        ),
                    )  # fmt: skip
                    assert keep_back(connection, key, "", "")


def _release(data: Path) -> None:
    with open_route_file(data) as connection, committed(connection):
        for hold in holds_now(connection, "default"):
            end_hold(connection, hold, "released", time.time())


def main() -> None:
    """Prints how long it took, and of how many people an event came before one that was received earlier."""
    given = [int(one) for one in sys.argv[1:]]
    rows, names, people = (given + [100_000, 200, 5_000][len(given) :])[:3]
    ready: Queue[int] = Queue()
    customerio = Process(target=destination, args=(ready,), daemon=True)
    customerio.start()
    address = f"http://127.0.0.1:{ready.get(timeout=30)}"
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        (folder / "campaign-health.yaml").write_text(_manifest(names), encoding="utf-8")
        _keep(folder / "data", rows, names, people)
        settings = {
            "CUSTOMERIO_REPORTING_SIGNING_KEY": "", "CUSTOMERIO_SITE_ID": "site", "CUSTOMERIO_TRACK_API_KEY": "key",
            "CUSTOMERIO_TRACK_URL": address, "CAMPAIGN_HEALTH_ROUTE_TOKEN": TOKEN,
            "CAMPAIGN_HEALTH_MANIFEST": "campaign-health.yaml",
        }  # fmt: skip
        with listening(folder, **settings), open_route_file(folder / "data") as connection:
            time.sleep(3.0)
            _release(folder / "data")
            began = time.monotonic()
            let_go = 0.0
            while True:
                held, waiting = (
                    connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()[0]
                    for table in ("held_event", "event_queue")
                )
                if not held:
                    let_go = let_go or time.monotonic() - began
                    if not waiting:
                        break
                time.sleep(0.2)
            took = time.monotonic() - began
        arrived = {int(number): at for number, at in requests.get(address, timeout=60).json().items()}
    customerio.terminate()
    by_person: dict[int, list[float]] = defaultdict(list)
    for number in range(rows):
        by_person[number % people].append(arrived[number])
    turned = sum(some != sorted(some) for some in by_person.values())
    print(
        f"{rows:,} events of {names} names and {people:,} people: out of their holds after {let_go:.1f} s, with "
        f"Customer.io after {took:.1f} s; out of order for {turned} people"
    )


if __name__ == "__main__":
    main()
