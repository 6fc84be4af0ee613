"""Daily counts by Query: every event, few requests, and nothing taken for zero that was not answered."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.sandbox.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from collectors.errors import (
    AuthenticationFailed,
    Forbidden,
    PlanForbids,
    RateLimited,
    RequestRefused,
    UnexpectedShape,
    UnusableSetting,
)
from collectors.mixpanel import (
    CountedBatch,
    MixpanelClient,
    fetch_definitions,
    fetch_event_counts,
    fetch_event_names,
    fetch_time_zone,
    last_day_served,
)
from collectors.mixpanel.batches import LONGEST_ADDRESS, Batches, name_list
from collectors.mixpanel.project import parse_time_zone
from tests.collectors_cast import SECRET, Reply, Sleeps, mixpanel_at, sandbox_mixpanel, scripted
from tests.sandbox_cast import FIRST, small_world

A, B, C = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)
TODAY = date(2026, 11, 24)
GATE = Reply(403, {"error": "Date range exceeds 90 days into the past"})
ZONES = ["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Auckland", "UTC"]


def answered(values: dict[str, dict[str, Any]], series: list[str] | None = None) -> Reply:
    """An `/events` answer about A to C."""
    days = ["2026-11-22", "2026-11-20", "2026-11-21"] if series is None else series
    return Reply(body={"data": {"series": days, "values": values}, "legend_size": len(values)})


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


@given(st.lists(st.text(max_size=300), unique=True, max_size=80))
def test_batches_hold_every_name_once_and_stay_short(names: list[str]) -> None:
    batches = Batches(names, 150)
    asked: list[str] = []
    while len(batches):
        batch = batches.peek()
        length = 150 + len(urlencode({"event": name_list(batch)}))
        assert length <= LONGEST_ADDRESS or len(batch) == 1
        asked += batch
        batches.done(batch)
    assert asked == names


def test_two_thousand_events_take_as_few_requests_as_the_address_allows() -> None:
    names = [f"product.feature_{i:04d}.used" for i in range(2000)]
    with scripted(answered({})) as server:
        client = mixpanel_at(server.url)
        list(fetch_event_counts(client, names, A, C, TODAY))
        longest = max(len(name_list(json.loads(asked.query["event"]))) for asked in server.asked)
    assert client.requests_sent == len(server.asked) <= 13
    assert longest < LONGEST_ADDRESS


def test_a_refused_batch_is_halved_and_the_working_size_remembered() -> None:
    world = small_world()
    names = [f"event {i}" for i in range(40)]
    limits = Limits(**vars(Limits.unlimited()) | {"max_events_per_call": 6})
    with running_sandbox(world, limits=limits) as sandbox:
        batches = list(fetch_event_counts(sandbox_mixpanel(sandbox), names, FIRST, FIRST, sandbox.now.date()))
        statuses = [request.status for request in sandbox.requests]
    assert [one.event for batch in batches for one in batch.counts] == names
    assert statuses == [400, 400, 400] + [200] * 8, "40, 20, 10, then fives"


@pytest.mark.parametrize("status", [400, 413, 414])
def test_one_name_that_is_refused_costs_only_itself(status: int) -> None:
    refused = Reply(status, {"error": "bad event"})
    good = answered({})
    # b is the culprit: [a b c d] refused, [a b] refused, [a] served, [b] refused, then [c d] together.
    with scripted(refused, refused, good, refused, good) as server:
        batches = list(fetch_event_counts(mixpanel_at(server.url), ["a", "b", "c", "d"], A, C, TODAY))
        assert [json.loads(asked.query["event"]) for asked in server.asked][-1] == ["c", "d"]
    assert [one.event for batch in batches for one in batch.counts] == ["a", "c", "d"]
    assert [(one.event, "bad event" in one.reason) for batch in batches for one in batch.refused] == [("b", True)]


def test_a_service_that_refuses_every_name_is_not_asked_for_each() -> None:
    names = [f"event {i}" for i in range(100)]
    with scripted(Reply(400, {"error": "no"})) as server, pytest.raises(RequestRefused):
        list(fetch_event_counts(mixpanel_at(server.url), names, A, C, TODAY))
    assert len(server.asked) == 8, "100, 50, 25, 12, 6, 3, 1, and one more by itself"


def test_a_refusal_that_is_not_about_the_names_is_not_halved() -> None:
    with (
        scripted(Reply(400, {"error": "Error in from_date: invalid date, bad year"})) as server,
        pytest.raises(RequestRefused, match="from_date"),
    ):
        list(fetch_event_counts(mixpanel_at(server.url), ["a", "b", "c"], A, C, TODAY))
    assert len(server.asked) == 1


def test_batches_before_a_failure_are_kept() -> None:
    names = ["n" * 200 + str(i) for i in range(60)]
    got: list[CountedBatch] = []
    with scripted(answered({}), Reply(429, {}, {"Retry-After": "3600"})) as server:
        batches = fetch_event_counts(mixpanel_at(server.url), names, A, C, TODAY)
        with pytest.raises(RateLimited, match="3600 seconds"):
            got.extend(batches)
    assert len(got) == 1
    assert len(got[0].counts) > 20


def test_names_are_asked_for_with_the_windows_dates() -> None:
    with scripted(Reply(body=["B", "A", "B"])) as server:
        found = fetch_event_names(mixpanel_at(server.url), A, C, TODAY)
        assert server.asked[0].query == {
            "project_id": "4242",
            "type": "general",
            "limit": "5000",
            "from_date": "2026-11-20",
            "to_date": "2026-11-22",
        }
    assert found.names == ("B", "A")
    assert found.first_day == A
    assert found.notes == ()


def test_names_are_asked_for_without_dates_where_those_are_refused() -> None:
    with scripted(Reply(400, {"error": "unknown parameter from_date"}), Reply(body=["A"])) as server:
        found = fetch_event_names(mixpanel_at(server.url), A, C, TODAY)
        assert "from_date" not in server.asked[1].query
    assert found.names == ("A",)
    assert "31 days" in found.notes[0]


def test_a_short_history_shrinks_the_window_and_is_noted() -> None:
    with scripted(GATE, GATE, Reply(body=["A"])) as server:
        found = fetch_event_names(mixpanel_at(server.url), date(2026, 1, 1), C, TODAY)
        asked = [request.query["from_date"] for request in server.asked]
    assert asked == ["2026-01-01", "2026-08-26", "2026-08-27"], "90 days before today, then a day less"
    assert found.first_day == date(2026, 8, 27)
    assert "2026-08-27" in found.notes[0]


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


def test_a_403_that_is_no_history_gate_is_final() -> None:
    with scripted(Reply(403, {"error": "no access to project"})) as server, pytest.raises(Forbidden, match="no access"):
        fetch_event_names(mixpanel_at(server.url), A, C, TODAY)
    assert len(server.asked) == 1


def test_a_full_list_of_names_says_that_it_may_be_cut() -> None:
    with scripted(Reply(body=[f"e{i}" for i in range(5000)])) as server:
        found = fetch_event_names(mixpanel_at(server.url), A, C, TODAY)
    assert "at most 5000" in found.notes[0]


def test_the_plan_gate_comes_through_for_the_export_to_take_over() -> None:
    with (
        scripted(Reply(402, {"error": "Your plan does not allow API calls. Upgrade"})) as server,
        pytest.raises(PlanForbids, match="Your plan does not allow"),
    ):
        fetch_event_names(mixpanel_at(server.url), A, C, TODAY)
    assert len(server.asked) == 1


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


def test_progress_counts_the_events() -> None:
    told: list[tuple[int, int | None, str]] = []
    names = ["n" * 200 + str(i) for i in range(60)]
    with scripted(answered({})) as server:
        list(fetch_event_counts(mixpanel_at(server.url), names, A, C, TODAY, lambda *seen: told.append(seen)))
    assert told[-1] == (60, 60, "events")
    assert len(told) > 1


def test_the_lexicon_tells_declared_types_and_what_is_hidden_or_dropped() -> None:
    schemas = [
        {
            "entityType": "event",
            "name": "Sign Up",
            "schemaJson": {
                "properties": {
                    "plan": {"type": "string", "metadata": {"com.mixpanel": {"displayName": "Plan", "hidden": True}}},
                    "seats": {"type": "integer"},
                    "either": {"type": ["string", "null"]},
                },
                "metadata": {"com.mixpanel": {"displayName": "Signed up", "hidden": False, "dropped": True}},
            },
        },
        {"entityType": "profile", "name": "$user", "schemaJson": {"properties": {"email": {"type": "string"}}}},
        {"entityType": "event", "name": "bare", "schemaJson": {}},
    ]
    with scripted(Reply(body={"status": "ok", "results": schemas})) as server:
        found = fetch_definitions(mixpanel_at(server.url))
        assert server.asked[0].path == "/api/app/projects/4242/schemas"
    assert found.unreadable_because is None
    rows = [(r.event, r.property, r.type, r.display_name, r.hidden, r.dropped) for r in found.records or ()]
    assert rows == [
        ("Sign Up", "", None, "Signed up", False, True),
        ("Sign Up", "plan", "string", "Plan", True, False),
        ("Sign Up", "seats", "integer", None, False, False),
        ("Sign Up", "either", "null or string", None, False, False),
        ("bare", "", None, None, False, False),
    ]


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_a_lexicon_that_may_not_be_read_is_a_reason_and_no_failure(status: int) -> None:
    with scripted(Reply(status, {"status": "error", "error": "not for you"})) as server:
        found = fetch_definitions(mixpanel_at(server.url))
    assert found.records is None
    assert "not for you" in str(found.unreadable_because)


@pytest.mark.parametrize("results", [None, {}, [3], [{"entityType": "event"}], [{"name": "a", "schemaJson": 3}]])
def test_a_strange_lexicon_is_an_error_that_names_the_field(results: Any) -> None:
    with scripted(Reply(body={"status": "ok", "results": results})) as server, pytest.raises(UnexpectedShape) as caught:
        fetch_definitions(mixpanel_at(server.url))
    assert caught.value.field.startswith("results")


@pytest.mark.parametrize(
    ("body", "zone"),
    [
        ({"results": {"projects": {"4242": {"timezone": "US/Pacific"}, "1": {"timezone": "UTC"}}}}, "US/Pacific"),
        (
            {"results": {"projects": [{"id": 1, "timezone": "UTC"}, {"id": 4242, "timezone": "Asia/Tokyo"}]}},
            "Asia/Tokyo",
        ),
        ({"results": {"workspaces": [{"project_id": "4242", "timezone": "Europe/Paris"}]}}, "Europe/Paris"),
        ({"results": {"projects": {"1": {"timezone": "UTC"}}}}, None),
        ({"results": {"projects": {"4242": {"timezone": "Mars/Base"}}}}, None),
        ({"results": {"projects": {"4242": {"timezone": ""}}}}, None),
        ({"results": {"projects": {"4242": {"timezone": 3}}}}, None),
        (None, None),
        (["4242"], None),
    ],
)
def test_the_time_zone_is_found_wherever_me_holds_it_or_not_at_all(body: Any, zone: str | None) -> None:
    assert parse_time_zone(body, 4242) == zone


def test_a_wrong_key_is_told_before_a_missing_zone() -> None:
    with scripted(Reply(401, {"status": "error", "error": "no"})) as server, pytest.raises(AuthenticationFailed):
        fetch_time_zone(mixpanel_at(server.url))
    with scripted(Reply(404, {})) as server:
        assert fetch_time_zone(mixpanel_at(server.url)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"project_id": "abc"},
        {"project_id": ""},
        {"service_account": "  "},
        {"service_secret": "ключ"},
        {"region": "mars"},
        {"query_url": "mixpanel.com"},
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(changes: dict[str, str]) -> None:
    arguments: dict[str, Any] = {"project_id": 4242, "service_account": "robot", "service_secret": SECRET, **changes}
    with pytest.raises(UnusableSetting) as caught:
        MixpanelClient(**arguments)
    assert SECRET not in str(caught.value)


def test_each_region_has_its_own_hosts() -> None:
    hosts = {
        region: [
            client.address("")
            for made in [MixpanelClient(1, "robot", SECRET, region=region, sleep=Sleeps())]
            for client in (made.query, made.export, made.app)
        ]
        for region in ("us", "eu", "in")
    }
    assert hosts["eu"] == [
        "https://eu.mixpanel.com/api/query",
        "https://data-eu.mixpanel.com/api/2.0/export",
        "https://eu.mixpanel.com/api/app",
    ]
    assert hosts["us"][1] == "https://data.mixpanel.com/api/2.0/export"
    assert hosts["in"][0] == "https://in.mixpanel.com/api/query"
