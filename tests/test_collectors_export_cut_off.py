"""An exported window counts whole or not at all, and one that failed leaves the others whole."""

from __future__ import annotations

import gzip
import itertools
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collectors.errors import PlanForbids
from collectors.mixpanel import CountedBatch, WindowFailed, fetch_exported_counts
from collectors.mixpanel.export.export_windows import MOST_WINDOWS
from tests.collectors_cast import Reply, mixpanel_at, scripted
from tests.export_cast import DAY, NOON, NOW, PACKED, counted, exported, line


def test_a_packed_export_is_unpacked_also_in_several_members() -> None:
    body = gzip.compress((line("A") + "\n").encode()) + gzip.compress((line("B") + "\n").encode())
    assert counted(exported(body, PACKED)) == {"A": 1, "B": 1}


@pytest.mark.parametrize(
    "ending",
    [
        "terminated early",
        "export terminated early\n",
        '{"event":"E","prop',
        line()[:-1],
        '{"error":"x"}',
        '{"event": 3}',
    ],
)
def test_a_window_that_does_not_end_whole_counts_nothing(ending: str) -> None:
    reason = counted(exported(line() + "\n" + ending))
    assert isinstance(reason, str)
    assert "not whole" in reason


def test_an_event_may_be_called_terminated_early() -> None:
    assert counted(exported(line("Session terminated early"))) == {"Session terminated early": 1}


def test_as_many_fragments_as_whole_records_fail_the_window_too() -> None:
    fragment = '\n{"event":"E","pro\n'
    assert "not whole" in str(counted(exported(line() + fragment + fragment + line() + "\n")))


def test_a_body_shorter_than_announced_counts_nothing() -> None:
    assert "connection broke" in str(counted(exported((line() + "\n") * 5, cut=3)))


@pytest.mark.parametrize("missing", [1, 8, 20])
def test_a_packed_export_without_its_end_counts_nothing(missing: int) -> None:
    packed = gzip.compress(((line() + "\n") * 5).encode())
    assert "compressed body is missing" in str(counted(exported(packed[:-missing], PACKED)))


def test_a_damaged_packed_export_counts_nothing() -> None:
    packed = bytearray(gzip.compress(((line() + "\n") * 500).encode()))
    packed[-6] ^= 0xFF
    assert "damaged" in str(counted(exported(bytes(packed), PACKED)))


def test_a_window_that_broke_is_read_once_more() -> None:
    with scripted(exported(line() + "\nterminated early"), exported(line() + "\n")) as server:
        client = mixpanel_at(server.url)
        (batch,) = fetch_exported_counts(client, DAY, DAY, ZoneInfo("UTC"), NOW)
    assert isinstance(batch, CountedBatch)
    assert batch.counts[0].counts == {DAY: 1}, "nothing of the first reading is counted"
    assert client.requests_sent == 2


def test_an_empty_export_is_asked_for_twice_and_then_believed() -> None:
    with scripted(exported("")) as server:
        (batch,) = fetch_exported_counts(mixpanel_at(server.url), DAY, DAY, ZoneInfo("UTC"), NOW)
    assert isinstance(batch, CountedBatch)
    assert batch.counts == ()
    assert len(server.asked) == 2


@pytest.mark.parametrize("time", [None, "1763600461", True, -5, 1.5])
def test_an_event_without_a_time_fails_its_window(time: Any) -> None:
    assert "properties.time" in str(counted(exported(line(time=time))))


def test_one_strange_window_leaves_the_others_whole() -> None:
    first = date(2026, 9, 1)
    days = 3 * MOST_WINDOWS
    good = exported(line(time=NOON))
    strange = exported(line(time="x"))
    with scripted(good, strange, good) as server:
        client = mixpanel_at(server.url)
        found = list(
            fetch_exported_counts(
                client, first, first + timedelta(days=days - 1), ZoneInfo("UTC"), NOW + timedelta(days=90)
            )
        )
    failed = [one for one in found if isinstance(one, WindowFailed)]
    assert [(one.first_day, one.last_day) for one in failed] == [(date(2026, 9, 4), date(2026, 9, 6))]
    covered = [(one.first_day, one.last_day) for one in found]
    assert covered[0][0] == first
    assert all((b[0] - a[1]).days == 1 for a, b in itertools.pairwise(covered)), "no day twice or never"


def test_a_refused_export_ends_the_source() -> None:
    with scripted(Reply(402, {"error": "Your plan does not allow API calls"})) as server, pytest.raises(PlanForbids):
        list(fetch_exported_counts(mixpanel_at(server.url), DAY, DAY, ZoneInfo("UTC"), NOW))
    assert len(server.asked) == 1
