"""Profiles from the raw export tell each event's properties and their types, and never a value."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from collectors.errors import ExportCutOff
from collectors.mixpanel import fetch_property_profiles
from collectors.property_sample import json_type
from tests.collectors_cast import Reply, mixpanel_at, sandbox_mixpanel, scripted
from tests.export_cast import DAY, NOON, NOW, exported, line
from tests.sandbox_cast import FIRST, small_world


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
