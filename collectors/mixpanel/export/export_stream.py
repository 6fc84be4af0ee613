"""Reads a raw export line by line, and knows whether it came to its end."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

import requests
import urllib3

from collectors.errors import ExportCutOff
from collectors.http.transport import lateness
from collectors.unreadable import Unreadable

CHUNK = 64 * 1024
MOST_UNPACKED = 1024 * 1024
LONGEST_LINE = 32 * 1024 * 1024
MOST_FRAGMENTS = 20
GZIP = 31  # zlib's window size for a gzip header and trailer
TERMINATED = b"terminated early"

Record = dict[str, Any]


def export_records(response: requests.Response, unreadable: Unreadable) -> Iterator[Record]:
    """Each event of an export, as JSON gives it.

    Lines end at a newline byte only: property values may hold other characters that Python takes for line ends.
    A record that was split over adjacent lines is put together again. What is no event in the middle of an export is
    counted as unreadable and left out.

    Raises:
        ExportCutOff: the connection broke, the gzip trailer is missing, Mixpanel says "terminated early", or the last
            line is no event. What was yielded before must be thrown away.
    """
    pending: list[bytes] = []
    fragments = 0
    for line in _lines(_unpacked(response)):
        text = line.strip()
        if not text:
            continue
        record = _event(text)
        if record is None:
            if TERMINATED in text.lower():
                raise _cut_off("Mixpanel ended it early ('terminated early')")
            if _is_named(text):
                unreadable.lines(1)
                continue
            fragments += 1
            pending = [*pending, line][-MOST_FRAGMENTS:]
            record = _event(b"".join(pending)) if len(pending) > 1 else None
            if record is None:
                continue
        elif pending:
            unreadable.lines(fragments)
        pending, fragments = [], 0
        unreadable.read += 1
        yield record
    if pending:
        raise _cut_off("its last line is no event, as when it is cut off")


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_named(text: bytes) -> bool:
    """Whether a line is a whole record though no event: it names one, and lacks its properties."""
    record = _json(text)
    return isinstance(record, dict) and "event" in record


def _event(text: bytes) -> Record | None:
    record = _json(text)
    if isinstance(record, dict) and isinstance(record.get("properties"), dict) and "event" in record:
        return record
    return None


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        if len(rest) > LONGEST_LINE:
            raise _cut_off(f"it holds a line of more than {LONGEST_LINE // 2**20} MB")
        yield from lines
    if rest:
        yield rest


def _unpacked(response: requests.Response) -> Iterator[bytes]:
    """The body in parts of bounded size: of a packed one a few bytes may stand for a thousand times as many."""
    packed = "gzip" in response.headers.get("Content-Encoding", "").lower()
    unpacker = zlib.decompressobj(GZIP) if packed else None
    try:
        for chunk in response.raw.stream(CHUNK, decode_content=False):
            if unpacker is None:
                yield chunk
                continue
            while chunk:
                if unpacker.eof:  # gzip allows several members after one another
                    unpacker = zlib.decompressobj(GZIP)
                yield unpacker.decompress(chunk, MOST_UNPACKED)
                chunk = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    except (urllib3.exceptions.HTTPError, OSError) as error:
        late = lateness(error)
        raise _cut_off("the connection broke" if late is None else str(late)) from error
    except zlib.error as error:
        raise _cut_off("its compressed body is damaged") from error
    if unpacker is not None and not unpacker.eof:
        raise _cut_off("the end of its compressed body is missing")


def _cut_off(because: str) -> ExportCutOff:
    return ExportCutOff(
        f"Mixpanel's export was not whole: {because}.",
        "None of it was used; the next run asks again.",
        source="Mixpanel",
    )
