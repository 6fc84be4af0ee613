"""How an answer travels: HTTP framing, compression, and every way in which that can go wrong."""

from __future__ import annotations

import select
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

from campaign_health.sandbox.http.exchange import Answer

_WORTH_COMPRESSING = 1400


def deliver(handler: BaseHTTPRequestHandler, answer: Answer, closing: threading.Event) -> None:
    """Write the answer to the handler's connection, as whole or as broken as it says."""
    if answer.delivery in ("drop", "hang"):
        if answer.delivery == "hang":
            _wait_for_client(handler.connection, answer.seconds, closing)
        handler.close_connection = True
        return
    if answer.stream is not None:
        _deliver_stream(handler, answer, closing)
        return
    body = answer.body
    sent = body[:-8] if answer.cut_content else body
    kept = sent[: len(sent) // 2] if answer.delivery in ("cut", "stall") else sent
    head = _head(handler, answer, {"Content-Length": str(len(sent))})
    handler.wfile.write(head + kept)
    handler.wfile.flush()
    if answer.delivery != "whole":
        _break_off(handler, answer, closing)


def _deliver_stream(handler: BaseHTTPRequestHandler, answer: Answer, closing: threading.Event) -> None:
    """A body of unknown length in chunks; compressed when asked for and worth it."""
    if answer.stream is None:
        return
    first, rest = _at_least(_WORTH_COMPRESSING, answer.stream)
    compress = "gzip" in handler.headers.get("Accept-Encoding", "") and len(first) > _WORTH_COMPRESSING
    framing = {"Transfer-Encoding": "chunked"} | ({"Content-Encoding": "gzip"} if compress else {})
    chunks = _parts(first, rest)
    if answer.delivery in ("cut", "stall"):
        body = b"".join(chunks)
        chunks = iter([body[: max(1, len(body) // 2)]])
    if answer.cut_content:
        body = b"".join(chunks)
        chunks = iter([body if compress else body[:-8]])
    if compress:
        chunks = _gzip(chunks, trailer=not answer.cut_content)
    handler.wfile.write(_head(handler, answer, framing))
    for chunk in chunks:
        if chunk:
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
    if answer.delivery == "whole":
        handler.wfile.write(b"0\r\n\r\n")
    handler.wfile.flush()
    if answer.delivery != "whole":
        _break_off(handler, answer, closing)


def _head(handler: BaseHTTPRequestHandler, answer: Answer, framing: dict[str, str]) -> bytes:
    reason = handler.responses.get(answer.status, ("",))[0]
    headers = {"Content-Type": answer.content_type, **framing, **answer.headers}
    lines = [f"HTTP/1.1 {answer.status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _break_off(handler: BaseHTTPRequestHandler, answer: Answer, closing: threading.Event) -> None:
    if answer.delivery == "stall":
        _wait_for_client(handler.connection, answer.seconds, closing)
    handler.close_connection = True


def _wait_for_client(connection: socket.socket, seconds: float, closing: threading.Event) -> None:
    """Say nothing until the client leaves, the sandbox closes, or the time is over."""
    end = time.monotonic() + seconds
    while not closing.is_set() and time.monotonic() < end:
        readable, _, _ = select.select([connection], [], [], 0.05)
        if readable:
            try:
                if not connection.recv(1, socket.MSG_PEEK):
                    return
            except OSError:
                return
            closing.wait(0.05)


def _at_least(size: int, chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    gathered = b""
    for chunk in chunks:
        gathered += chunk
        if len(gathered) > size:
            break
    return gathered, chunks


def _parts(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _gzip(chunks: Iterator[bytes], trailer: bool) -> Iterator[bytes]:
    """The chunks as one gzip stream; without ``trailer`` its checksum and length are missing."""
    packer = zlib.compressobj(level=1, wbits=31)
    for chunk in chunks:
        yield packer.compress(chunk)
    last = packer.flush()
    yield last if trailer else last[:-8]
