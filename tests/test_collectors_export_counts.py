"""The raw export's events are counted by name, each one once, in its local day."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from collectors.mixpanel import CountedBatch, fetch_exported_counts
from collectors.mixpanel.export.export_counting import DistinctEvents
from tests.collectors_cast import ZONES, mixpanel_at, sandbox_mixpanel, scripted
from tests.export_cast import DAY, NOON, NOW, counted, exported, line
from tests.sandbox_cast import FIRST, small_world


def test_events_are_counted_by_name() -> None:
    body = "\n".join([line("A"), line("B"), line("A"), ""])
    assert counted(exported(body)) == {"A": 2, "B": 1}


def test_the_request_is_for_gzip_and_the_whole_project() -> None:
    with scripted(exported(line())) as server:
        list(fetch_exported_counts(mixpanel_at(server.url), DAY, DAY, ZoneInfo("UTC"), NOW))
        assert server.asked[0].path == "/api/2.0/export"
        assert server.asked[0].headers["accept-encoding"] == "gzip"
        assert server.asked[0].query == {
            "project_id": "4242",
            "from_date": "2026-11-20",
            "to_date": "2026-11-20",
        }


def test_only_a_newline_byte_ends_a_record() -> None:
    odd = json.dumps({"event": "A\u2028B", "properties": {"time": NOON, "x": "\u0085\u2029\x1c"}}, ensure_ascii=False)
    assert counted(exported(odd + "\n" + odd + "\n")) == {"A\u2028B": 2}


def test_a_record_split_over_two_lines_is_put_together() -> None:
    whole = line("A", plan="pro")
    assert counted(exported(f"{line('B')}\n{whole[:30]}\n{whole[30:]}\n{line('B')}\n")) == {"A": 1, "B": 2}


def test_the_same_event_counts_once_and_only_the_same() -> None:
    same = {"$insert_id": "i1"}
    rows = [
        line("A", **same),
        line("A", **same, mp_processing_time_ms=5),
        line("A", **{"$insert_id": "i2"}),
        line("B", **same),
        line("A", NOON + 1, **same),
        line("A", **(same | {"distinct_id": "v"})),
        line("A"),
        line("A"),
    ]
    assert counted(exported("\n".join(rows))) == {"A": 6, "B": 1}


@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 3), st.one_of(st.none(), st.integers(0, 5))), max_size=200)
)
def test_distinct_events_agree_with_a_plain_set(events: list[tuple[str, int, int | None]]) -> None:
    distinct = DistinctEvents()
    for name, day, identity in events:
        # What is the same has the same name and time, hence the same day.
        told = None if identity is None else hash((name, day, identity)) % 2**64
        distinct.add(name, DAY + timedelta(days=day), told)
    unique = Counter((name, day) for name, day, identity in events if identity is None)
    identified = Counter((n, d) for n, d, _ in {event for event in events if event[2] is not None})
    expected = {(n, DAY + timedelta(days=d)): count for (n, d), count in (unique + identified).items()}
    assert {(name, day): count for name, day, count in distinct.counts()} == expected


def test_hot_shards_get_their_own_name_back_and_bookkeeping_is_left_out() -> None:
    rows = [
        line("$hotshard_events", mp_original_event_name="A"),
        line("A"),
        line("$hotshard_record"),
        line("$hotshard_events"),
    ]
    assert counted(exported("\n".join(rows))) == {"A": 2, "$hotshard_events": 1}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("storage", ["utc", "project"])
def test_exported_counts_are_the_worlds_in_every_zone(zone: str, storage: str) -> None:
    world = small_world(time_zone=zone, time_storage=storage)
    # A hundred hot-shard events and an event beside them.
    world.events["invite_sent"].hot_shard = np.minimum(world.events["invite_sent"].daily, 4)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        client = sandbox_mixpanel(sandbox, time_storage=storage)
        last = sandbox.now.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
        found: dict[str, dict[date, int]] = {}
        for batch in fetch_exported_counts(client, FIRST, last, ZoneInfo(zone), sandbox.now):
            assert isinstance(batch, CountedBatch)
            for one in batch.counts:
                found.setdefault(one.event, {}).update(one.counts)
        assert sandbox.count("mixpanel.export") <= 40
    assert set(found) == set(world.events)
    for name, counts in found.items():
        daily = [counts.get(FIRST + timedelta(days=i), 0) for i in range((last - FIRST).days + 1)]
        assert daily == world.events[name].daily[: len(daily)].tolist(), name


def test_today_is_counted_as_far_as_it_has_come() -> None:
    world = small_world(time_zone="Pacific/Auckland")
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        today = sandbox.now.astimezone(ZoneInfo("Pacific/Auckland")).date()
        (batch,) = fetch_exported_counts(
            sandbox_mixpanel(sandbox), today, today, ZoneInfo("Pacific/Auckland"), sandbox.now
        )
    assert isinstance(batch, CountedBatch)
    counts = {one.event: one.counts[today] for one in batch.counts}
    assert 0 < counts["invite_sent"] < world.events["invite_sent"].daily[world.index(today)]


def test_names_and_values_in_any_script_survive() -> None:
    name = 'été 🎉 %/"\\ \ud83d'
    body = json.dumps({"event": name, "properties": {"time": NOON, "ключ 🎉": 1}})
    found = counted(exported(body))
    assert found == {'été 🎉 %/"\\ \ufffd': 1}, "a lone surrogate is no character and cannot be stored"


def test_memory_of_a_window_is_eight_bytes_an_event() -> None:
    distinct = DistinctEvents()
    for number in range(100_000):
        distinct.add("A", DAY, zlib.crc32(str(number).encode()) * 2654435761)
    (held,) = distinct._identities.values()
    assert held.itemsize * len(held) == 800_000
