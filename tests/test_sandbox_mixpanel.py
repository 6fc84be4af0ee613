"""The stand-in for Mixpanel keeps the fact sheet's rules."""

from __future__ import annotations

import json
import threading
from datetime import date, timedelta

import numpy as np
import pytest
import requests

from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from tests.sandbox_cast import FIRST, counts, export, exported, mixpanel_keys, query, small_world

LAST = FIRST + timedelta(days=34)
WINDOW = {"from_date": str(FIRST), "to_date": str(LAST)}
SIGNUP = "signed up / été 🎉"


def test_names_are_those_of_the_last_31_days_unless_dates_are_given() -> None:
    world = small_world()
    world.events["rare"].daily[:] = 0
    world.events["rare"].daily[1] = 4
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        assert query(sandbox, "/events/names").json() == [SIGNUP, "invite_sent"]
        assert query(sandbox, "/events/names", **WINDOW).json() == [SIGNUP, "invite_sent", "rare"]
        assert query(sandbox, "/events/names", limit=1, **WINDOW).json() == [SIGNUP]


def test_more_names_than_the_ceiling_are_silently_cut() -> None:
    with running_sandbox(small_world(), limits=Limits(names_per_call=2)) as sandbox:
        assert len(query(sandbox, "/events/names", limit=5000, **WINDOW).json()) == 2


@pytest.mark.parametrize(
    ("path", "parameters", "status", "text"),
    [
        ("/events/names", {"from_date": "1999-12-31"}, 400, "Error in from_date: invalid date, bad year"),
        ("/events/names", {"from_date": "2026-10-01"}, 403, "Date range exceeds 30 days into the past"),
        ("/events", {"event": ["a"], "unit": "day", **WINDOW}, 403, "Date range exceeds 30 days into the past"),
        (
            "/events",
            {"event": "a", "unit": "day", "from_date": "2026-11-20", "to_date": "2026-11-20"},
            400,
            "JSON array",
        ),
        ("/events", {"event": ["a"], "unit": "fortnight"}, 400, "Invalid unit"),
        ("/events", {"event": ["a"], "unit": "day", "from_date": "2026-11-20"}, 400, "to_date"),
        ("/events", {"unit": "day"}, 400, "Missing required parameter: event"),
        ("/events", {"event": ["a"], "unit": "day", "from_date": "2026-11-25", "to_date": "2026-11-25"}, 400, "today"),
        ("/events", {"event": list("abcdef"), "unit": "day"}, 400, "Too many events"),
        ("/events/names", {"project_id": "7"}, 403, "access"),
        ("/events/names", {"project_id": ""}, 400, "project_id"),
        ("/events/everything", {}, 404, "Not found"),
    ],
)
def test_a_wrong_call_is_refused_with_a_reason(
    path: str, parameters: dict[str, object], status: int, text: str
) -> None:
    with running_sandbox(small_world(), limits=Limits(history_days=30, max_events_per_call=5)) as sandbox:
        answer = query(sandbox, path, **parameters)
    assert answer.status_code == status
    assert text in answer.json()["error"]


def test_wrong_or_missing_keys_are_401_and_no_request_is_counted() -> None:
    with running_sandbox(small_world(), limits=Limits(query_per_hour=1)) as sandbox:
        url = sandbox.mixpanel_query_url + "/events/names"
        for keys in (None, ("someone", "else"), (sandbox.keys.service_account, "")):
            answer = requests.get(url, params={"project_id": 4242, "type": "general"}, auth=keys, timeout=10)
            assert answer.status_code == 401
            assert answer.json()["status"] == "error"
        assert query(sandbox, "/events/names").status_code == 200


def test_a_too_long_address_is_414() -> None:
    names = [f"event with a long name {number}" for number in range(400)]
    with running_sandbox(small_world(), limits=Limits.unlimited()) as sandbox:
        answer = query(sandbox, "/events", event=names, unit="day", **WINDOW)
    assert answer.status_code == 414


