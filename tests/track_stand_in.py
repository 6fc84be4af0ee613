"""A stand-in of Customer.io's Track API in a process of its own, which fails as a network and a service do.

Half of what fails was taken in before. It keeps which numbers it accepted first, in which order, and under which ULIDs.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue
from typing import Any

Failure = str
FAILURES: tuple[Failure, ...] = ("500", "500", "503", "reset", "reset", "html", "html", "hang")
HANG_SECONDS = 3.0
DRIP_SECONDS = 0.2


@contextmanager
def track_stand_in(share: float, seed: int = 1, failures: tuple[Failure, ...] = FAILURES) -> Iterator[str]:
    """Its address; a `share` of the requests fails. A GET tells what was accepted: see `Accepted.told`."""
    ready: Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_serve, args=(share, seed, failures, ready), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ready.get(timeout=30)}"
    finally:
        process.kill()
        process.join()


class Accepted:
    """What was taken in: by person the numbers in the order of their first acceptance, and by number its ULIDs."""

    def __init__(self) -> None:
        self._persons: dict[str, list[int]] = {}
        self._ulids: dict[int, list[str]] = {}
        self._requests = 0
        self.failed = 0

    def take(self, body: bytes) -> None:
        """Take in a whole request."""
        value = json.loads(body)
        self._requests += 1
        for one in value.get("batch", [value]):
            if one["action"] != "event":
                continue
            number = one["attributes"]["number"]
            known = self._ulids.setdefault(number, [])
            if not known:
                self._persons.setdefault(one["identifiers"]["id"], []).append(number)
            if one["id"] not in known:
                known.append(one["id"])

    def told(self) -> dict[str, Any]:
        """`persons`, `ulids`, how many `requests` were taken in, and how many `failed`."""
        return {"persons": self._persons, "ulids": self._ulids, "requests": self._requests, "failed": self.failed}


def _serve(share: float, seed: int, failures: tuple[Failure, ...], ready: Queue[int]) -> None:
    accepted, chance = Accepted(), random.Random(seed)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"GET"):
                    await _write(writer, b"200 OK", json.dumps(accepted.told()).encode())
                    continue
                lines = head.lower().split(b"\r\n")
                length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))
                body = await reader.readexactly(length)
                if chance.random() >= share:
                    accepted.take(body)
                    await _write(writer, b"200 OK", b"{}")
                    continue
                accepted.failed += 1
                if chance.random() < 0.5:
                    accepted.take(body)
                await _fail(writer, chance.choice(failures))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def listen() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ready.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(listen())


async def _fail(writer: asyncio.StreamWriter, failure: Failure) -> None:
    if failure in ("500", "503"):
        await _write(writer, failure.encode() + b" Failed", b"{}")
    elif failure == "html":
        await _write(writer, b"200 OK", b"<html><title>Sign in to this network</title></html>")
    elif failure == "drip":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            await asyncio.sleep(DRIP_SECONDS)
            writer.write(b" ")
            await writer.drain()
    else:
        await asyncio.sleep({"hang": HANG_SECONDS, "hang for ever": 3600.0}.get(failure, 0.0))
        writer.transport.abort()
        raise ConnectionResetError


async def _write(writer: asyncio.StreamWriter, status: bytes, body: bytes) -> None:
    writer.write(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))
    await writer.drain()
