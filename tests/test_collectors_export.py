"""Counts and properties from the raw export: whole windows or nothing, each event once, in its local day."""

from __future__ import annotations

import gzip
import itertools
import json
import zlib
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.sandbox.day_bounds import midnight
from campaign_health.sandbox.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from collectors.days import day_of
from collectors.errors import ExportCutOff, PlanForbids
from collectors.mixpanel import CountedBatch, WindowFailed, fetch_exported_counts, fetch_property_profiles
from collectors.mixpanel.export_counting import DistinctEvents
from collectors.mixpanel.export_windows import MOST_WINDOWS, export_windows
from collectors.mixpanel.properties import json_type
from tests.collectors_cast import Reply, mixpanel_at, sandbox_mixpanel, scripted
from tests.sandbox_cast import FIRST, small_world

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOON = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp())
PLAIN = {"Content-Type": "text/plain"}
PACKED = PLAIN | {"Content-Encoding": "gzip"}
ZONES = ["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Auckland", "UTC"]


def line(event: str = "E", time: Any = NOON, **properties: Any) -> str:
    """One exported event."""
    return json.dumps({"event": event, "properties": {"time": time, "distinct_id": "u", **properties}})


def exported(body: str | bytes, headers: dict[str, str] = PLAIN, cut: int = 0) -> Reply:
    """An export's answer."""
    return Reply(body=body, headers=headers, cut=cut)


def counted(*replies: Reply, zone: str = "UTC", **changes: Any) -> dict[str, int] | str:
    """Counts of the day by event, or why there are none."""
    with scripted(*replies) as server:
        client = mixpanel_at(server.url, **changes)
        (result,) = fetch_exported_counts(client, DAY, DAY, ZoneInfo(zone), NOW)
    if isinstance(result, WindowFailed):
        return result.reason
    assert all(one.source == "export" for one in result.counts)
    return {one.event: one.counts[DAY] for one in result.counts}


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


def test_a_packed_export_is_unpacked_also_in_several_members() -> None:
    body = gzip.compress((line("A") + "\n").encode()) + gzip.compress((line("B") + "\n").encode())
    assert counted(exported(body, PACKED)) == {"A": 1, "B": 1}


def test_only_a_newline_byte_ends_a_record() -> None:
    odd = json.dumps({"event": "A\u2028B", "properties": {"time": NOON, "x": "\u0085\u2029\x1c"}}, ensure_ascii=False)
    assert counted(exported(odd + "\n" + odd + "\n")) == {"A\u2028B": 2}


def test_a_record_split_over_two_lines_is_put_together() -> None:
    whole = line("A", plan="pro")
    assert counted(exported(f"{line('B')}\n{whole[:30]}\n{whole[30:]}\n{line('B')}\n")) == {"A": 1, "B": 2}


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


def test_a_fragment_among_whole_records_fails_the_window_too() -> None:
    assert "not whole" in str(counted(exported(line() + '\n{"event":"E","pro\n' + line() + "\n")))


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


