"""Amplitude's raw export: zips of gzipped JSON lines, by the hour in which events were taken in."""

from __future__ import annotations

import gzip
import json
import tempfile
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import IO, Any

import requests
import urllib3

from collectors.amplitude.amplitude_client import AmplitudeClient
from collectors.errors import ExportCutOff, NotFound, RequestRefused
from collectors.http.transport import lateness
from collectors.unreadable import Unreadable

PATH = "/export"
HOUR = timedelta(hours=1)
# Two hours after an hour is over, what was taken in within it can be exported.
READY_AFTER = timedelta(hours=2)
HOURS_AT_ONCE = 6
CHUNK = 256 * 1024
LONGEST_LINE = 32 * 1024 * 1024
LARGEST_ZIP = 4 * 1024**3

Record = dict[str, Any]


def newest_ready_hour(now: datetime) -> datetime:
    """The newest hour (its beginning, UTC) of which all can be exported."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return hour - READY_AFTER - HOUR


def exported_records(
    client: AmplitudeClient, first_hour: datetime, last_hour: datetime, unreadable: Unreadable
) -> Generator[Record, None, None]:
    """Every record taken in within the hours from first to last (their beginnings, UTC, both included).

    Each zip is whole before its first record comes. Hours without any event are answered with 404. Where Amplitude
    refuses hours together as too large, they are asked for by halves.

    Raises:
        ExportCutOff: a zip came broken twice.
        CollectorError: by what went wrong.
    """
    first = first_hour
    while first <= last_hour:
        last = min(first + (HOURS_AT_ONCE - 1) * HOUR, last_hour)
        yield from _part(client, first, last, unreadable)
        first = last + HOUR


def export_is_allowed(client: AmplitudeClient, hour: datetime) -> None:
    """Asks for an hour and reads nothing of it; raises `CollectorError` where the key may not."""
    try:
        client.export.open_stream(PATH, _hours(hour, hour)).close()
    except NotFound:
        return


def _part(client: AmplitudeClient, first: datetime, last: datetime, unreadable: Unreadable) -> Iterator[Record]:
    with tempfile.TemporaryFile() as file:
        try:
            is_there = _download(client, first, last, file)
        except RequestRefused as error:
            if error.status != 400 or first == last:
                raise
            middle = first + (last - first) // 2
            middle = middle.replace(minute=0)
            yield from _part(client, first, middle, unreadable)
            yield from _part(client, middle + HOUR, last, unreadable)
            return
        if is_there:
            yield from _records(file, unreadable)


def _download(client: AmplitudeClient, first: datetime, last: datetime, file: IO[bytes]) -> bool:
    """Fills the file with a whole zip, checked to its last byte; False where there is nothing of these hours."""
    for is_second_try in (False, True):
        file.seek(0)
        file.truncate()
        try:
            with closing(client.export.open_stream(PATH, _hours(first, last))) as response:
                _copy(response, file)
            _refuse_broken(file)
            return True
        except NotFound:
            return False
        except ExportCutOff:
            client.export.refuse_late()
            if is_second_try:
                raise
    return False


def _hours(first: datetime, last: datetime) -> dict[str, str | int]:
    return {"start": f"{first:%Y%m%dT%H}", "end": f"{last:%Y%m%dT%H}"}


def _copy(response: requests.Response, file: IO[bytes]) -> None:
    size = 0
    try:
        for chunk in response.raw.stream(CHUNK, decode_content=False):
            size += len(chunk)
            if size > LARGEST_ZIP:
                raise _cut_off("it is larger than 4 GB")
            file.write(chunk)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        late = lateness(error)
        raise _cut_off("the connection broke" if late is None else str(late)) from error


def _refuse_broken(file: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(file) as packed:
            for part in packed.infolist():
                with packed.open(part) as raw, gzip.GzipFile(fileobj=raw) as lines:
                    while lines.read(CHUNK):
                        pass
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise _cut_off("its zip is damaged or not whole") from error


def _records(file: IO[bytes], unreadable: Unreadable) -> Iterator[Record]:
    with zipfile.ZipFile(file) as packed:
        for part in packed.infolist():
            with packed.open(part) as raw, gzip.GzipFile(fileobj=raw) as lines:
                while line := lines.readline(LONGEST_LINE):
                    if not line.strip():
                        continue
                    record = _record(line)
                    if record is None:
                        unreadable.lines(1)
                        continue
                    unreadable.read += 1
                    yield record


def _record(line: bytes) -> Record | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and "event_type" in record else None


def _cut_off(because: str) -> ExportCutOff:
    return ExportCutOff(
        f"Amplitude's export was not whole: {because}.",
        "None of it was used; the next run asks again.",
        source="Amplitude",
    )
