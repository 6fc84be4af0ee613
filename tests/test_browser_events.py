"""What goes to Customer.io of an event that a browser sent: its attributes, and nothing about the person."""

from __future__ import annotations

import json

import pytest

from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.route.lanes.prepared import UnfitEvent
from campaign_health.route.lanes.turns import Waiting
from campaign_health.route.manifest_contract import ManifestContract
from campaign_health.route.moved_event import BROWSER, TRUSTED_BROWSER, queued
from campaign_health.route.person import PersonBy
from campaign_health.route.recovery.qualifying import PersonEvent

MANIFEST = """\
version: 1
events:
  limit_hit:
    properties:
      plan: {type: string}
      contact: {type: string}
    route:
      attributes: {plan_name: plan}
      person: {email: contact}
    profile: {plan: current_plan}
campaigns:
  - {id: 1, event: limit_hit}
"""
BODY = json.dumps({"plan": "pro", "contact": "somebody@else.example", "$user_id": "u-1"})


def contract(by: PersonBy) -> ManifestContract:
    return ManifestContract(parse_manifest(MANIFEST).manifest, by)


def waiting(source: str) -> Waiting:
    return Waiting(1, "fresh", "default", "limit_hit", b"k" * 16, "u-1", 1e9, 1e9, 2e9, BODY, source)


@pytest.mark.parametrize(("source", "identifies"), [("mixpanel", True), (TRUSTED_BROWSER, True), (BROWSER, False)])
def test_a_browser_changes_nobodys_profile(source: str, identifies: bool) -> None:
    found = contract("id").operation(waiting(source))
    assert found.event["attributes"] == {"plan_name": "pro"}
    assert (found.identify is not None) is identifies


@pytest.mark.parametrize(("source", "fits"), [("mixpanel", True), (TRUSTED_BROWSER, True), (BROWSER, False)])
def test_a_browser_has_no_address_written_to_under_whatever_name_it_sends_it(source: str, fits: bool) -> None:
    if fits:
        identifiers = contract("email").operation(waiting(source)).event["identifiers"]
        assert identifiers == {"email": "somebody@else.example"}
    else:
        with pytest.raises(UnfitEvent, match="no_person"):
            contract("email").operation(waiting(source))


@pytest.mark.parametrize(("source", "person"), [("mixpanel", "somebody@else.example"), (BROWSER, "")])
def test_a_browsers_event_is_counted_for_nobody_where_people_are_known_by_their_address(
    source: str, person: str
) -> None:
    routed = contract("email").routed("limit_hit")
    assert routed is not None
    event = PersonEvent(1e9, json.loads(BODY), "limit_hit")
    assert queued(event, routed, "default", source, 1e9, lambda workspace, person: b"h").person == person
