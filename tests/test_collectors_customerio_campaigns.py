"""Campaigns are read with their trigger and definition, and a strange one is refused by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.customerio import CampaignList, fetch_campaigns
from collectors.customerio.trigger import trigger_kind
from collectors.errors import UnexpectedShape
from tests.collectors_cast import Reply, customerio_at, scripted
from tests.customerio_cast import campaign, listed


def test_a_campaign_is_read_with_its_trimmed_trigger_event() -> None:
    (record,) = listed(campaign()).campaigns
    assert (record.campaign_id, record.name, record.state, record.active) == (17, "Trial welcome", "running", True)
    assert (record.trigger_kind, record.event, record.tags) == ("event", "trial_started", ["lifecycle"])
    assert record.created == datetime(2026, 1, 1, tzinfo=UTC)
    assert record.first_started == datetime(2026, 1, 2, tzinfo=UTC)
    assert record.messages is None
    assert record.definition == {
        "name": "Trial welcome",
        "state": "running",
        "event_name": "trial_started",
        "tags": ["lifecycle"],
        "filter_segment_ids": [21, 22],
    }


def test_unknown_states_are_kept_and_drafts_have_no_start() -> None:
    found = listed(campaign(state="archived", active=None), campaign(id=2, state="draft", first_started=0)).campaigns
    assert next((one.state, one.active, one.first_started) for one in found)[:2] == ("archived", None)
    assert found[1].first_started is None


def test_an_update_without_its_own_field_is_read_from_the_change_marker() -> None:
    (record,) = listed(campaign(updated=None)).campaigns
    assert record.updated == datetime.fromtimestamp(1790000000, UTC)


def test_a_filter_as_text_and_as_an_object_are_the_same_definition() -> None:
    rule = {"and": [{"object_attribute": {"type_id": 1, "field": "plan", "operator": "eq", "value": "pro"}}]}
    text = '{"and":[{"object_attribute":{"type_id":1,"field":"plan","operator":"eq","value":"pro"}}]}'
    first, second = listed(
        campaign(filter_object_attributes=rule), campaign(id=2, filter_object_attributes=text)
    ).campaigns
    assert first.definition == second.definition


def test_what_does_not_tell_a_change_is_not_in_the_definition() -> None:
    first, second = listed(
        campaign(), campaign(id=2, updated=1, deduplicate_id="x", active=False, actions=[])
    ).campaigns
    assert first.definition == second.definition


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"event_name": "e", "type": "segment"}, "event"),
        ({"trigger_segment_ids": [3], "event_name": ""}, "segment"),
        ({"trigger_segment_ids": [3], "event_name": "e", "type": "segment"}, "segment"),
        ({"trigger_segment_ids": [3], "event_name": "e"}, "event"),
        ({"date_attribute": "birthday"}, "date"),
        ({"webhook_id": 4}, "webhook"),
        ({"object_type_id": 1, "relationship_attribute_triggers": "{}"}, "relationship"),
        ({"object_type_id": 1, "object_attribute_triggers": {}}, "object"),
        ({"type": "form"}, "form"),
        ({"event_name": "", "type": "event"}, "event"),
        ({"type": "moonphase"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_the_kind_of_trigger_is_told_by_the_fields_and_type_only_breaks_ties(fields: dict[str, Any], kind: str) -> None:
    assert trigger_kind(fields) == kind
    (record,) = listed(campaign(type=None, event_name=None, filter_segment_ids=[]) | fields).campaigns
    assert record.trigger_kind == kind
    assert record.event == ("e" if kind == "event" and fields["event_name"] else None), "an event's trigger only"


@pytest.mark.parametrize("broken", [{"state": None}, {"name": 3}, {"tags": "x"}, {"created": "yesterday"}])
def test_one_campaign_of_a_strange_shape_is_refused_by_itself(broken: dict[str, Any]) -> None:
    found = listed(campaign(id=1), campaign(id=2, **broken), campaign(id=3))
    assert [one.campaign_id for one in found.campaigns] == [1, 3]
    assert [one.campaign_id for one in found.refused] == [2]
    assert next(iter(broken)) in found.refused[0].reason


@pytest.mark.parametrize("body", [{}, {"campaigns": None}, [], {"campaigns": [{"name": "no id"}]}, {"campaigns": [7]}])
def test_a_strange_list_of_campaigns_is_an_error_and_not_an_empty_workspace(body: Any) -> None:
    with scripted(Reply(body=body)) as server, pytest.raises(UnexpectedShape):
        fetch_campaigns(customerio_at(server.url))


def test_an_empty_workspace_is_empty() -> None:
    assert listed() == CampaignList(())


def test_a_list_that_comes_in_pages_is_followed() -> None:
    pages = [
        Reply(body={"campaigns": [campaign(id=1)], "next": "MTA="}),
        Reply(body={"campaigns": [campaign(id=2)], "next": ""}),
    ]
    with scripted(*pages) as server:
        found = fetch_campaigns(customerio_at(server.url))
        assert [asked.query for asked in server.asked] == [{}, {"start": "MTA="}]
    assert [one.campaign_id for one in found.campaigns] == [1, 2]
