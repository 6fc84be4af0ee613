"""Workspaces that are empty, in part forbidden, or say less than usual, and what a run tells on the way."""

from __future__ import annotations

import pytest

from campaign_health.pipeline import Order, order_from_names
from campaign_health.pipeline.order import light_order
from tests.collecting_cast import (
    LAST_DAY,
    Install,
    Installation,
    cast_world,
)
from tests.openapi import request_violations, require_descriptions

COUNTS = order_from_names(["mixpanel_events"], None, None)
COUNTS_AND_SENDS = order_from_names(["customerio_campaigns", "mixpanel_events", "customerio_metrics"], None, None)
WITHOUT_PROPERTIES = order_from_names(["customerio", "mixpanel_events"], None, None)


def test_an_empty_workspace_is_a_complete_run(install: Install) -> None:
    world = cast_world()
    world.events.clear()
    world.campaigns.clear()
    installation = install(world, CAMPAIGN_HEALTH_BACKFILL_DAYS="8")
    assert installation.collect().exit_code() == 0
    assert installation.value("SELECT count(*) FROM event_vs_campaign") == 0
    assert installation.value("SELECT count(*) FROM source_day WHERE state = 'observed'") > 0


@pytest.mark.slow("faults")
def test_every_request_of_runs_of_both_kinds_is_as_the_official_descriptions_say(install: Install) -> None:
    require_descriptions()
    for source in ("query", "export"):
        installation = install(MIXPANEL_COUNT_SOURCE=source, CAMPAIGN_HEALTH_BACKFILL_DAYS="3")
        installation.collect()
        installation.collect(light_order())
        assert len(installation.sandbox.requests) > 10
        assert request_violations(installation.sandbox.requests) == []


def test_a_lexicon_that_may_not_be_read_is_no_failure_but_is_told(installation: Installation) -> None:
    installation.sandbox.fail("forbidden", endpoint="mixpanel.app.schemas", at="every", times=None)
    report = installation.collect(order_from_names(["mixpanel_lexicon"], None, None))
    assert report.exit_code() == 0
    assert "optional" in installation.value("SELECT error FROM collection")


def test_sends_alone_can_be_asked_for_before_the_campaigns_were_ever_listed(installation: Installation) -> None:
    report = installation.collect(Order(since=LAST_DAY, sources=frozenset({"customerio_metrics"})))
    assert report.exit_code() == 0
    assert installation.value("SELECT count(*) FROM campaign_day WHERE state = 'observed'") == 3


def test_a_campaign_that_runs_without_saying_since_when_is_asked_for_all_the_same(install: Install) -> None:
    world = cast_world()
    world.campaigns[1].first_started = None
    installation = install(world)
    installation.collect(order_from_names(["customerio_campaigns", "customerio_metrics"], LAST_DAY, None))
    assert installation.rows("SELECT sent, state FROM campaign_day WHERE campaign_id = 1") == [(40, "observed")]


def test_a_draft_is_kept_as_a_definition_and_its_days_are_not_expected(install: Install) -> None:
    world = cast_world()
    world.campaigns[3].first_started = None
    world.campaigns[3].state = "draft"
    installation = install(world)
    report = installation.collect(order_from_names(["customerio"], LAST_DAY, None))
    assert report.exit_code() == 0
    asked = {request.path for request in installation.sandbox.requests if request.endpoint == "customerio.metrics"}
    assert len(asked) == 2
    state = "SELECT events, sent, campaign_state FROM event_vs_campaign WHERE campaign_id = 3"
    assert installation.rows(state) == [(None, None, "not_expected")]


@pytest.mark.slow("faults")
def test_progress_says_what_is_left(installation: Installation) -> None:
    installation.collect(order_from_names(["mixpanel_events", "customerio"], LAST_DAY, None))
    assert (3, 3, "events") in installation.shown.advanced
    assert (3, 3, "campaigns' sends") in installation.shown.advanced
    assert [record.source for record in installation.shown.records] == [
        source for _, source in installation.shown.begun
    ]
