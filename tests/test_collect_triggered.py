"""Broadcasts, transactional messages and newsletters are collected over real HTTP; what is not answered is unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from campaign_health.pipeline.order import order_from_names
from campaign_health.sandbox.faults import Fault
from campaign_health.sandbox.world.csv_world import csv_world
from campaign_health.sandbox.world.world import NewsletterTruth, TriggeredTruth, World
from tests.collecting_cast import DAYS, LAST_DAY, Install, Installation, cast_csv, cast_world
from tests.openapi import answer_violations, request_violations

BESIDE = order_from_names(["customerio_broadcasts", "customerio_transactional", "customerio_newsletters"], None, None)
LONG_AGO = datetime(2025, 11, 1, 12, tzinfo=UTC)
SENT = "SELECT day, sent, state FROM api_triggered_day WHERE kind = ? AND object_id = ? ORDER BY day"


def company(time_zone: str = "America/New_York", **changes: Any) -> World:
    """Two transactional messages, of which one queues drafts, a broadcast sent now and then, two newsletters."""
    world = cast_world(time_zone, **changes)
    daily = np.arange(DAYS + 1) + 30
    rare = np.where(np.arange(DAYS + 1) % 9 == 0, 400, 0)
    world.transactional = {
        2: TriggeredTruth(2, "Password reset", LONG_AGO, {"created": daily, "sent": daily, "delivered": daily - 1}),
        3: TriggeredTruth(3, "Receipt", LONG_AGO, {"created": daily, "drafted": daily}, queue_drafts=True),
    }
    world.broadcasts = {
        44: TriggeredTruth(44, "Outage notice", LONG_AGO, {"created": rare, "sent": rare}, first_started=LONG_AGO),
        45: TriggeredTruth(45, "Never used", LONG_AGO, {}, state="draft"),
    }
    world.newsletters = [
        NewsletterTruth(number, f"News {number}", LONG_AGO, LONG_AGO + timedelta(days=number) if number < 130 else None)
        for number in range(1, 131)
    ]
    return world


@pytest.fixture
def installation(install: Install) -> Installation:
    return install(company())


def numbers(found: Installation, kind: str, number: int) -> dict[date, tuple[int | None, str]]:
    """Sends and state by day."""
    return {day: (sent, state) for day, sent, state in found.rows(SENT, kind, number)}


def test_their_sends_are_stored_by_eastern_day_up_to_the_last_one_that_is_over(installation: Installation) -> None:
    report = installation.collect(BESIDE)
    assert report.exit_code() == 0
    found = numbers(installation, "transactional", 2)
    assert found[LAST_DAY] == (30 + DAYS - 1, "observed")
    assert found[LAST_DAY - timedelta(days=3)] == (30 + DAYS - 4, "observed")
    assert max(found) == LAST_DAY
    assert len(found) == 44, "Customer.io serves 45 days, of which the last is still running."
    assert sum(sent or 0 for sent, _ in numbers(installation, "broadcast", 44).values()) == 3 * 400
    assert {state for _, state in numbers(installation, "broadcast", 45).values()} == {"not_expected"}
    assert installation.rows("SELECT kind, object_id, name, state, queues_drafts FROM api_triggered ORDER BY ALL") == [
        ("broadcast", 44, "Outage notice", "running", None),
        ("broadcast", 45, "Never used", "draft", None),
        ("transactional", 2, "Password reset", None, False),
        ("transactional", 3, "Receipt", None, True),
    ]


def test_every_page_of_newsletters_is_listed_and_a_draft_has_no_time_of_sending(installation: Installation) -> None:
    installation.collect(BESIDE)
    assert installation.rows("SELECT count(*), count(sent_at) FROM newsletter") == [(130, 129)]
    assert installation.sandbox.count("customerio.newsletters") == 2


def test_a_newsletter_without_a_name_is_called_by_its_id(installation: Installation) -> None:
    installation.sandbox.world.newsletters[6] = NewsletterTruth(7, "", LONG_AGO, None)
    assert installation.collect(BESIDE).exit_code() == 0
    assert installation.rows("SELECT name FROM newsletter WHERE newsletter_id IN (7, 8) ORDER BY newsletter_id") == [
        ("Newsletter 7",), ("News 8",),
    ]  # fmt: skip


@pytest.mark.slow("faults")
def test_a_broadcast_that_is_renamed_after_its_stop_stays_off_since_the_stop(installation: Installation) -> None:
    installation.collect(BESIDE)
    stop = installation.sandbox.now - timedelta(days=4)
    broadcast = installation.sandbox.world.broadcasts[44]
    installation.sandbox.world.broadcasts[44] = replace(broadcast, state="draft", updated=stop)
    installation.collect(BESIDE)
    installation.sandbox.world.broadcasts[44] = replace(
        broadcast, state="draft", name="Old notice", updated=installation.sandbox.now
    )
    assert installation.collect(BESIDE).exit_code() == 0
    off = {day for day, (_, state) in numbers(installation, "broadcast", 44).items() if state == "not_expected"}
    assert off == {LAST_DAY - timedelta(days=back) for back in range(3)}
    assert installation.rows("SELECT name FROM api_triggered WHERE kind = 'broadcast' AND object_id = 44") == [
        ("Old notice",)
    ]
    installation.sandbox.world.broadcasts[44] = broadcast
    installation.collect(BESIDE)
    assert installation.rows("SELECT stopped_at FROM api_triggered WHERE object_id = 44") == [(None,)]


@pytest.mark.slow("faults")
def test_the_next_run_asks_for_a_week_again_and_keeps_what_was_there(installation: Installation) -> None:
    installation.collect(BESIDE)
    installation.sandbox.forget_requests()
    installation.sandbox.world.transactional[2].series["sent"][DAYS - 2] += 5
    assert installation.collect(BESIDE).exit_code() == 0
    asked = [request for request in installation.sandbox.requests if request.endpoint.endswith("transactional_metrics")]
    assert {dict(request.query)["steps"] for request in asked} == {"9"}
    found = numbers(installation, "transactional", 2)
    assert found[LAST_DAY - timedelta(days=1)] == (30 + DAYS - 2 + 5, "observed")
    assert len(found) == 44


@pytest.mark.slow("faults")
@pytest.mark.parametrize("kind", ["missing_sent", "null_series", "server_error", "wrong_length"])
def test_one_that_does_not_answer_is_not_collected_and_no_other_suffers(installation: Installation, kind: str) -> None:
    installation.sandbox.faults.add(
        Fault(kind, "customerio.transactional_metrics", "every", None, within="/transactional/2/")
    )
    assert installation.outcomes(installation.collect(BESIDE))["customerio_transactional"] == "partial"
    assert set(numbers(installation, "transactional", 2).values()) == {(None, "not_collected")}
    assert numbers(installation, "transactional", 3)[LAST_DAY] == (0, "observed")
    installation.sandbox.faults.clear()
    assert installation.collect(BESIDE).exit_code() == 0
    assert len([1 for sent, _ in numbers(installation, "transactional", 2).values() if sent is not None]) == 44


@pytest.mark.slow("faults")
def test_an_answer_that_takes_numbers_back_is_not_believed(installation: Installation) -> None:
    installation.collect(BESIDE)
    before = numbers(installation, "transactional", 2)
    installation.sandbox.faults.add(Fault("zeros", "customerio.transactional_metrics", "every", None))
    assert installation.outcomes(installation.collect(BESIDE))["customerio_transactional"] == "partial"
    assert numbers(installation, "transactional", 2) == before


@pytest.mark.slow("faults")
def test_what_a_list_leaves_out_is_asked_for_and_only_its_own_404_means_deleted(installation: Installation) -> None:
    installation.collect(BESIDE)
    installation.sandbox.faults.add(Fault("half_list", "customerio.transactional", "every", None))
    assert installation.outcomes(installation.collect(BESIDE))["customerio_transactional"] == "partial"
    gone = "SELECT object_id FROM api_triggered WHERE kind = 'transactional' AND gone_at IS NOT NULL"
    assert installation.rows(gone) == []
    installation.sandbox.faults.clear()
    del installation.sandbox.world.transactional[3]
    assert installation.collect(BESIDE).exit_code() == 0
    assert installation.rows(gone) == [(3,)]


SUMMER = datetime(2026, 7, 21, 4, 30, tzinfo=UTC)
"""The next day in New York already, and still the same one five hours west of Greenwich."""


@pytest.mark.slow("faults")
@pytest.mark.parametrize("quiet", [False, True], ids=["busy messages", "quiet ones beside busy campaigns"])
def test_in_the_hour_of_doubt_the_hours_tell_which_day_is_running(install: Install, quiet: bool) -> None:
    world = csv_world(cast_csv(DAYS, date(2026, 7, 1)), "America/New_York", SUMMER)
    beside = company()
    world.transactional = {2: beside.transactional[2]} if not quiet else {}
    world.broadcasts = {44: beside.broadcasts[44]} if quiet else {}
    installation = install(world)
    order = order_from_names(["customerio"], None, None)
    assert installation.collect(order).exit_code() == 0
    if quiet:
        sent = {day: sent for day, (sent, _) in numbers(installation, "broadcast", 44).items() if sent}
        assert sent == {date(2026, 7, 1): 400, date(2026, 7, 10): 400, date(2026, 7, 19): 400}
    else:
        assert numbers(installation, "transactional", 2)[date(2026, 7, 19)] == (30 + 18, "observed")


@pytest.mark.slow("faults")
def test_where_nothing_tells_which_day_is_running_nothing_is_stored_as_a_fact(install: Install) -> None:
    world = replace(company(), first_day=date(2026, 7, 1), now=SUMMER)
    quiet = np.zeros(DAYS + 1, dtype=np.int64)
    world.transactional = {2: TriggeredTruth(2, "Password reset", LONG_AGO, {"sent": quiet})}
    installation = install(world)
    assert installation.outcomes(installation.collect(BESIDE))["customerio_transactional"] == "partial"
    assert {state for _, state in numbers(installation, "transactional", 2).values()} == {"not_collected"}


@pytest.mark.slow("faults")
def test_requests_and_answers_are_as_the_official_description_says(install: Install) -> None:
    installation = install(company())
    installation.collect(BESIDE)
    assert request_violations(installation.sandbox.requests) == []
    assert answer_violations(installation.sandbox.requests) == []
