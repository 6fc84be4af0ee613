"""A campaign that a list leaves out is asked for by its id: only its own 404 says that it is deleted."""

from __future__ import annotations

import pytest

from campaign_health.pipeline.order import order_from_names
from tests.collecting_cast import Install, Installation, cast_world

CUSTOMERIO = order_from_names(["customerio_campaigns", "customerio_metrics"], None, None)
LIST, ONE = "customerio.campaigns", "customerio.campaign"
GONE = "SELECT campaign_id FROM campaign WHERE gone_at IS NOT NULL"
NEWEST = "SELECT count(*) FROM campaign_day WHERE day = (SELECT max(day) FROM campaign_day WHERE state = 'observed')"


@pytest.fixture
def installation(install: Install) -> Installation:
    made = install(cast_world())
    made.collect(CUSTOMERIO)
    made.next_day()
    return made


@pytest.mark.slow("faults")
def test_what_half_a_list_leaves_out_is_there_all_the_same_and_collected(installation: Installation) -> None:
    installation.sandbox.fail("half_list", LIST, at="every", times=None)
    report = installation.collect(CUSTOMERIO)
    assert installation.rows(GONE) == []
    assert installation.value(NEWEST) == len(installation.sandbox.world.campaigns)
    assert installation.outcomes(report)["customerio_campaigns"] == "partial"


@pytest.mark.slow("faults")
def test_what_is_left_out_and_does_not_answer_is_not_taken_for_deleted(installation: Installation) -> None:
    installation.sandbox.fail("half_list", LIST, at="every", times=None)
    installation.sandbox.fail("server_error", ONE, at="every", times=None)
    installation.collect(CUSTOMERIO)
    assert installation.rows(GONE) == []


@pytest.mark.slow("faults")
def test_a_campaign_that_is_deleted_is_gone_and_costs_one_request(installation: Installation) -> None:
    deleted = max(installation.sandbox.world.campaigns)
    del installation.sandbox.world.campaigns[deleted]
    installation.sandbox.forget_requests()
    report = installation.collect(CUSTOMERIO)
    assert installation.rows(GONE) == [(deleted,)]
    assert installation.sandbox.count(ONE) == 1
    assert installation.outcomes(report)["customerio_campaigns"] == "complete"
    installation.next_day()
    installation.sandbox.forget_requests()
    installation.collect(CUSTOMERIO)
    assert installation.sandbox.count(ONE) == 0
