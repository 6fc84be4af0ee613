"""Messages and Lexicon entries that a list leaves out, or says little of, stay as they were until their own 404."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from campaign_health.pipeline.order import order_from_names
from campaign_health.sandbox.world.world import DefinitionChange, Message, World
from tests.collecting_cast import LAST_DAY, SIGNED_UP, Install, Installation, cast_world

CAMPAIGNS = order_from_names(["customerio_campaigns"], None, None)
LEXICON = order_from_names(["mixpanel_lexicon"], None, None)
MESSAGES = "SELECT * FROM campaign_message ORDER BY campaign_id, message_id"
FIELDS = "SELECT DISTINCT unnest(CAST(changes AS JSON[])) ->> 'field' FROM campaign_version ORDER BY ALL"
TOLD = "SELECT error FROM collection ORDER BY started_at DESC LIMIT 1"


def edited() -> World:
    """Campaign 1 has fourteen messages and is edited on the evening of the last day."""
    world = cast_world(days=40)
    messages = tuple(Message(11 + place, f"Step {place}", body=f"{{{{event.field_{place}}}}}") for place in range(14))
    edit = DefinitionChange(datetime.combine(LAST_DAY + timedelta(days=1), time(18), world.zone), {"tags": ("new",)})
    world.campaigns[1] = replace(world.campaigns[1], messages=messages, changes=(edit,))
    return world


@pytest.fixture
def installation(install: Install) -> Installation:
    """Read whole on one morning; on the next one campaign 1 was edited, so that its messages are read again."""
    made = install(edited())
    made.sandbox.set_today(LAST_DAY + timedelta(days=1))
    assert made.collect(CAMPAIGNS).exit_code() == 0
    made.next_day()
    made.sandbox.forget_requests()
    return made


@pytest.mark.slow("faults")
def test_messages_that_a_list_leaves_out_stay_and_are_asked_for_again(installation: Installation) -> None:
    before = installation.rows(MESSAGES)
    installation.sandbox.fail("half_list", "customerio.actions", at="every", times=None)
    report = installation.collect(CAMPAIGNS)
    assert installation.sandbox.count("customerio.actions") > 0
    assert installation.rows(MESSAGES) == before
    assert installation.rows(FIELDS) == [("tags",)]
    assert installation.outcomes(report) == {"customerio_campaigns": "partial"}
    assert "leaves out the message 12, which is there" in installation.value(TOLD)
    installation.sandbox.mend()
    installation.sandbox.forget_requests()
    assert installation.collect(CAMPAIGNS).exit_code() == 0
    assert installation.sandbox.count("customerio.actions") > 0, "it was not read whole, so it is read again"
    assert installation.rows(MESSAGES) == before


@pytest.mark.slow("faults")
def test_a_message_that_is_deleted_goes_and_costs_one_request(installation: Installation) -> None:
    world = installation.sandbox.world
    campaign = world.campaigns[1]
    world.campaigns[1] = replace(campaign, messages=campaign.messages[:-1])
    assert installation.collect(CAMPAIGNS).exit_code() == 0
    assert installation.value("SELECT count(*) FROM campaign_message WHERE campaign_id = 1") == 13
    assert installation.sandbox.count("customerio.action") == 1
    assert ("messages.24",) in installation.rows(FIELDS)


@pytest.mark.slow("faults")
def test_a_message_that_does_not_answer_leaves_all_as_they_were(installation: Installation) -> None:
    before = installation.rows(MESSAGES)
    installation.sandbox.fail("half_list", "customerio.actions", at="every", times=None)
    installation.sandbox.fail("server_error", "customerio.action", at="every", times=None)
    assert installation.collect(CAMPAIGNS).exit_code() == 1
    assert installation.rows(MESSAGES) == before
    assert installation.rows(FIELDS) == [("tags",)]


@pytest.mark.slow("faults")
def test_what_an_entry_does_not_say_of_itself_stays(installation: Installation) -> None:
    before = [row[:-1] for row in installation.rows(MESSAGES)]
    installation.sandbox.fail("thin_entries", "customerio.actions", at="every", times=None)
    installation.collect(CAMPAIGNS)
    assert [row[:-1] for row in installation.rows(MESSAGES)] == before
    assert installation.rows(FIELDS) == [("tags",)]


def lexicon(*names: str) -> list[dict[str, Any]]:
    return [{"entityType": "event", "name": name, "schemaJson": {"properties": {}}} for name in names]


@pytest.mark.slow("faults")
@pytest.mark.parametrize("kind", ["half_list", "thin_entries"])
def test_what_the_lexicon_leaves_out_stays_declared_until_its_own_404(install: Install, kind: str) -> None:
    installation = install(cast_world(schemas=lexicon("a", "b/c d", SIGNED_UP, "é")))
    assert installation.collect(LEXICON).exit_code() == 0
    declared = "SELECT event FROM event_definition ORDER BY event"
    before = installation.rows(declared)
    installation.sandbox.fail(kind, "mixpanel.app.schemas", at="every", times=None)
    assert installation.collect(LEXICON).exit_code() == 1
    assert installation.rows(declared) == before
    installation.sandbox.mend()
    installation.sandbox.world.schemas[:] = lexicon("a", SIGNED_UP, "é")
    assert installation.collect(LEXICON).exit_code() == 0
    assert installation.rows(declared) == [row for row in before if row != ("b/c d",)]


def test_one_entry_of_the_lexicon_that_cannot_be_read_loses_no_other(install: Install) -> None:
    installation = install(cast_world(schemas=[*lexicon("a", "b"), {"entityType": "event", "name": "c"}]))
    assert installation.collect(LEXICON).exit_code() == 1
    assert installation.rows("SELECT event FROM event_definition ORDER BY event") == [("a",), ("b",)]
    assert "results[2].schemaJson" in installation.value(TOLD)
