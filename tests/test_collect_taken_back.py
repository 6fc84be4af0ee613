"""An answer that takes back what is stored of past days is refused for what it is about, and its new day is unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from campaign_health.pipeline.order import order_from_names
from tests.collecting_cast import INVITED, LAST_DAY, SIGNED_UP, Install, Installation, cast_world

NEW_DAY = LAST_DAY + timedelta(days=1)
CAMPAIGNS = order_from_names(["customerio_campaigns", "customerio_metrics", "customerio_journeys"], None, None)
COUNTS = order_from_names(["mixpanel_events"], None, None)
SENT = "SELECT day, sent, state FROM campaign_day WHERE campaign_id = 1 AND day <= ? ORDER BY day"
NEW = "SELECT sent, state FROM campaign_day WHERE campaign_id = 1 AND day = ?"
EVENT = "SELECT day, events, state FROM event_day WHERE event = ? AND day <= ? ORDER BY day"
TOLD = "SELECT error FROM collection WHERE run_id = ? AND source = ?"
SOURCES = ["query", "export"]


@pytest.fixture
def installation(install: Install) -> Installation:
    made = install(cast_world(days=40))
    made.sandbox.set_today(LAST_DAY + timedelta(days=1))
    assert made.collect(CAMPAIGNS).exit_code() == 0
    made.next_day()
    return made


@pytest.mark.slow("faults")
@pytest.mark.parametrize("kind", ["zeros", "half_days"])
def test_sends_that_come_back_as_none_are_not_believed(installation: Installation, kind: str) -> None:
    before = installation.rows(SENT, LAST_DAY)
    installation.sandbox.fail(kind, "customerio.metrics", at="every", times=None, campaign=1)
    report = installation.collect(CAMPAIGNS)
    assert installation.rows(SENT, LAST_DAY) == before
    assert installation.rows(NEW, NEW_DAY) == [(None, "not_collected")]
    assert installation.outcomes(report)["customerio_metrics"] == "partial"
    told = installation.value(TOLD, report.run_id, "customerio_metrics")
    assert "Campaign 1: 'sent' came back as 0 for" in told
    assert installation.value("SELECT count(*) FROM campaign_day WHERE day = ? AND sent > 0", NEW_DAY) == 1


@pytest.mark.slow("faults")
def test_a_lower_number_and_a_day_without_sends_are_believed(installation: Installation) -> None:
    campaign = installation.sandbox.world.campaigns[1]
    place = installation.sandbox.world.index(LAST_DAY)
    campaign.series["sent"][place] //= 2
    campaign.series["sent"][place + 1] = 0
    assert installation.outcomes(installation.collect(CAMPAIGNS))["customerio_metrics"] == "complete"
    assert installation.rows(NEW, LAST_DAY)[0][0] == campaign.series["sent"][place]
    assert installation.rows(NEW, NEW_DAY) == [(0, "observed")]


@pytest.mark.slow("faults")
def test_what_stays_so_for_a_week_is_believed(installation: Installation) -> None:
    installation.sandbox.fail("zeros", "customerio.metrics", at="every", times=None, campaign=1)
    outcomes = []
    for _ in range(8):
        outcomes.append(installation.outcomes(installation.collect(CAMPAIGNS))["customerio_metrics"])
        installation.next_day()
    assert outcomes == ["partial"] * 6 + ["complete"] * 2
    assert installation.rows(NEW, NEW_DAY) == [(0, "observed")]
    assert sum(sent for _, sent, _ in installation.rows(SENT, LAST_DAY)) > 0


@pytest.mark.slow("faults")
def test_a_series_that_is_left_out_keeps_its_numbers_and_is_told(installation: Installation) -> None:
    activated = "SELECT day, activated FROM journey_day WHERE campaign_id = 1 AND day <= ? ORDER BY day"
    before = installation.rows(activated, LAST_DAY)
    assert any(number for _, number in before)
    installation.sandbox.fail("half_list", "customerio.journey_metrics", at="every", times=None, campaign=1)
    report = installation.collect(CAMPAIGNS)
    assert installation.rows(activated, LAST_DAY) == before
    new = installation.rows("SELECT started > 0, activated FROM journey_day WHERE campaign_id = 1 AND day = ?", NEW_DAY)
    assert new == [(True, None)]
    assert installation.outcomes(report)["customerio_journeys"] == "partial"
    assert "'activated' was left out" in installation.value(TOLD, report.run_id, "customerio_journeys")


@pytest.mark.slow("faults")
@pytest.mark.parametrize("endpoint", ["customerio.metrics", "customerio.journey_metrics"])
def test_a_part_that_answers_404_does_not_delete_its_campaign(installation: Installation, endpoint: str) -> None:
    installation.sandbox.fail("not_found", endpoint, at="every", times=None, campaign=1)
    report = installation.collect(CAMPAIGNS)
    assert installation.rows("SELECT campaign_id FROM campaign WHERE gone_at IS NOT NULL") == []
    assert report.exit_code() == 1
    installation.sandbox.mend()
    assert installation.collect(CAMPAIGNS).exit_code() == 0


@pytest.mark.slow("faults")
def test_an_entry_that_has_lost_its_trigger_changes_nothing(installation: Installation) -> None:
    stored = "SELECT campaign_id, event, trigger_kind, first_started, definition FROM campaign ORDER BY ALL"
    before = installation.rows(stored)
    installation.sandbox.fail("thin_entries", "customerio.campaigns", at="every", times=None)
    report = installation.collect(CAMPAIGNS)
    assert installation.rows(stored) == before
    assert "has lost its trigger event" in installation.value(TOLD, report.run_id, "customerio_campaigns")


@pytest.mark.slow("faults")
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("lost", [slice(None, -2), slice(-5, -3)], ids=["all but the newest", "two days"])
def test_days_of_an_event_that_come_back_as_none_keep_their_numbers(install: Install, source: str, lost: slice) -> None:
    installation = install(cast_world(days=40), MIXPANEL_COUNT_SOURCE=source)
    installation.sandbox.set_today(NEW_DAY)
    installation.collect(COUNTS)
    before = installation.rows(EVENT, SIGNED_UP, LAST_DAY)
    installation.next_day()
    world = installation.sandbox.world
    daily = world.events[SIGNED_UP].daily.copy()
    known = daily[: world.index(NEW_DAY) + 1]
    known[lost] = 0
    events = {**world.events, SIGNED_UP: replace(world.events[SIGNED_UP], daily=daily)}
    installation.sandbox.serve(replace(world, events=events, now=installation.sandbox.now))
    report = installation.collect(COUNTS)
    assert installation.rows(EVENT, SIGNED_UP, LAST_DAY) == before
    assert installation.outcomes(report)["mixpanel_events"] == "partial"
    assert installation.rows(EVENT, INVITED, NEW_DAY)[-1][2] == "observed"
    installation.sandbox.serve(replace(world, now=installation.sandbox.now))
    assert installation.collect(COUNTS).exit_code() == 0
    assert installation.rows(EVENT, SIGNED_UP, NEW_DAY)[-1][1:] == (int(world.events[SIGNED_UP].daily[20]), "observed")


@pytest.mark.slow("faults")
@pytest.mark.parametrize("source", SOURCES)
def test_a_trigger_has_a_number_from_the_first_day_on_though_nobody_sends_it(install: Install, source: str) -> None:
    world = cast_world()
    late, never = world.events[SIGNED_UP], world.events.pop(INVITED)
    late.daily[:12] = 0
    installation = install(world, MIXPANEL_COUNT_SOURCE=source)
    triggers = order_from_names(["customerio_campaigns", "mixpanel_events"], None, None)
    assert installation.collect(triggers).exit_code() == 0
    days = "SELECT count(*), sum(events), min(day) FROM event_day WHERE event = ? AND state = 'observed'"
    (first,) = installation.rows("SELECT min(day) FROM source_day WHERE source = 'mixpanel_events'")[0]
    count = (LAST_DAY - first).days + 1
    assert installation.rows(days, never.name) == [(count, 0, first)]
    assert installation.rows(days, SIGNED_UP) == [(count, int(late.daily.sum()), first)]
    assert installation.rows("SELECT first_seen FROM event WHERE event = ?", never.name) == [(None,)]
