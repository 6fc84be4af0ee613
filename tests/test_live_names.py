"""Ids, trigger kinds and zones as live services write them, beside the described forms."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from campaign_health.errors import SettingsError
from campaign_health.pipeline.zone import choose_zone
from campaign_health.words.triggers import trigger_words, why_no_event
from collectors.customerio import fetch_messages
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


@pytest.mark.parametrize("wrong", ["", "2.5", "-3", "٣", "1" * 30, True, None])
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
    ],
)
def test_a_zone_by_another_name_is_the_same(one: str, other: str) -> None:
    assert same_days(one, other)
    found = choose_zone("default", ZoneInfo(one), other, None, other, "4242")
    assert (found.is_new, found.warnings) == (False, ())


def test_zones_with_other_clocks_differ() -> None:
    assert not same_days("America/Phoenix", "America/Denver")
    assert not same_days("Mars/Olympus", "UTC")


def test_a_zone_by_no_known_name_is_told_as_named() -> None:
    rails = "Pacific Time (US & Canada)"
    assert parse_time_zone({"results": {"projects": {"4242": {"timezone": rails}}}}, 4242) == rails
    found = choose_zone("default", ZoneInfo("America/Los_Angeles"), rails, None, "America/Los_Angeles", "4242")
    assert not found.is_new
    assert rails in found.warnings[0]
    assert "not compared" in found.warnings[0]
    with pytest.raises(SettingsError, match="Pacific Time"):
        choose_zone("default", None, rails, None, None, "4242")