def test_the_hourly_quota_is_shared_by_all_of_query_and_frees_a_slot_as_the_oldest_call_ages() -> None:
    with running_sandbox(small_world(), limits=Limits(query_per_hour=2)) as sandbox:
        assert query(sandbox, "/events/names").status_code == 200
        sandbox.let_pass(1000)
        assert query(sandbox, "/events/top").status_code == 200
        refused = query(sandbox, "/events/names")
        assert refused.status_code == 429
        assert "3/2 queries running in the last hour" in refused.json()["error"]
        assert 2595 <= int(refused.headers["Retry-After"]) <= 2600
        assert '"project";r=0;t=2600' in refused.headers["RateLimit"]
        assert '"project";q=2;w=3600' in refused.headers["RateLimit-Policy"]
        sandbox.let_pass(2601)
        assert query(sandbox, "/events/names").status_code == 200
        assert query(sandbox, "/events/names").status_code == 429


def test_a_call_too_many_at_the_same_time_is_429() -> None:
    statuses: list[int] = []
    with running_sandbox(small_world(), limits=Limits(query_concurrent=2, seconds_per_answer=0.3)) as sandbox:
        threads = [
            threading.Thread(target=lambda: statuses.append(query(sandbox, "/events/names").status_code))
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(statuses) == [200, 200, 429]


def test_exports_are_limited_apart_from_queries() -> None:
    with running_sandbox(small_world(), limits=Limits(query_per_hour=0, export_per_second=2)) as sandbox:
        assert [export(sandbox, FIRST, FIRST).status_code for _ in range(3)] == [200, 200, 429]
        assert query(sandbox, "/events/names").status_code == 429


def test_schemas_are_limited_per_minute() -> None:
    with running_sandbox(small_world()) as sandbox:
        url = f"{sandbox.mixpanel_app_url}/projects/4242/schemas"
        asked = [requests.get(url, auth=mixpanel_keys(sandbox), timeout=10) for _ in range(6)]
    assert [answer.status_code for answer in asked] == [200] * 5 + [429]
    assert asked[-1].json()["status"] == "error"


def test_hours_add_up_to_days_and_weeks_hold_seven() -> None:
    with running_sandbox(small_world(), limits=Limits.unlimited()) as sandbox:
        day = counts(sandbox, [SIGNUP], FIRST, FIRST)[SIGNUP]
        hours = counts(sandbox, [SIGNUP], FIRST, FIRST, "hour")[SIGNUP]
        autumn = counts(sandbox, [SIGNUP], date(2026, 11, 1), date(2026, 11, 1), "hour")[SIGNUP]
        week = counts(sandbox, [SIGNUP], date(2026, 10, 25), date(2026, 10, 31), "week")[SIGNUP]
        days = counts(sandbox, [SIGNUP], date(2026, 10, 25), date(2026, 10, 31))[SIGNUP]
    assert len(hours) == 24
    assert sum(hours.values()) == day[str(FIRST)]
    assert sum(autumn.values()) == small_world().events[SIGNUP].daily[12]
    assert sum(week.values()) == sum(days.values())


def test_some_answers_leave_out_zeros_and_events_without_data() -> None:
    world = small_world()
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        answer = query(sandbox, "/events", event=["rare", "never heard of"], unit="day", **WINDOW).json()
    assert "never heard of" not in answer["data"]["values"]
    assert answer["legend_size"] == len(answer["data"]["values"]) == 1
    assert sorted(answer["data"]["series"])[0] == str(FIRST)


def test_an_export_is_json_lines_that_only_newline_bytes_divide() -> None:
    world = small_world()
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        body = export(sandbox, FIRST + timedelta(days=1), FIRST + timedelta(days=1), event=json.dumps([SIGNUP]))
    lines = [line for line in body.content.split(b"\n") if line]
    events = [json.loads(line) for line in lines]
    assert any("\u2028" in event["properties"]["note"] for event in events)
    assert len(body.text.splitlines()) > len(lines)
    assert {event["event"] for event in events} == {SIGNUP}


def test_an_export_holds_duplicates_and_ids_that_two_events_share() -> None:
    world = small_world(duplicate_every=10)
    world.events[SIGNUP].daily[:] = 200
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        answer = export(sandbox, FIRST, LAST, event=json.dumps([SIGNUP]))
    lines = [json.loads(line) for line in answer.content.split(b"\n") if line]
    kept = exported(answer)
    assert len(lines) == pytest.approx(len(kept) * 1.1, abs=2)
    assert len({event["properties"]["$insert_id"] for event in kept}) < len(kept)
    assert (
        max(event["properties"]["mp_processing_time_ms"] - event["properties"]["time"] * 1000 for event in kept)
        > 600_000
    )


def test_an_export_is_compressed_when_asked_for_and_longer_than_1400_bytes() -> None:
    with running_sandbox(small_world(), limits=Limits.unlimited()) as sandbox:
        long, short = export(sandbox, FIRST, LAST), export(sandbox, FIRST, FIRST, event='["rare"]')
        plain = requests.get(
            sandbox.mixpanel_export_url,
            params={"project_id": 4242, **WINDOW},
            auth=mixpanel_keys(sandbox),
            headers={"Accept-Encoding": "identity"},
            timeout=10,
        )
        empty = export(sandbox, FIRST, FIRST, event='["nothing"]')
    assert long.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in short.headers
    assert "Content-Encoding" not in plain.headers
    assert plain.content == long.content
    assert (empty.status_code, empty.content) == (200, b"")


def test_an_export_takes_milliseconds_and_a_limit() -> None:
    with running_sandbox(small_world(), limits=Limits.unlimited()) as sandbox:
        events = exported(export(sandbox, FIRST, LAST, limit=7, time_in_ms="true"))
        too_many = export(sandbox, FIRST, LAST, limit=100_001)
        tomorrow = export(sandbox, FIRST, LAST + timedelta(days=2))
    assert len(events) == 7
    assert all(event["properties"]["time"] > 10**12 for event in events)
    assert too_many.status_code == 400
    assert (tomorrow.status_code, tomorrow.text) == (400, "to_date cannot be later than today")


def test_hot_shard_events_are_found_under_another_name() -> None:
    world = small_world()
    hot = np.zeros(world.days, dtype=np.int64)
    hot[3] = 5
    world.events["invite_sent"].hot_shard = hot
    day, total = FIRST + timedelta(days=3), int(world.events["invite_sent"].daily[3])
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        asked = counts(sandbox, ["invite_sent", "$hotshard_events"], day, day)
        lines = export(sandbox, day, day + timedelta(days=1)).content.split(b"\n")
        assert "$hotshard_events" in query(sandbox, "/events/names", **WINDOW).json()
    assert asked == {"invite_sent": {str(day): total - 5}, "$hotshard_events": {str(day): 5}}
    events = [json.loads(line) for line in lines if line]
    renamed = [event for event in events if event["event"] == "$hotshard_events"]
    assert {event["properties"]["mp_original_event_name"] for event in renamed} == {"invite_sent"}
    assert any(event["event"] == "$hotshard_record" for event in events)


def test_properties_are_counted_as_the_export_shows_them() -> None:
    world = small_world()
    day = FIRST + timedelta(days=2)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        by_value = query(
            sandbox, "/events/properties", event=SIGNUP, name="plan", unit="day", from_date=str(day), to_date=str(day)
        ).json()["data"]["values"]
        segmented = query(
            sandbox, "/segmentation", event=SIGNUP, on='properties["plan"]', from_date=str(day), to_date=str(day)
        ).json()["data"]["values"]
        top = query(sandbox, "/events/properties/top", event=SIGNUP).json()
        values = query(sandbox, "/events/properties/values", event=SIGNUP, name="plan").json()
    total = int(world.events[SIGNUP].daily[2])
    assert by_value == segmented
    assert by_value["free"][str(day)] == (total + 1) // 2
    assert by_value["pro"][str(day)] == total // 2
    assert top["plan"]["count"] > 1000
    assert {} in top.values()
    assert sorted(values) == ["free", "pro"]


def test_the_project_s_zone_is_told_by_me() -> None:
    with running_sandbox(small_world("Asia/Kolkata")) as sandbox:
        body = requests.get(sandbox.mixpanel_app_url + "/me", auth=mixpanel_keys(sandbox), timeout=10).json()
    assert body["results"]["projects"]["4242"]["timezone"] == "Asia/Kolkata"


def test_an_unknown_schema_is_404() -> None:
    with running_sandbox(small_world()) as sandbox:
        url = f"{sandbox.mixpanel_app_url}/projects/4242/schemas/event/unheard%20of"
        answer = requests.get(url, auth=mixpanel_keys(sandbox), timeout=10)
    assert (answer.status_code, answer.json()["status"]) == (404, "error")
