"""Segments are counted once a day, over real HTTP, and what is not answered is unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from campaign_health.pipeline.order import light_order, order_from_names
from campaign_health.sandbox.world.world import World
from tests.collecting_cast import DAYS, LAST_DAY, Install, Installation, cast_world

SEGMENTS = order_from_names(["customerio_campaigns", "customerio_segments"], None, None)
TODAY = LAST_DAY + timedelta(days=1)
COUNTS = "SELECT segment_id, people, state FROM segment_day WHERE day = ? ORDER BY segment_id"


def segmented() -> World:
    """Campaign 1 is triggered by the segment 7, campaign 2 filters by 8 and 9, and 3, a draft, by 10."""
    world = cast_world()
    named = {1: {"trigger_segment_ids": (7,), "event_name": None}, 2: {"filter_segment_ids": (8, 9)}}
    named[3] = {"filter_segment_ids": (10,), "state": "draft", "first_started": None}
    for number, fields in named.items():
        world.campaigns[number] = replace(world.campaigns[number], **fields)
    world.segments = [
        {"id": "7", "name": "Trialists", "state": "finished", "type": "dynamic"},
        {"id": 8, "name": "Paying", "state": "finished", "type": "dynamic"},
        {"id": 9, "name": "Staff", "state": "finished", "type": "manual"},
        {"id": 10, "name": "Nobody asks", "state": "finished", "type": "manual"},
    ]
    people = np.arange(DAYS + 1) + 400
    world.segment_people = {7: people, 8: people * 10, 9: people * 0}
    return world


@pytest.fixture
def installation(install: Install) -> Installation:
    return install(segmented())


def test_each_segment_that_a_running_campaign_names_is_counted_by_one_request(installation: Installation) -> None:
    report = installation.collect(SEGMENTS)
    assert report.exit_code() == 0
    assert installation.rows(COUNTS, TODAY) == [("7", 420, "observed"), ("8", 4200, "observed"), ("9", 0, "observed")]
    assert installation.sandbox.count("customerio.customer_count") == 3
    assert installation.rows("SELECT segment_id, name, type FROM segment ORDER BY ALL")[0] == (
        "7",
        "Trialists",
        "dynamic",
    )
    roles = "SELECT campaign_id, segment_id, role FROM campaign_segment ORDER BY ALL"
    assert installation.rows(roles) == [
        (1, "7", "trigger"), (2, "8", "filter"), (2, "9", "filter"), (3, "10", "filter"),
    ]  # fmt: skip


@pytest.mark.slow("faults")
def test_a_day_is_counted_once(installation: Installation) -> None:
    installation.collect(SEGMENTS)
    installation.sandbox.forget_requests()
    assert installation.outcomes(installation.collect(SEGMENTS))["customerio_segments"] == "complete"
    assert installation.sandbox.count("customerio.customer_count") == 0
    assert "customerio_segments" not in installation.outcomes(installation.collect(light_order()))


def test_a_workspace_without_segments_costs_no_request(install: Install) -> None:
    installation = install()
    assert installation.outcomes(installation.collect(SEGMENTS))["customerio_segments"] == "complete"
    assert installation.sandbox.count("customerio.segments") == 0


@pytest.mark.slow("faults")
@pytest.mark.parametrize("kind", ["forbidden", "server_error", "strange_shape", "html", "empty", "drop"])
def test_a_segment_that_does_not_answer_is_unknown_and_asked_again(installation: Installation, kind: str) -> None:
    installation.sandbox.fail(kind, "customerio.customer_count", at=2, times=None)
    report = installation.collect(SEGMENTS)
    assert installation.outcomes(report)["customerio_segments"] == "partial"
    states = [(people, state) for _, people, state in installation.rows(COUNTS, TODAY)]
    assert states.count((None, "not_collected")) == 1
    assert [people for people, state in states if state == "observed"]
    installation.sandbox.mend()
    installation.collect(SEGMENTS)
    assert installation.rows(COUNTS, TODAY) == [("7", 420, "observed"), ("8", 4200, "observed"), ("9", 0, "observed")]


@pytest.mark.slow("faults")
def test_a_count_once_taken_is_not_lost_by_a_later_failure(installation: Installation) -> None:
    installation.collect(SEGMENTS)
    installation.sandbox.fail("server_error", "customerio.customer_count", at="every", times=None)
    installation.next_day()
    report = installation.collect(SEGMENTS)
    assert installation.outcomes(report)["customerio_segments"] == "failed"
    assert [people for _, people, _ in installation.rows(COUNTS, TODAY)] == [420, 4200, 0]
    assert [people for _, people, _ in installation.rows(COUNTS, TODAY + timedelta(days=1))] == [None] * 3


def test_a_quota_used_up_ends_the_counting_and_leaves_the_rest_unknown(installation: Installation) -> None:
    installation.sandbox.fail(
        "too_many_requests", "customerio.customer_count", at="every", times=None, retry_after=None
    )
    report = installation.collect(SEGMENTS)
    assert installation.outcomes(report)["customerio_segments"] == "failed"
    assert {people for _, people, _ in installation.rows(COUNTS, TODAY)} == {None}


def test_only_its_own_404_means_that_a_segment_is_gone(installation: Installation) -> None:
    del installation.sandbox.world.segment_people[9]
    installation.sandbox.world.segments.pop(2)
    assert installation.collect(SEGMENTS).exit_code() == 0
    gone = "SELECT segment_id FROM segment WHERE gone_at IS NOT NULL"
    assert installation.rows(gone) == [("9",)]
    assert [segment_id for segment_id, _, _ in installation.rows(COUNTS, TODAY)] == ["7", "8"]


def test_404_for_every_segment_is_not_believed(installation: Installation) -> None:
    installation.sandbox.fail("not_found", "customerio.customer_count", at="every", times=None)
    assert installation.outcomes(installation.collect(SEGMENTS))["customerio_segments"] == "failed"
    assert installation.rows("SELECT segment_id FROM segment WHERE gone_at IS NOT NULL") == []


@pytest.mark.slow("faults")
@pytest.mark.parametrize("kind", ["not_found", "server_error", "strange_shape"])
def test_without_the_list_segments_are_counted_and_keep_their_names(installation: Installation, kind: str) -> None:
    installation.collect(SEGMENTS)
    installation.next_day()
    installation.sandbox.fail(kind, "customerio.segments", at="every", times=None)
    report = installation.collect(SEGMENTS)
    assert installation.outcomes(report)["customerio_segments"] == "partial"
    assert len(installation.rows(COUNTS, TODAY + timedelta(days=1))) == 3
    assert installation.value("SELECT name FROM segment WHERE segment_id = '7'") == "Trialists"


def test_a_segment_that_is_being_built_is_provisional(installation: Installation) -> None:
    installation.sandbox.world.segments[0]["state"] = "build"
    installation.collect(SEGMENTS)
    assert installation.rows(COUNTS, TODAY)[0] == ("7", 420, "provisional")


@pytest.mark.slow("faults")
def test_a_wrong_key_is_told_once_and_no_segment_is_asked(installation: Installation) -> None:
    installation.collect(SEGMENTS)
    installation.next_day()
    installation.sandbox.forget_requests()
    installation.sandbox.fail("unauthorized", "customerio.segments", at="every", times=None)
    report = installation.collect(SEGMENTS)
    assert installation.outcomes(report)["customerio_segments"] == "failed"
    assert installation.sandbox.count("customerio.customer_count") == 0
