"""Rate and memory of counting a raw export: `python -m tests.benchmarks.export_counting [events]`."""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import time
import zlib
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing.connection import Connection
from typing import Any
from zoneinfo import ZoneInfo

from collectors.mixpanel import CountedBatch, MixpanelClient, MixpanelProject, fetch_exported_counts

EVENTS = 500_000
BLOCK = 2_000
DAY = date(2026, 11, 20)
MIDNIGHT = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())


def exported_line(number: int) -> bytes:
    """One exported event of about 350 bytes."""
    properties: dict[str, Any] = {
        "time": MIDNIGHT + number % 86_400,
        "distinct_id": f"user-{number % 9_999}",
        "$insert_id": f"insert-{number:012d}",
        "mp_processing_time_ms": 1_763_600_470_123,
        "$os": "iOS",
        "$city": "Berlin",
        "$browser": "Chrome",
        "plan": "pro",
        "seats": 3,
        "url": "https://example.test/some/longer/path",
        "utm_source": "newsletter",
    }
    return json.dumps({"event": f"event {number % 500}", "properties": properties}).encode() + b"\n"


def serve(events: int, port: Connection) -> None:
    """Serves one export, packed and in chunks, and ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            packer = zlib.compressobj(1, zlib.DEFLATED, 31)
            for start in range(0, events, BLOCK):
                self.chunk(
                    packer.compress(b"".join(exported_line(start + i) for i in range(min(BLOCK, events - start))))
                )
            self.chunk(packer.flush())
            self.wfile.write(b"0\r\n\r\n")

        def chunk(self, data: bytes) -> None:
            if data:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    port.send(server.server_address[1])
    server.handle_request()


def main() -> None:
    """Counts one day's export and prints what it took."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(events, there), daemon=True)
    server.start()
    client = MixpanelClient(
        MixpanelProject(4242, "robot", "secret", export_url=f"http://127.0.0.1:{here.recv()}/export")
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began, busy = time.monotonic(), time.process_time()
    (batch,) = fetch_exported_counts(client, DAY, DAY, ZoneInfo("UTC"), datetime(2026, 11, 24, tzinfo=UTC))
    busy, took = time.process_time() - busy, time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert isinstance(batch, CountedBatch)
    assert sum(sum(one.counts.values()) for one in batch.counts) == events
    print(f"events counted        {events:>12,}")
    print(f"wall seconds          {took:>12.1f}")
    print(f"own processor seconds {busy:>12.1f}")
    print(f"events a second       {events / busy:>12,.0f}")
    print(f"memory before, MB     {before:>12.0f}")
    print(f"memory peak, MB       {after:>12.0f}")
    server.join(5)


if __name__ == "__main__":
    main()
