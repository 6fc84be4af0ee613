"""How many durable reports `route serve` takes a second, over 64 connections, and what it needs of memory.

`python -m tests.benchmarks.route_reports [SECONDS]` runs the server and the sender on this machine's own cores.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.reports_cast import listening, report, signed

CONNECTIONS = 64
SIGNED_AHEAD = 9_000


@dataclass(frozen=True)
class Taken:
    """Reports answered with 200 a second, milliseconds of the answers, and the server's memory at its most in MB."""

    reports: int
    a_second: float
    middle_ms: float
    p99_ms: float
    memory_mb: float
    kept: int


def measure(seconds: float) -> Taken:
    """Send for so long, each connection its next report as soon as the last one is answered."""
    with tempfile.TemporaryDirectory() as directory, listening(Path(directory)) as (url, process):
        where = urlsplit(url)
        waits = asyncio.run(_send_all(where.hostname or "", where.port or 0, seconds))
        status = Path(f"/proc/{process.pid}/status").read_text()
        memory = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
        process.terminate()
        process.wait(20)
        with closing(sqlite3.connect(Path(directory) / "data" / "route.sqlite")) as connection:
            (kept,) = connection.execute("SELECT count(*) FROM report").fetchone()
    waits.sort()
    at = [1000 * waits[int(len(waits) * share)] for share in (0.5, 0.99)]
    return Taken(len(waits), len(waits) / seconds, *at, memory, kept)


async def _send_all(host: str, port: int, seconds: float) -> list[float]:
    # Signing costs the sender more than sending; it is done before the clock runs.
    ahead = [_request(number) for number in range(SIGNED_AHEAD * max(1, round(seconds)))]
    waiting = iter(ahead)
    until = time.monotonic() + seconds
    parts = await asyncio.gather(*(_one_connection(host, port, waiting, until) for _ in range(CONNECTIONS)))
    return [wait for part in parts for wait in part]


async def _one_connection(host: str, port: int, waiting: object, until: float) -> list[float]:
    reader, writer = await asyncio.open_connection(host, port)
    waits = []
    while (now := time.monotonic()) < until:
        writer.write(next(waiting))  # type: ignore[call-overload]
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        await reader.readexactly(2)
        waits.append(time.monotonic() - now)
    writer.close()
    return waits


def _request(number: int) -> bytes:
    body = json.dumps(report(number)).encode()
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed(body).items())
    start = "POST /default/customerio/report HTTP/1.1\r\nHost: route\r\n"
    return f"{start}{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


if __name__ == "__main__":
    found = measure(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0)
    print(
        f"{found.reports:,} reports, {found.a_second:,.0f} a second; p50 {found.middle_ms:.1f} ms, "
        f"p99 {found.p99_ms:.1f} ms; {found.memory_mb:.0f} MB; {found.kept:,} kept"
    )