@given(
    st.sampled_from([*ZONES, "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "America/Los_Angeles"]),
    st.dates(date(2020, 1, 1), date(2026, 12, 31)),
    st.integers(1, 400),
)
def test_windows_cover_each_day_once_within_the_hourly_limit(zone: str, first: date, days: int) -> None:
    last = first + timedelta(days=days - 1)
    now = datetime(2030, 1, 1, tzinfo=UTC)
    windows = export_windows(first, last, ZoneInfo(zone), "utc", now)
    assert len(windows) <= MOST_WINDOWS
    assert [day for window in windows for day in window.completes] == [first + timedelta(days=i) for i in range(days)]
    assert all(b.from_date - a.to_date == timedelta(days=1) for a, b in itertools.pairwise(windows))
    assert windows[0].from_date <= day_of(midnight(first, ZoneInfo(zone)), UTC)
    assert windows[-1].to_date >= day_of(midnight(last + timedelta(days=1), ZoneInfo(zone)) - 1, UTC)


def test_no_utc_day_after_today_is_asked_for() -> None:
    now = datetime(2026, 11, 24, 20, tzinfo=UTC)  # noon of the 24th in Los Angeles
    (window,) = export_windows(date(2026, 11, 24), date(2026, 11, 24), ZoneInfo("America/Los_Angeles"), "utc", now)
    assert (window.from_date, window.to_date) == (date(2026, 11, 24), date(2026, 11, 24))


# --- properties -------------------------------------------------------------------------------------------------


def profiles_of(*replies: Reply, events: tuple[str, ...] = ("A", "B"), **changes: Any) -> dict[str, Any]:
    """Profiles of the day by event."""
    with scripted(*replies) as server:
        found = fetch_property_profiles(mixpanel_at(server.url), events, DAY, ZoneInfo("UTC"), NOW, **changes)
    return {one.event: one for one in found}


def test_profiles_tell_the_share_of_events_by_property_and_type() -> None:
    rows = [line("A", plan="pro"), line("A", plan={"id": 3}), line("A", plan=None), line("A"), line("B", n=True)]
    found = profiles_of(exported("\n".join(rows)))
    shares = found["A"].shares
    assert {kind: shares["plan", kind] for kind in ("string", "object", "null")} == dict.fromkeys(
        ("string", "object", "null"), 0.25
    )
    assert shares["time", "number"] == 1.0
    assert found["B"].shares["n", "boolean"] == 1.0
    assert (found["A"].events_read, found["A"].sampled, found["A"].day) == (4, False, DAY)


def test_only_names_and_types_are_kept() -> None:
    found = profiles_of(exported(line("A", secret_value="s3cr3t")))
    assert "s3cr3t" not in repr(found)


def test_json_types_have_jsons_names() -> None:
    assert list(map(json_type, ["", 1, 1.5, True, None, [], {}])) == [
        "string",
        "number",
        "number",
        "boolean",
        "null",
        "array",
        "object",
    ]


def test_of_the_same_event_the_last_processed_counts() -> None:
    rows = [
        line("A", **{"$insert_id": "i"}, mp_processing_time_ms=1, old=1),
        line("A", **{"$insert_id": "i"}, mp_processing_time_ms=3, new=1),
        line("A", **{"$insert_id": "i"}, mp_processing_time_ms=2, middle=1),
    ]
    shares = profiles_of(exported("\n".join(rows)))["A"].shares
    assert ("new", "number") in shares
    assert ("old", "number") not in shares
    assert ("middle", "number") not in shares


def test_a_big_day_is_sampled_and_says_so() -> None:
    body = "\n".join([line("A", first=1)] * 10 + [line("A", late=1)] * 10)
    found = profiles_of(exported(body), sample_size=10)
    assert (found["A"].events_read, found["A"].sampled) == (10, True)
    assert ("late", "number") not in found["A"].shares
    whole = profiles_of(exported(body), sample_size=20)
    assert (whole["A"].events_read, whole["A"].sampled) == (20, False)


def test_hot_shard_events_are_asked_for_and_profiled_under_their_own_name() -> None:
    rows = [
        line("$hotshard_events", mp_original_event_name="A", x=1),
        line("$hotshard_events", mp_original_event_name="C"),
    ]
    with scripted(exported("\n".join(rows))) as server:
        found = fetch_property_profiles(mixpanel_at(server.url), ["A"], DAY, ZoneInfo("UTC"), NOW)
        assert json.loads(server.asked[0].query["event"]) == ["A", "$hotshard_events"]
    assert [one.event for one in found] == ["A"]


def test_an_event_without_any_that_day_has_no_profile() -> None:
    assert set(profiles_of(exported(line("A") + "\n" + line("B", NOON - 86400)))) == {"A"}


def test_no_event_to_profile_means_no_request() -> None:
    with scripted(exported("")) as server:
        assert fetch_property_profiles(mixpanel_at(server.url), [], DAY, ZoneInfo("UTC"), NOW) == []
        assert server.asked == []


def test_a_profile_that_breaks_is_read_once_more_and_then_given_up() -> None:
    broken = exported(line("A") + "\nterminated early")
    assert profiles_of(broken, exported(line("A")))["A"].events_read == 1
    with pytest.raises(ExportCutOff):
        profiles_of(broken)


def test_profiles_follow_the_local_day() -> None:
    world = small_world(time_zone="Pacific/Auckland")
    zone = ZoneInfo("Pacific/Auckland")
    day = FIRST + timedelta(days=10)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        found = fetch_property_profiles(sandbox_mixpanel(sandbox), list(world.events), day, zone, sandbox.now)
        assert sandbox.count("mixpanel.export") == 1
    read = {one.event: one.events_read for one in found}
    assert read == {name: event.daily[10] for name, event in world.events.items() if event.daily[10]}
    by_name = {one.event: one.shares for one in found}
    assert by_name["invite_sent"]["plan", "string"] == 1.0


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
