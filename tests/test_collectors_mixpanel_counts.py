"""Daily counts by Query: the world's in every zone, and nothing taken for zero that was not answered."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from collectors.errors import RequestRefused, UnexpectedShape
from collectors.mixpanel import fetch_event_counts, fetch_event_names, fetch_time_zone, last_day_served
from tests.collectors_cast import ZONES, A, B, C, Reply, mixpanel_at, sandbox_mixpanel, scripted
from tests.mixpanel_cast import TODAY, answered
from tests.sandbox_cast import FIRST, small_world


def counts_of(reply: Reply, *names: str) -> dict[str, dict[date, int]]:
    """What the collector makes of one answer."""
    with scripted(reply) as server:
        (batch,) = fetch_event_counts(mixpanel_at(server.url), names, A, C, TODAY)
    return {one.event: dict(one.counts) for one in batch.counts}


def test_absent_events_and_absent_days_had_none() -> None:
    reply = answered({"Sign Up": {"2026-11-20": 318, "2026-11-22": 290}, "Trial": {}})
    assert counts_of(reply, "Sign Up", "Trial", "Vanished") == {
        "Sign Up": {A: 318, C: 290},
        "Trial": {},
        "Vanished": {},
    }


def test_day_keys_may_carry_a_time_and_days_outside_are_dropped() -> None:
    reply = answered({"E": {"2026-11-21 00:00:00": 4, "2026-11-19": 9, "2026-11-23T00:00:00-08:00": 9}})
    assert counts_of(reply, "E") == {"E": {B: 4}}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "data"),
        ({"data": None}, "data"),
        ({"data": {"series": ["2026-11-20", "2026-11-21", "2026-11-22"]}}, "data.values"),
        ({"data": {"values": {}}}, "data.series"),
        ({"data": {"values": {}, "series": ["2026-11-20", "2026-11-22"]}}, "data.series"),
        ({"data": {"values": {}, "series": ["yesterday"]}}, "data.series"),
        ([1], "body"),
    ],
)
def test_an_answer_without_its_parts_is_an_error_that_names_the_field(body: Any, field: str) -> None:
    with pytest.raises(UnexpectedShape) as caught:
        counts_of(Reply(body=body), "E")
    assert caught.value.field == field


@pytest.mark.parametrize("count", ["7", None, -1, 1.5, True, [], 2**70])
def test_a_count_that_is_none_is_an_error_and_never_zero(count: Any) -> None:
    with pytest.raises(UnexpectedShape, match=r"data\.values\['E'\]\['2026-11-21'\]"):
        counts_of(answered({"E": {"2026-11-21": count}}), "E")


def test_every_name_comes_back_as_it_was_sent() -> None:
    names = ["a", 'quote " and \\', "emoji 🎉", "per%cent&=/?#+", "日本語", "x" * 255, " spaces ", "null\u0000"]
    with scripted(answered({name: {"2026-11-21": i} for i, name in enumerate(names)})) as server:
        (batch,) = fetch_event_counts(mixpanel_at(server.url), names, A, C, TODAY)
        assert json.loads(server.asked[0].query["event"]) == names
        assert {k: v for k, v in server.asked[0].query.items() if k != "event"} == {
            "project_id": "4242",
            "type": "general",
            "unit": "day",
            "from_date": "2026-11-20",
            "to_date": "2026-11-22",
        }
    assert [sum(one.counts.values()) for one in batch.counts] == list(range(len(names)))


def test_counts_too_are_asked_for_as_far_back_as_the_plan_allows() -> None:
    limits = Limits(**vars(Limits.unlimited()) | {"history_days": 10})
    world = small_world(time_zone="UTC")
    with running_sandbox(world, limits=limits) as sandbox:
        today = sandbox.now.date()
        (batch,) = fetch_event_counts(
            sandbox_mixpanel(sandbox), ["invite_sent"], FIRST, today - timedelta(days=1), today
        )
    assert batch.first_day >= today - timedelta(days=10)
    assert batch.counts[0].counts[batch.first_day] == world.events["invite_sent"].daily[world.index(batch.first_day)]
    assert min(batch.counts[0].counts) == batch.first_day


def test_a_services_today_a_day_behind_costs_one_day_and_no_more() -> None:
    late = Reply(400, {"error": "to_date cannot be later than today"})
    with scripted(late, answered({"E": {"2026-11-21": 5}})) as server:
        (batch,) = fetch_event_counts(mixpanel_at(server.url), ["E"], A, C, C)
    assert (batch.first_day, batch.last_day) == (A, B)
    with scripted(late) as server, pytest.raises(RequestRefused, match="later than today"):
        list(fetch_event_counts(mixpanel_at(server.url), ["E"], A, C, C))
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("now", "zone", "until", "last"),
    [
        # 06:30 in Auckland on the 25th is the 24th in UTC: yesterday is over and allowed, today is not.
        ("2026-11-24T17:30:00", "Pacific/Auckland", "2026-11-24", "2026-11-24"),
        ("2026-11-24T17:30:00", "Pacific/Auckland", "2026-11-25", "2026-11-24"),
        ("2026-11-25T03:00:00", "America/Los_Angeles", "2026-11-25", "2026-11-24"),
        ("2026-11-24T12:00:00", "UTC", "2026-11-24", "2026-11-24"),
        ("2026-11-24T12:00:00", "UTC", "2026-11-20", "2026-11-20"),
    ],
)
def test_no_day_is_asked_for_that_the_service_calls_tomorrow(now: str, zone: str, until: str, last: str) -> None:
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert last_day_served(date.fromisoformat(until), instant, ZoneInfo(zone)) == date.fromisoformat(last)


@pytest.mark.parametrize("zone", ZONES)
def test_counts_are_the_worlds_in_every_zone_and_over_a_clock_change(zone: str) -> None:
    world = small_world(time_zone=zone)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        client = sandbox_mixpanel(sandbox)
        assert fetch_time_zone(client) == zone
        today = sandbox.now.astimezone(ZoneInfo(zone)).date()
        last = last_day_served(today - timedelta(days=1), sandbox.now, ZoneInfo(zone))
        names = fetch_event_names(client, FIRST, last, today)
        assert set(names.names) == set(world.events)
        (batch,) = fetch_event_counts(client, names.names, FIRST, last, today)
    for one in batch.counts:
        daily = [one.counts.get(FIRST + timedelta(days=i), 0) for i in range((last - FIRST).days + 1)]
        assert daily == world.events[one.event].daily[: len(daily)].tolist()


def test_today_is_served_where_it_is_asked_for() -> None:
    world = small_world(time_zone="UTC")
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        today = sandbox.now.date()
        (batch,) = fetch_event_counts(sandbox_mixpanel(sandbox), ["invite_sent"], today, today, today)
    assert 0 < batch.counts[0].counts[today] < world.events["invite_sent"].daily[world.index(today)]
