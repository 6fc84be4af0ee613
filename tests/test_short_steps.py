"""The next step of each cause in a few words: one for every cause, with names where they fit, never beyond a card."""

from __future__ import annotations

import pytest

from campaign_health.words.service_links import ServicePages
from campaign_health.words.short_steps import ROOM, short_step
from campaign_health.words.status_words import CAUSE_WORDS

LONG = "a_name_that_somebody_made_longer_than_anybody_would_ever_read_in_a_line_of_a_card"
NAMES = ("event", "property", "new_property", "name_today", "segment", "part", "merged_into")


def text(cause: str, **facts: object) -> str:
    found = short_step(cause, facts, owner="@growth")
    assert found is not None
    return found.text


@pytest.mark.parametrize("cause", CAUSE_WORDS)
@pytest.mark.parametrize("name", ["plan", LONG])
def test_every_cause_has_a_step_that_a_card_has_room_for(cause: str, name: str) -> None:
    everything = dict.fromkeys(NAMES, name) | {
        "variables": [name], "nearest": [{"event": name}], "drafted_since": 3, "type_before": "string",
    }  # fmt: skip
    for facts in ({}, everything, *({key: value} for key, value in everything.items())):
        for owner in (None, "@growth-team", LONG):
            found = short_step(cause, facts, owner=owner)
            assert found is not None
            assert 10 < len(found.text) <= ROOM
            assert found.text.endswith((".", "?"))
            assert "None" not in found.text
            assert LONG not in found.text
            assert found.service in ("customerio", "events")


def test_a_cause_of_another_version_has_none() -> None:
    assert short_step("not_thought_of_yet", {}) is None


def test_a_step_names_what_is_to_be_changed() -> None:
    assert text("event_renamed", name_today="project_created") == "Change the trigger's event to `project_created`."
    assert text("event_renamed", merged_into="sign_up") == (
        "Ask @growth whether it is now `sign_up`; then change the trigger."
    )
    assert text("event_removed", event="signed_up") == "Ask @growth why `signed_up` is no longer sent."
    assert text("event_removed", event="signed_up", dropped_in_lexicon=True).startswith("Have the event unblocked")
    assert text("property_missing", property="plan", new_property="tier") == (
        "Use `tier` in place of `plan`, or have both sent."
    )
    assert text("message_draft_or_off", drafted_since=727) == (
        "Set the message to “Send automatically”. Then send or delete its drafts."
    )
    assert text("message_draft_or_off") == "Set the message to “Send automatically”."
    assert text("part_of_traffic_broke", part="Android") == "Ask @growth what was released on Android that day."


def test_a_step_begins_where_its_address_leads() -> None:
    pages = ServicePages(customerio_workspace=3, mixpanel_project="7", mixpanel_view=9)
    renamed, part = short_step("event_renamed", {}), short_step("part_of_traffic_broke", {})
    assert renamed is not None
    assert part is not None
    assert (renamed.service, renamed.opens) == ("customerio", "trigger")
    assert (part.service, part.opens) == ("events", "event")
    assert pages.campaign(13) is not None
    assert pages.event("signed_up") is not None
