"""The messages of campaigns with several are asked for one by one, a few in every run, and no answer is not zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from campaign_health.pipeline.order import light_order, order_from_names
from campaign_health.sandbox.world.world import Message, World
from tests.collecting_cast import DAYS, LAST_DAY, Install, Installation, cast_world
from tests.sandbox_cast import customerio

MESSAGES = order_from_names(["customerio_campaigns", "customerio_metrics", "customerio_messages"], None, None)
SENT = "SELECT message_id, channel, sent FROM message_day WHERE day = ? ORDER BY message_id"
ENDPOINT = "customerio.action_metrics"


def several() -> World:
    """Campaign 1 has three messages of two channels, the others have one each."""
    world = cast_world()
    messages = (Message(11, "Hello"), Message(12, "Tips"), Message(13, "Offer", type="push"))
    one = replace(world.campaigns[1], messages=messages)
    counts = {11: np.full(DAYS + 1, 60), 12: np.full(DAYS + 1, 40), 13: np.full(DAYS + 1, 25)}
    one.message_series = {number: {"sent": daily, "created": daily} for number, daily in counts.items()}
    one.series["sent"] = one.series["created"] = one.series["delivered"] = sum(counts.values())
    world.campaigns[1] = one
    return world


@pytest.fixture
def installation(install: Install) -> Installation:
    return install(several())


@pytest.mark.slow("faults")
def test_each_message_of_a_campaign_with_several_costs_one_request(installation: Installation) -> None:
    report = installation.collect(MESSAGES)
    assert report.exit_code() == 0
    assert installation.rows(SENT, LAST_DAY) == [("11", "email", 60), ("12", "email", 40), ("13", "push", 25)]
    assert installation.sandbox.count(ENDPOINT) == 3
    assert installation.value("SELECT count(DISTINCT day) FROM message_day WHERE state = 'observed'") == DAYS
    assert "customerio_messages" not in installation.outcomes(installation.collect(light_order()))


def test_a_day_without_the_campaign_running_is_not_expected(installation: Installation) -> None:
    installation.collect(MESSAGES)
    states = "SELECT DISTINCT state FROM message_day WHERE day < (SELECT min(day) FROM campaign_day WHERE sent > 0)"
    assert installation.rows(states) == [("not_expected",)]


def test_sends_have_a_channel(installation: Installation) -> None:
    installation.collect(MESSAGES)
    channels = "SELECT channel, sent FROM channel_day WHERE campaign_id = ? AND day = ? ORDER BY channel"
    assert installation.rows(channels, 1, LAST_DAY) == [("email", 100), ("push", 25)]
    assert installation.rows(channels, 2, LAST_DAY) == [("email", 13)]


@pytest.mark.slow("faults")
def test_the_budget_is_spread_over_the_runs_with_the_newest_days_first(install: Install) -> None:
    installation = install(several(), CUSTOMERIO_MESSAGES_PER_RUN="2")
    known = "SELECT message_id FROM message_day WHERE state = 'observed' GROUP BY message_id ORDER BY message_id"
    report = installation.collect(MESSAGES)
    assert report.exit_code() == 0
    assert installation.rows(known) == [("11",), ("12",)]
    assert installation.value("SELECT max(day) FROM message_day WHERE message_id = '11'") == LAST_DAY
    notes = [note for record in report.records() for note in record.details.get("notes", ())]
    assert any(note.startswith("2 of 3 messages were asked for in this run") for note in notes)
    installation.collect(MESSAGES)
    assert installation.rows(known) == [("11",), ("12",), ("13",)]
    assert installation.sandbox.count(ENDPOINT) == 4


def test_no_message_is_asked_where_the_setting_says_so(install: Install) -> None:
    installation = install(several(), CUSTOMERIO_MESSAGES_PER_RUN="0")
    assert installation.outcomes(installation.collect(MESSAGES))["customerio_messages"] == "complete"
    assert installation.sandbox.count(ENDPOINT) == 0


@pytest.mark.slow("faults")
@pytest.mark.parametrize(
    "kind",
    ["null_series", "missing_sent", "wrong_length", "other_window", "no_echo", "text_number", "strange_shape", "html",
     "server_error", "forbidden", "drop", "cut"],
)  # fmt: skip
def test_a_message_that_is_not_answered_in_full_is_unknown(installation: Installation, kind: str) -> None:
    installation.sandbox.fail(kind, ENDPOINT, at=1, times=None)
    report = installation.collect(MESSAGES)
    assert installation.outcomes(report)["customerio_messages"] == "partial"
    assert len(installation.rows(SENT, LAST_DAY)) == 2
    assert installation.value("SELECT count(*) FROM message_day WHERE sent = 0 AND state = 'observed'") == 0
    installation.sandbox.mend()
    installation.collect(MESSAGES)
    assert len(installation.rows(SENT, LAST_DAY)) == 3


@pytest.mark.slow("faults")
def test_a_failing_service_ends_the_source_and_keeps_what_was_known(installation: Installation) -> None:
    installation.collect(MESSAGES)
    installation.next_day()
    installation.sandbox.fail("too_many_requests", ENDPOINT, at="every", times=None, retry_after=None)
    report = installation.collect(MESSAGES)
    assert installation.outcomes(report)["customerio_messages"] == "failed"
    assert [sent for _, _, sent in installation.rows(SENT, LAST_DAY)] == [60, 40, 25]
    assert installation.rows(SENT, LAST_DAY + timedelta(days=1)) == []


def test_a_message_that_was_deleted_is_told_and_marks_no_campaign(installation: Installation) -> None:
    installation.sandbox.fail("not_found", ENDPOINT, at=2, times=None)
    report = installation.collect(MESSAGES)
    assert report.exit_code() == 0
    assert installation.value("SELECT count(*) FROM campaign WHERE gone_at IS NOT NULL") == 0


@pytest.mark.slow("faults")
def test_zeros_in_place_of_many_sends_are_not_believed(installation: Installation) -> None:
    installation.collect(MESSAGES)
    installation.sandbox.world.campaigns[1].message_series[12]["sent"][:] = 0
    installation.next_day()
    report = installation.collect(MESSAGES)
    assert installation.outcomes(report)["customerio_messages"] == "partial"
    assert installation.rows(SENT, LAST_DAY)[1] == ("12", "email", 40)
    new = installation.rows(SENT, LAST_DAY + timedelta(days=1))
    assert [message for message, _, _ in new] == ["11", "13"], "of the new day it says nothing either"


def test_the_sandbox_shares_a_campaigns_sends_among_its_messages(installation: Installation) -> None:
    campaign = installation.sandbox.world.campaigns[1]
    campaign.message_series = {}
    total = sum(campaign.series_of(message.id)["sent"] for message in campaign.messages)
    assert (total == campaign.series["sent"]).all()
    window = {"version": "2", "res": "days", "start": 1, "end": 2}
    assert customerio(installation.sandbox, "/campaigns/1/actions/99/metrics", **window).status_code == 404
    assert customerio(installation.sandbox, "/campaigns/1/actions/11/metrics").status_code == 400
