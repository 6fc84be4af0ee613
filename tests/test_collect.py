"""One run: what is asked, what is stored, what the record and the exit code say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from campaign_health.errors import CouldNotStart, SettingsError
from campaign_health.pipeline import Order, order_from_names
from campaign_health.pipeline.order import light_order
from campaign_health.process.run_lock import COLLECTING, only_one
from campaign_health.sandbox.faults import Fault
from campaign_health.sandbox.http.exchange import Call
from campaign_health.sandbox.http.request_log import RecordedRequest
from campaign_health.sandbox.world.world import EventTruth
from storage.records import SOURCES
from tests.collecting_cast import (
    CAST,
    FIRST_DAY,
    INVITED,
    LAST_DAY,
    SIGNED_UP,
    UPGRADED,
    Install,
    Installation,
    cast_world,
)

COUNTS = order_from_names(["mixpanel_events"], None, None)
COUNTS_AND_SENDS = order_from_names(["customerio_campaigns", "mixpanel_events", "customerio_metrics"], None, None)
WITHOUT_PROPERTIES = order_from_names(["customerio", "mixpanel_events"], None, None)


@pytest.mark.slow("faults")
def test_a_first_run_fetches_the_120_days_that_end_yesterday_from_every_source(installation: Installation) -> None:
    report = installation.collect()
    assert report.exit_code() == 0
    assert report.published
    rows = installation.rows("SELECT source, outcome, first_day, last_day, error FROM collection")
    assert {source for source, *_ in rows} == set(SOURCES)
    assert {outcome for _, outcome, *_ in rows} == {"complete"}
    days = {source: (first, last) for source, _, first, last, _ in rows}
    assert days["mixpanel_events"] == days["customerio_metrics"] == (LAST_DAY - timedelta(days=119), LAST_DAY)
    assert days["customerio_campaigns"] == (None, None)
    assert days["mixpanel_properties"] == (LAST_DAY - timedelta(days=28), LAST_DAY)


@pytest.mark.slow("faults")
def test_names_in_any_script_with_quotes_and_percent_signs_come_through(installation: Installation) -> None:
    installation.collect(COUNTS_AND_SENDS)
    rows = installation.rows("SELECT campaign, event, events, sent FROM event_vs_campaign WHERE day = ?", LAST_DAY)
    assert sorted(rows) == sorted(
        [(SIGNED_UP, SIGNED_UP, 45, 40), (INVITED, INVITED, 16, 13), (UPGRADED, UPGRADED, 10, 0)]
    )


@pytest.mark.slow("faults")
def test_the_record_counts_every_request_that_the_services_saw(installation: Installation) -> None:
    installation.collect()
    assert installation.value("SELECT sum(requests) FROM collection") == len(installation.sandbox.requests)


def test_a_second_run_asks_for_the_last_seven_days_and_changes_nothing(installation: Installation) -> None:
    installation.collect(WITHOUT_PROPERTIES)
    everything = "SELECT campaign, day, events, sent, event_state, campaign_state FROM event_vs_campaign ORDER BY ALL"
    before = installation.rows(everything)
    report = installation.collect(WITHOUT_PROPERTIES)
    assert installation.rows(everything) == before
    asked = "SELECT first_day, last_day FROM collection WHERE run_id = ? AND source = ?"
    for source in ("mixpanel_events", "customerio_metrics", "customerio_journeys"):
        assert installation.rows(asked, report.run_id, source) == [(LAST_DAY - timedelta(days=6), LAST_DAY)]


@pytest.mark.slow("faults")
def test_days_between_two_runs_are_made_up_for(installation: Installation) -> None:
    installation.sandbox.set_today(FIRST_DAY + timedelta(days=5))
    installation.collect(COUNTS_AND_SENDS)
    installation.sandbox.set_today(LAST_DAY + timedelta(days=1))
    assert installation.collect(COUNTS_AND_SENDS).exit_code() == 0
    counted = "SELECT count(*) FROM event_vs_campaign WHERE events IS NULL OR sent IS NULL"
    assert installation.value(counted) == 0
    assert installation.value("SELECT max(day) FROM event_vs_campaign") == LAST_DAY


@pytest.mark.slow("faults")
def test_today_is_provisional_where_it_is_asked_for(installation: Installation) -> None:
    today = LAST_DAY + timedelta(days=1)
    installation.collect(Order(since=LAST_DAY, until=today))
    states = "SELECT day, campaign_state FROM event_vs_campaign WHERE campaign = ? ORDER BY day"
    assert installation.rows(states, SIGNED_UP) == [(LAST_DAY, "observed"), (today, "provisional")]
    engagement = "SELECT engagement_state FROM campaign_day WHERE campaign_id = 1 ORDER BY day"
    assert installation.rows(engagement) == [("provisional",), ("provisional",)]


@pytest.mark.slow("faults")
def test_the_refresh_during_the_day_asks_for_today_and_yesterday_only(installation: Installation) -> None:
    installation.collect(WITHOUT_PROPERTIES)
    installation.sandbox.forget_requests()
    report = installation.collect(light_order())
    assert report.exit_code() == 0
    assert set(installation.outcomes(report)) == {"mixpanel_events", "customerio_metrics", "customerio_journeys"}
    assert installation.sandbox.count("mixpanel.export") == 0
    states = "SELECT DISTINCT state FROM event_day WHERE day = ?"
    assert installation.rows(states, LAST_DAY + timedelta(days=1)) == [("provisional",)]


@pytest.mark.slow("faults")
def test_a_vanished_event_is_still_asked_for_and_reads_as_zero(install: Install) -> None:
    world = cast_world(days=40)
    gone_since = world.index(FIRST_DAY + timedelta(days=22))
    world.events[INVITED].daily[gone_since:] = 0
    installation = install(world)
    installation.sandbox.set_today(FIRST_DAY + timedelta(days=21))
    installation.collect(COUNTS)
    installation.sandbox.set_today(FIRST_DAY + timedelta(days=40))
    installation.collect(COUNTS)
    last = "SELECT events, state FROM event_day WHERE event = ? ORDER BY day DESC LIMIT 1"
    assert installation.rows(last, INVITED) == [(0, "observed")]
    listed = [r for r in installation.sandbox.requests if r.endpoint == "mixpanel.query.events"]
    assert "invit\\u00e9" in dict(listed[-1].query)["event"]


@pytest.mark.slow("faults")
def test_one_service_without_keys_is_told_and_does_not_stop_the_other(installation: Installation) -> None:
    settings = {**installation.extra, "CUSTOMERIO_APP_API_KEY": ""}
    installation.extra = settings
    report = installation.collect()
    assert report.exit_code() == 1
    outcomes = installation.outcomes(report)
    assert outcomes["mixpanel_events"] == "complete"
    assert outcomes["customerio_metrics"] == "failed"
    error = installation.value("SELECT error FROM collection WHERE source = 'customerio_metrics'")
    assert error == "CUSTOMERIO_APP_API_KEY is not set."
    assert installation.collect(order_from_names(["mixpanel"], None, None)).exit_code() == 0


def test_without_any_key_nothing_starts(installation: Installation) -> None:
    installation.extra |= {"CUSTOMERIO_APP_API_KEY": ""}
    installation.extra |= {f"MIXPANEL_{name}": "" for name in ("PROJECT_ID", "SERVICE_ACCOUNT", "SERVICE_SECRET")}
    with pytest.raises(CouldNotStart, match="no keys"):
        installation.collect()


@pytest.mark.slow("faults")
def test_a_second_run_on_the_same_data_is_refused_and_told_who_runs(installation: Installation) -> None:
    with only_one(installation.data_dir, COLLECTING), pytest.raises(CouldNotStart, match=r"in progress .* process \d+"):
        installation.collect()
    assert installation.collect().exit_code() == 0


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (Order(until=LAST_DAY + timedelta(days=2)), "lies in the future"),
        (Order(since=LAST_DAY + timedelta(days=1)), "comes after the last day"),
        (Order(since=date(1999, 1, 1)), "too early"),
    ],
)
def test_days_that_cannot_be_had_are_refused_before_anything_is_asked(
    installation: Installation, order: Order, told: str
) -> None:
    with pytest.raises(CouldNotStart, match=told):
        installation.collect(order)
    assert installation.sandbox.count("customerio") == 0


@pytest.mark.slow("faults")
def test_the_zone_set_wins_over_mixpanels_and_a_difference_is_warned_of(installation: Installation) -> None:
    installation.extra["CAMPAIGN_HEALTH_TIMEZONE"] = "Asia/Tokyo"
    report = installation.collect(Order(since=LAST_DAY))
    assert report.workspaces[0].time_zone == "Asia/Tokyo"
    assert any("Europe/Berlin" in text and "Asia/Tokyo" in text for text in installation.shown.notes)


def test_a_zone_that_nobody_knows_is_a_setting_to_make(installation: Installation) -> None:
    installation.extra |= {f"MIXPANEL_{name}": "" for name in ("PROJECT_ID", "SERVICE_ACCOUNT", "SERVICE_SECRET")}
    with pytest.raises(SettingsError, match="CAMPAIGN_HEALTH_TIMEZONE"):
        installation.collect()


@pytest.mark.slow("faults")
def test_a_changed_zone_fetches_every_day_again_and_is_remembered(installation: Installation) -> None:
    installation.collect(COUNTS_AND_SENDS)
    installation.extra["CAMPAIGN_HEALTH_TIMEZONE"] = "America/Los_Angeles"
    report = installation.collect(COUNTS_AND_SENDS)
    zone = "SELECT time_zone, previous_time_zone FROM workspace"
    assert installation.rows(zone) == [("America/Los_Angeles", "Europe/Berlin")]
    asked = "SELECT first_day FROM collection WHERE run_id = ? AND source IN ('mixpanel_events', 'customerio_metrics')"
    first_of_history = installation.value("SELECT min(day) FROM source_day WHERE source = 'mixpanel_events'")
    assert {first for (first,) in installation.rows(asked, report.run_id)} == {first_of_history}
    assert (
        installation.value(
            "SELECT count(*) FROM event_day WHERE collected_at < (SELECT time_zone_since FROM workspace)"
        )
        == 0
    )


@pytest.mark.slow("faults")
def test_a_plan_without_queries_is_counted_from_the_export_and_back_again_never_mixed(
    installation: Installation,
) -> None:
    sandbox, lately = installation.sandbox, Order(sources=frozenset({"mixpanel_events"}))
    installation.extra["CAMPAIGN_HEALTH_BACKFILL_DAYS"] = "8"
    sandbox.fail("payment_required", endpoint="mixpanel.query", at="every", times=None)
    assert installation.collect(lately).exit_code() == 0
    assert installation.rows("SELECT DISTINCT source FROM event_day") == [("export",)]
    exported = installation.rows("SELECT event, day, events FROM event_day ORDER BY ALL")
    sandbox.mend()
    assert installation.collect(lately).exit_code() == 0
    assert installation.rows("SELECT DISTINCT source FROM event_day") == [("query",)]
    assert installation.rows("SELECT event, day, events FROM event_day ORDER BY ALL") == exported


@pytest.mark.slow("faults")
def test_any_other_failure_of_query_is_no_reason_to_switch(installation: Installation) -> None:
    installation.sandbox.fail("server_error", endpoint="mixpanel.query", at="every", times=None)
    report = installation.collect(COUNTS)
    assert installation.outcomes(report)["mixpanel_events"] == "failed"
    assert installation.value("SELECT count(*) FROM event_day") == 0


@pytest.mark.slow("faults")
def test_when_the_hourly_share_is_used_up_the_rest_waits_and_campaigns_events_come_first(install: Install) -> None:
    world = cast_world()
    for number in range(300):
        name = f"aaa an event with quite a long name indeed, number {number}"
        world.events[name] = EventTruth(name, world.events[SIGNED_UP].daily)
    installation = install(world, MIXPANEL_QUERIES_PER_HOUR="3")
    report = installation.collect(COUNTS_AND_SENDS)
    assert report.exit_code() == 1
    assert report.workspaces[0].budget_spent
    assert installation.outcomes(report)["mixpanel_events"] == "partial"
    counted = {event for (event,) in installation.rows("SELECT DISTINCT event FROM event_day WHERE events IS NOT NULL")}
    assert set(CAST) < counted
    assert len(counted) < 303
    assert installation.sandbox.count("mixpanel.query") == 3
    # Nothing can be asked within the hour; when it is over, those left out come first, until all are there.
    assert installation.outcomes(installation.collect(COUNTS))["mixpanel_events"] == "failed"
    for _ in range(3):
        installation.sandbox.set_now(installation.sandbox.now + timedelta(hours=2))
        installation.collect(COUNTS)
    counted = {event for (event,) in installation.rows("SELECT DISTINCT event FROM event_day WHERE events IS NOT NULL")}
    assert len(counted) == 303


class RefusesAnEvent(Fault):
    """Mixpanel answers no request that names the event `refused`."""

    def matches(self, endpoint: str, call: Call | RecordedRequest) -> bool:
        return endpoint == "mixpanel.query.events" and '"refused"' in (call.get("event") or "")


@pytest.mark.slow("faults")
def test_an_event_that_mixpanel_refuses_by_its_name_stops_no_other(install: Install) -> None:
    world = cast_world()
    world.events["refused"] = EventTruth("refused", world.events[SIGNED_UP].daily)
    installation = install(world)
    installation.sandbox.faults.add(RefusesAnEvent("too_large", at="every", times=None))
    report = installation.collect(order_from_names(["mixpanel_events"], LAST_DAY, None))
    assert installation.outcomes(report) == {"mixpanel_events": "partial"}
    rows = installation.rows("SELECT event, events, state FROM event_day WHERE day = ? ORDER BY ALL", LAST_DAY)
    assert len([row for row in rows if row[2] == "observed"]) == 3
    assert installation.value("SELECT state FROM source_day WHERE source = 'mixpanel_events'") == "observed"
