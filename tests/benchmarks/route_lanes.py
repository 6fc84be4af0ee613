"""How soon a fresh event reaches a slow Customer.io while very many wait, how fast these drain, and what it needs.

`python -m tests.benchmarks.route_lanes [WAITING] [SECONDS]` fills a queue, carries it to a stand-in that takes 50 ms
for each request, and lets 100 fresh events a second come in meanwhile; then the same with everything in one single
queue, which is the design that fails. All on this machine's own cores.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import requests
from pydantic import SecretStr

from campaign_health.route.event_key import event_key, ulid_of
from campaign_health.route.lanes.courier import Courier
from campaign_health.route.lanes.prepared import Prepared
from campaign_health.route.lanes.track_post import poster
from campaign_health.route.lanes.turns import Waiting
from campaign_health.settings import RouteSettings
from storage.outbox.events.event_queue import receive
from storage.outbox.events.queued_event import BACKLOG, FRESH, QueuedEvent
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_file import committed, open_route_file

EVENT = "limit_hit"
ANSWER_SECONDS = 0.05
FRESH_A_SECOND = 100
PEOPLE = 50_000
FIRST_FRESH = 10_000_000


@dataclass(frozen=True)
class Carried:
    """Milliseconds from received to accepted of the fresh ones (half, 99 %), of how many; what drained a second; MB."""

    middle_ms: float
    p99_ms: float
    fresh: int
    drained_a_second: float
    memory_mb: float


def measure(waiting: int, seconds: float, *, single_queue: bool) -> Carried:
    """Carry for so long with so many waiting."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        _fill(folder, waiting, BACKLOG)
        ready: Queue[int] = multiprocessing.Queue()
        customerio = multiprocessing.Process(target=destination, args=(ready,), daemon=True)
        customerio.start()
        carrier: Queue[Any] = multiprocessing.Queue()
        address = f"http://127.0.0.1:{ready.get(timeout=30)}"
        process = multiprocessing.Process(target=_carry, args=(folder, address, seconds, single_queue, carrier))
        process.start()
        received, memory = carrier.get(timeout=seconds + 600)
        process.join()
        arrived = {int(number): at for number, at in requests.get(address, timeout=60).json().items()}
        customerio.terminate()
        waits = sorted(arrived.get(number, float("inf")) - at for number, at in received.items())
        old = [at for number, at in arrived.items() if number < FIRST_FRESH]
        span = max(old) - min(old) if len(old) > 1 else 1.0
        at = [1000 * waits[int(len(waits) * share)] for share in (0.5, 0.99)]
        return Carried(*at, len(waits), len(old) / span, memory)


def _fill(folder: Path, waiting: int, queue_class: int) -> None:
    now = time.time()
    with open_route_file(folder) as connection:
        for start in range(0, waiting, 50_000):
            with committed(connection):
                for number in range(start, min(start + 50_000, waiting)):
                    receive(connection, _queued(number, now - 600, queue_class))


def _queued(number: int, at: float, queue_class: int) -> QueuedEvent:
    # Nothing waits of whom the fresh ones are about: else they would go after that.
    person = f"{'person' if number < FIRST_FRESH else 'new'}-{number % PEOPLE}"
    key = event_key("default", EVENT, {"$insert_id": str(number)}, person, int(at))
    body = json.dumps({"number": number, "plan": "pro"})
    return QueuedEvent("default", EVENT, key, person, at, at, at + 200_000, "backend", body, queue_class)


def _operation(event: Waiting) -> Prepared:
    seconds = int(event.event_time)
    return Prepared({
        "type": "person", "identifiers": {"id": event.person}, "action": "event", "name": event.event,
        "id": ulid_of(event.key, seconds), "timestamp": seconds, "attributes": json.loads(event.body),
    })  # fmt: skip


def _carry(folder: Path, address: str, seconds: float, single_queue: bool, told: Queue[Any]) -> None:
    settings = RouteSettings(
        site_id="site", track_api_key=SecretStr("key"), track_url=address, signing_key=None, person="id"
    )
    post, close = poster(settings)
    outbox = GroupCommit(folder)
    outbox.start()
    courier = Courier("default", folder, outbox, _operation, post)
    courier.start()
    received: dict[int, float] = {}
    begun = time.monotonic()
    number = FIRST_FRESH
    while time.monotonic() - begun < seconds:
        event = _queued(number, time.time(), BACKLOG if single_queue else FRESH)
        outbox.submit(lambda connection, one=event: receive(connection, one)).result()
        received[number] = time.monotonic()
        courier.wake()
        number += 1
        time.sleep(max(0.0, begun + (number - FIRST_FRESH) / FRESH_A_SECOND - time.monotonic()))
    time.sleep(2.0)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    courier.stop()
    outbox.close()
    close()
    told.put((received, memory))


def destination(ready: Queue[int]) -> None:
    """Customer.io, which takes 50 ms and says to a GET when (monotonic seconds) it took each number in."""
    arrived: dict[int, float] = {}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                told = b"{}"
                if head.startswith(b"GET"):
                    told = json.dumps(arrived).encode()
                else:
                    lines = head.lower().split(b"\r\n")
                    length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))
                    value = json.loads(await reader.readexactly(length))
                    await asyncio.sleep(ANSWER_SECONDS)
                    arrived.update(
                        {one["attributes"]["number"]: time.monotonic() for one in value.get("batch", [value])}
                    )
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(told), told))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def listen() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ready.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(listen())


def main() -> None:
    """Prints both designs."""
    waiting = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 20.0
    for single_queue in (True, False):
        found = measure(waiting, seconds, single_queue=single_queue)
        print(
            f"{'one single queue' if single_queue else 'fresh before backlog'}, {waiting:,} waiting: "
            f"received to accepted p50 {found.middle_ms:,.0f} ms, p99 {found.p99_ms:,.0f} ms (50 of it the "
            f"destination's) of {found.fresh:,} fresh; {found.drained_a_second:,.0f} drained a second; "
            f"{found.memory_mb:.0f} MB",
            flush=True,
        )


if __name__ == "__main__":
    main()
