"""How many durable events `route serve` takes a second, one at a time and in batches, and how many go the whole way.

`python -m tests.benchmarks.route_events [SECONDS]`: 64 connections that post one event at a time, then 64 that post 50,
then 4 that post 50 to a stand-in of Customer.io that takes 50 ms for each request. Server, sender and stand-in share
this machine's own cores.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path
from urllib.parse import urlsplit

from storage.outbox.events.event_tally import numbers
from storage.outbox.route_file import committed, open_route_file
from storage.outbox.route_modes import set_mode
from tests.reports_cast import listening

EVENT = "limit_hit"
TOKEN = "a token for the door"
ANSWER_SECONDS = 0.05
PEOPLE = 50_000
MANIFEST = f"""\
version: 1
events:
  {EVENT}:
    properties:
      plan: {{type: string, required: true}}
      hits: {{type: integer}}
    route:
      attributes: {{plan: plan, hits: hits}}
"""


@dataclass(frozen=True)
class Taken:
    """Events answered with 200 a second, milliseconds of the answers, the server's memory at its most in MB, how many
    were received by the file, and how many a second went the whole way while it was sent.
    """

    events: int
    a_second: float
    middle_ms: float
    p99_ms: float
    memory_mb: float
    kept: int
    whole_way_a_second: float


def measure(seconds: float, connections: int, together: int, mode: str) -> Taken:
    """Send for so long, each connection its next request as soon as the last one is answered."""
    ready: Queue[int] = multiprocessing.Queue()
    destination = multiprocessing.Process(target=_destination, args=(ready,), daemon=True)
    destination.start()
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        manifest = folder / "campaign-health.yaml"
        manifest.write_text(MANIFEST, encoding="utf-8")
        with open_route_file(folder / "data") as connection, committed(connection):
            set_mode(connection, "default", EVENT, mode)
        with listening(
            folder, CUSTOMERIO_REPORTING_SIGNING_KEY="", CAMPAIGN_HEALTH_ROUTE_TOKEN=TOKEN, CUSTOMERIO_SITE_ID="site",
            CUSTOMERIO_TRACK_API_KEY="key", CAMPAIGN_HEALTH_MANIFEST=str(manifest),
            CUSTOMERIO_TRACK_URL=f"http://127.0.0.1:{ready.get(timeout=30)}",
        ) as (url, process):  # fmt: skip
            where = urlsplit(url)
            begun = time.monotonic()
            waits = asyncio.run(_send_all(where.hostname or "", where.port or 0, seconds, connections, together))
            with open_route_file(folder / "data") as connection:
                known = numbers(connection).get(("default", EVENT), {})
            whole_way = known.get("delivered", 0) / (time.monotonic() - begun)
            status = Path(f"/proc/{process.pid}/status").read_text()
            memory = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
            process.terminate()
            process.wait(20)
    destination.terminate()
    waits.sort()
    middle, p99 = (1000 * waits[int(len(waits) * share)] for share in (0.5, 0.99))
    events = len(waits) * together
    return Taken(events, events / seconds, middle, p99, memory, known.get("received", 0), whole_way)


async def _send_all(host: str, port: int, seconds: float, connections: int, together: int) -> list[float]:
    until = time.monotonic() + seconds
    requests = _requests(together)
    parts = await asyncio.gather(*(_one_connection(host, port, requests, until) for _ in range(connections)))
    return [wait for part in parts for wait in part]


async def _one_connection(host: str, port: int, requests: Iterator[bytes], until: float) -> list[float]:
    reader, writer = await asyncio.open_connection(host, port)
    waits = []
    while (now := time.monotonic()) < until:
        writer.write(next(requests))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        waits.append(time.monotonic() - now)
    writer.close()
    return waits


def _requests(together: int) -> Iterator[bytes]:
    """Requests without end, each with other events of now."""
    path = "events" if together == 1 else "batch"
    start = f"POST /default/{path} HTTP/1.1\r\nHost: route\r\nAuthorization: Bearer {TOKEN}\r\n"
    number = 0
    while True:
        some = []
        for _ in range(together):
            number += 1
            some.append(
                {"event": EVENT, "id": f"i-{number}", "person": {"id": f"u-{number % PEOPLE}"},
                 "properties": {"plan": "pro", "hits": number}}
            )  # fmt: skip
        body = json.dumps(some[0] if together == 1 else {"events": some}).encode()
        yield f"{start}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _destination(ready: Queue[int]) -> None:
    """Customer.io's Track API that takes its time and takes all."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
                await asyncio.sleep(ANSWER_SECONDS)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ready.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


if __name__ == "__main__":
    of = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    print(f"load {os.getloadavg()[0]:.1f}")
    for name, connections, together, mode in (
        ("one at a time", 64, 1, "shadow"), ("50 at a time", 64, 50, "shadow"), ("the whole way", 4, 50, "live"),
    ):  # fmt: skip
        found = measure(of, connections, together, mode)
        print(
            f"{name}: {found.events:,} events, {found.a_second:,.0f} a second; p50 {found.middle_ms:.1f} ms, "
            f"p99 {found.p99_ms:.1f} ms; {found.memory_mb:.0f} MB; {found.kept:,} kept; "
            f"{found.whole_way_a_second:,.0f} delivered a second meanwhile"
        )
