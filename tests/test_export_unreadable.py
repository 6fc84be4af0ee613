"""A record of an export that cannot be read is left out and told; many of them, or a broken end, spoil the window."""

from __future__ import annotations

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from campaign_health.pipeline.order import order_from_names
from collectors.mixpanel import CountedBatch, fetch_exported_counts, fetch_property_profiles
from tests.collecting_cast import Install, cast_world
from tests.collectors_cast import mixpanel_at, scripted
from tests.export_cast import DAY, NOON, NOW, counted, exported, line

GOOD = (line("A") + "\n") * 3
WRONG = {
    "time as text": line("B", time=str(NOON)),
    "time with a fraction": line("B", time=NOON + 0.5),
    "time missing": json.dumps({"event": "B", "properties": {"plan": "pro"}}),
    "time null": line("B", time=None),
    "time beyond all years": line("B", time=10**15),
    "name as a number": json.dumps({"event": 404, "properties": {"time": NOON}}),
    "name null": json.dumps({"event": None, "properties": {"time": NOON}}),
    "no properties": json.dumps({"event": "B"}),
    "properties null": json.dumps({"event": "B", "properties": None}),
    "properties a list": json.dumps({"event": "B", "properties": []}),
    "no JSON": '{"event": "B", "properties": {"time": ',
    "a number": "7",
}
BAD_BYTE = b'{"event": "B\xff", "properties": {"time": 1}}'


@pytest.mark.parametrize("wrong", [*(text.encode() for text in WRONG.values()), BAD_BYTE], ids=[*WRONG, "a bad byte"])
def test_one_is_left_out_and_told(wrong: bytes) -> None:
    body = GOOD.encode() + wrong + b"\n" + GOOD.encode()
    with scripted(exported(body)) as server:
        (batch,) = fetch_exported_counts(mixpanel_at(server.url), DAY, DAY, ZoneInfo("UTC"), NOW)
    assert isinstance(batch, CountedBatch)
    assert {one.event: one.counts[DAY] for one in batch.counts} == {"A": 6}
    (note,) = batch.notes
    assert note.startswith(f"{DAY} to {DAY}: 1 record of Mixpanel's export could not be read and left out (")
    told: list[str] = []
    with scripted(exported(body)) as server:
        (profile,) = fetch_property_profiles(
            mixpanel_at(server.url), ["A", "B"], DAY, ZoneInfo("UTC"), NOW, tell=told.append
        )
    assert (profile.event, profile.events_read) == ("A", 6)
    assert told == [note.replace(f"{DAY} to {DAY}", str(DAY))]


def test_one_of_each_kind_is_left_out_too() -> None:
    body = "".join(GOOD + text + "\n" for name, text in WRONG.items() if name not in ("no JSON", "a number")) + GOOD
    assert counted(exported(body)) == {"A": 33}


def test_many_spoil_the_window_and_the_reason_names_the_field() -> None:
    body = GOOD * 200 + (line("B", time="x") + "\n") * 11
    reason = counted(exported(body))
    assert "11 records that cannot be read among 600 others" in str(reason)
    assert "properties.time" in str(reason)
    assert counted(exported(GOOD * 400 + (line("B", time="x") + "\n") * 11)) == {"A": 1200}


@pytest.mark.parametrize("end", [b'{"event":"E","prop', b"\xff\xfe", b'{"error":"x"}', b"[1]\n"])
def test_a_broken_last_line_spoils_it(end: bytes) -> None:
    assert "not whole" in str(counted(exported(GOOD.encode() + end)))


@pytest.mark.slow("faults")
def test_a_run_tells_it_and_is_complete(install: Install) -> None:
    world = cast_world()
    installation = install(world, MIXPANEL_COUNT_SOURCE="export", CAMPAIGN_HEALTH_BACKFILL_DAYS="19")
    name = next(iter(world.events))
    installation.sandbox.fail("bad_record", "mixpanel.export", at=1, times=1)
    report = installation.collect(order_from_names(["mixpanel_events"], None, None))
    assert installation.outcomes(report) == {"mixpanel_events": "complete"}
    (record,) = report.records()
    assert "1 record of Mixpanel's export could not be read" in (record.error or "")
    (days,) = installation.rows("SELECT count(*), max(day) FROM event_day WHERE event = ? AND state = 'observed'", name)
    assert days == (19, world.last_day - timedelta(days=1))
