"""An event that Mixpanel's answer leaves out, though it was counted on the same days, keeps its numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaign_health.pipeline.order import order_from_names
from tests.collecting_cast import LAST_DAY, SIGNED_UP, Install, Installation, cast_world

COUNTS = order_from_names(["mixpanel_events"], None, None)
NUMBERS = "SELECT event, day, events, state FROM event_day WHERE day <= ? ORDER BY ALL"


@pytest.fixture
def installation(install: Install) -> Installation:
    made = install(cast_world(days=40))
    made.sandbox.set_today(LAST_DAY + timedelta(days=1))
    made.collect(COUNTS)
    made.next_day()
    return made


@pytest.mark.slow("faults")
def test_what_half_an_answer_leaves_out_keeps_its_numbers_and_has_none_for_the_new_day(
    installation: Installation,
) -> None:
    settled = LAST_DAY - timedelta(days=2)
    before = installation.rows(NUMBERS, settled)
    installation.sandbox.fail("half_list", "mixpanel.query.events", at="every", times=None)
    report = installation.collect(COUNTS)
    assert installation.rows(NUMBERS, settled) == before
    zeros = "SELECT count(*) FROM event_day WHERE day >= ? AND events = 0 AND state IN ('observed', 'provisional')"
    assert installation.value(zeros, LAST_DAY) == 0
    assert installation.outcomes(report)["mixpanel_events"] == "partial"
    error = installation.value("SELECT error FROM collection ORDER BY started_at DESC LIMIT 1")
    assert "That is not believed, and the numbers stored are kept." in error


@pytest.mark.slow("faults")
def test_once_the_answer_is_whole_again_the_missing_day_is_made_up_for(installation: Installation) -> None:
    installation.sandbox.fail("half_list", "mixpanel.query.events", at="every", times=None)
    installation.collect(COUNTS)
    installation.sandbox.mend()
    installation.next_day()
    report = installation.collect(COUNTS)
    assert installation.outcomes(report)["mixpanel_events"] == "complete"
    days = "SELECT count(*) FROM event_day WHERE event = ? AND day = ? AND events > 0"
    assert installation.value(days, SIGNED_UP, LAST_DAY + timedelta(days=1)) == 1
