"""However much a service sends, and however tightly it is packed, what is held of it in memory is bounded."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable
from datetime import timedelta

import pytest

from collectors.errors import UnexpectedShape
from collectors.event_source import CountedBatch
from collectors.mixpanel import fetch_event_counts
from collectors.mixpanel.export.export_counts import read_export
from collectors.unreadable import Unreadable
from tests.collectors_cast import Reply, customerio_at, mixpanel_at, scripted
from tests.export_cast import DAY, NOON, PACKED, counted, exported, line

MEGABYTE = 1024 * 1024
BOMB = 200 * MEGABYTE


def peak_of(act: Callable[[], object]) -> float:
    """The most memory, in MB, that an act takes."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1] / MEGABYTE
    finally:
        tracemalloc.stop()


def packed(piece: bytes, size: int) -> bytes:
    """So many bytes of the same, packed."""
    return gzip.compress(piece * (size // len(piece)), 9)


@pytest.mark.slow("faults")
def test_a_packed_export_of_blank_lines_is_never_unpacked_whole() -> None:
    body = packed(b" " * 1023 + b"\n", BOMB) + gzip.compress((line("A") + "\n").encode())
    assert len(body) < MEGABYTE
    with scripted(exported(body, PACKED)) as server:
        reader = mixpanel_at(server.url)

        def read() -> None:
            [record] = read_export(reader, {}, Unreadable("Mixpanel"))
            assert record["event"] == "A"

        assert peak_of(read) < 24


@pytest.mark.slow("faults")
def test_a_packed_export_of_one_endless_line_is_given_up() -> None:
    body = packed(b"x" * 1024, BOMB)
    found: list[object] = []
    assert peak_of(lambda: found.append(counted(exported(body, PACKED)))) < 160
    assert "holds a line of more than 32 MB" in str(found[0])


def test_a_packed_export_counts_what_it_holds_however_it_falls_into_pieces() -> None:
    lines = "".join(line(f"event {number % 7}", NOON + number) + "\n" for number in range(20_000))
    counts = counted(exported(gzip.compress(lines.encode(), 9), PACKED))
    assert isinstance(counts, dict)
    assert sum(counts.values()) == 20_000
    assert set(counts) == {f"event {number}" for number in range(7)}


@pytest.mark.parametrize("times", [1, 2])
def test_packed_json_is_unpacked_up_to_its_limit(times: int) -> None:
    body = packed(b" " * 1024, BOMB)
    for _ in range(times - 1):
        body = gzip.compress(body, 9)
    bomb = Reply(body=body, headers={"Content-Encoding": ", ".join(["gzip"] * times)})

    with scripted(bomb) as server:
        client = customerio_at(server.url)

        def read() -> None:
            with pytest.raises(UnexpectedShape, match="is larger than 64 MB"):
                client.get_json("/campaigns")

        assert peak_of(read) < 160


def test_a_refusal_is_read_up_to_64_kb() -> None:
    refusal = Reply(403, packed(b"no" * 512, BOMB), {"Content-Encoding": "gzip"})
    with scripted(refusal) as server:
        client = customerio_at(server.url)

        def read() -> None:
            with pytest.raises(Exception, match="403"):
                client.get_json("/campaigns")

        assert peak_of(read) < 24


def test_days_after_those_asked_for_are_dropped() -> None:
    days = {(DAY + timedelta(days=ahead)).isoformat(): 5 for ahead in range(400)}
    with scripted(Reply(body={"data": {"series": list(days), "values": {"E": days}}})) as server:
        [batch] = fetch_event_counts(mixpanel_at(server.url), ["E"], DAY, DAY, DAY)
    assert isinstance(batch, CountedBatch)
    assert batch.counts[0].counts == {DAY: 5}


def test_exported_events_of_days_to_come_are_dropped() -> None:
    ahead = NOON + 30 * 86400
    counts = counted(exported(line("A") + "\n" + line("A", ahead) + "\n"))
    assert counts == {"A": 1}
