"""Ids, trigger kinds and zones as live services write them, beside the described forms."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from campaign_health.errors import SettingsError
from campaign_health.pipeline.zone import choose_zone
from campaign_health.words.triggers import trigger_words, why_no_event
from collectors.customerio import fetch_campaign, fetch_messages, fetch_people_count, fetch_segments
from collectors.customerio.trigger import trigger_kind
from collectors.errors import UnexpectedShape
from collectors.mixpanel.project import parse_time_zone
from storage.file.zones import same_days
from tests.collectors_cast import Reply, customerio_at, scripted
from tests.customerio_cast import campaign, listed


def messages(*actions: dict[str, object]) -> list[tuple[int, str]]:
    with scripted(Reply(body={"actions": list(actions), "next": ""})) as server:
        return [(one.message_id, one.type) for one in fetch_messages(customerio_at(server.url), 17)]


def test_ids_may_be_json_text() -> None:
    assert messages({"id": "25", "type": "email"}, {"id": 26, "type": "push"}) == [(25, "email"), (26, "push")]
    assert [one.campaign_id for one in listed(campaign(id="17")).campaigns] == [17]


@pytest.mark.parametrize("live", [25, 25.0, "25", "25.0", "025"])
def test_an_id_is_the_same_however_it_is_written(live: object) -> None:
    assert messages({"id": live, "type": "email"}) == [(25, "email")]
    assert [one.campaign_id for one in listed(campaign(id=live)).campaigns] == [25]
    as_text = f'["21", {json.dumps(live)}]'
    [one] = listed(campaign(filter_segment_ids=[live, "21"], trigger_segment_ids=as_text)).campaigns
    assert one.definition["filter_segment_ids"] == [21, 25]
    assert one.definition["trigger_segment_ids"] == [21, 25]
    with scripted(Reply(body={"segments": [{"id": live, "name": "Trialists"}], "next": ""})) as server:
        assert [one.segment_id for one in fetch_segments(customerio_at(server.url))] == [25]
    with scripted(Reply(body={"segment_id": live, "count": 412.0})) as server:
        assert fetch_people_count(customerio_at(server.url), 25) == 412
    with scripted(Reply(body={"campaign": campaign(id=live)})) as server:
        assert fetch_campaign(customerio_at(server.url), 25).campaign_id == 25
    projects = {"results": {"projects": [{"id": live, "timezone": "Asia/Tokyo"}, {"id": 7, "timezone": "UTC"}]}}
    assert parse_time_zone(projects, 25) == "Asia/Tokyo"


@pytest.mark.parametrize("live", [1763600461, 1763600461.0, "1763600461"])
def test_an_instant_may_be_text(live: object) -> None:
    [one] = listed(campaign(created=live)).campaigns
    assert one.created == datetime(2025, 11, 20, 1, 1, 1, tzinfo=UTC)


def test_one_entry_without_an_id_does_not_lose_the_others() -> None:
    found = listed(campaign(id=None), campaign(id=17), "no entry")  # type: ignore[arg-type]
    assert [one.campaign_id for one in found.campaigns] == [17]
    assert [said.split(": ")[-1] for said in found.unreadable] == [
        "campaigns[0].id is missing or null, not a count.", "campaigns[2] is text, not an object.",
    ]  # fmt: skip
    told: list[str] = []
    actions = [{"id": 1, "type": "email"}, {"type": "email", "body": "{{event.x}}"}, {"id": 3}]
    with scripted(Reply(body={"actions": actions, "next": ""})) as server:
        read = fetch_messages(customerio_at(server.url), 17, tell=told.append)
    assert [(one.message_id, one.type, one.name) for one in read] == [(1, "email", None), (3, "unknown", None)]
    assert len(told) == 1
    assert "actions[1].id is missing or null" in told[0]


@pytest.mark.parametrize("wrong", ["", "2.5", "-3", "٣", "1" * 30, 2.5, -3, True, None])
def test_what_is_no_whole_number_is_no_id(wrong: object) -> None:
    with pytest.raises(UnexpectedShape, match="id"):
        messages({"id": wrong, "type": "email"})


def test_segment_ids_mean_the_same_in_text_and_in_digits() -> None:
    [one] = listed(campaign(filter_segment_ids=["22", 21])).campaigns
    assert one.definition["filter_segment_ids"] == [21, 22]


def test_one_action_without_a_type_does_not_lose_the_others() -> None:
    assert messages({"id": 1}, {"id": 2, "type": "email"}) == [(1, "unknown"), (2, "email")]


@pytest.mark.parametrize(
    ("live", "kind"), [("seg_attr", "segment"), ("triggered_broadcast", "broadcast"), ("none", "unknown")]
)
def test_live_types_are_kinds(live: str, kind: str) -> None:
    assert trigger_kind({"type": live}) == kind


def test_a_kind_is_said_in_words() -> None:
    assert trigger_words("object") == "triggered by an object"
    assert trigger_words("unknown") == "its trigger is not known"
    assert why_no_event("event") == "Customer.io does not name its trigger event"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("US/Pacific", "America/Los_Angeles"),
        ("Etc/UTC", "UTC"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("GMT", "Etc/UTC"),
        ("Zulu", "UCT"),
        ("Etc/GMT+5", "America/Bogota"),
        ("EST", "Etc/GMT+5"),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("US/Eastern", "America/New_York"),
        ("GB", "Europe/London"),
        ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
        ("America/Godthab", "America/Nuuk"),
    ],
)
def test_a_zone_by_another_name_is_the_same(one: str, other: str) -> None:
    assert same_days(one, other)
    found = choose_zone("default", ZoneInfo(one), other, None, other, "4242")
    assert (found.is_new, found.warnings) == (False, ())


def test_zones_with_other_clocks_differ() -> None:
    assert not same_days("America/Phoenix", "America/Denver")
    assert not same_days("GMT", "Europe/London")
    assert not same_days("Etc/GMT+5", "Etc/GMT-5")
    assert not same_days("Mars/Olympus", "UTC")


@pytest.mark.parametrize("rails", ["Pacific Time (US & Canada)", "Eastern Time (US & Canada)", "(GMT-05:00) Quito"])
def test_a_zone_by_no_known_name_is_told_as_named(rails: str) -> None:
    assert parse_time_zone({"results": {"projects": {"4242": {"timezone": rails}}}}, 4242) == rails
    found = choose_zone("default", ZoneInfo("America/Los_Angeles"), rails, None, "America/Los_Angeles", "4242")
    assert not found.is_new
    assert rails in found.warnings[0]
    assert "not compared" in found.warnings[0]
    with pytest.raises(SettingsError, match=re.escape(rails)):
        choose_zone("default", None, rails, None, None, "4242")
