"""Real daily numbers come through the whole pipe unchanged."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from campaign_health.pipeline import Order
from campaign_health.sandbox.world.csv_world import csv_world
from tests.collecting_cast import BIKE_CSV, Install, Installation

COUNTS_AND_SENDS = frozenset({"mixpanel_events", "customerio_campaigns", "customerio_metrics"})
FIRST_DAY, LAST_DAY = date(2011, 8, 15), date(2011, 11, 20)


def numbers_in_csv() -> dict[tuple[str, date], tuple[int, int]]:
    with BIKE_CSV.open(encoding="utf-8") as file:
        return {
            (row["pair_id"], date.fromisoformat(row["date"])): (int(row["events"]), int(row["sends"]))
            for row in csv.DictReader(file)
            if row["events"] and row["sends"]
        }


def numbers_published(installation: Installation) -> dict[tuple[str, date], tuple[int, int]]:
    rows = installation.rows("SELECT campaign, day, events, sent FROM event_vs_campaign")
    return {(campaign, day): (events, sent) for campaign, day, events, sent in rows}


SLOW = pytest.mark.slow("time zones")


@pytest.mark.slow("exports")
@pytest.mark.parametrize(
    ("zone", "source", "since", "until"),
    [
        pytest.param(
            "America/Los_Angeles", "query", FIRST_DAY, LAST_DAY, id="west-clocks-back-on-6-november", marks=SLOW
        ),
        pytest.param("Australia/Sydney", "query", FIRST_DAY, LAST_DAY, id="east-clocks-forward-on-2-october"),
        pytest.param("America/Los_Angeles", "export", date(2011, 11, 3), date(2011, 11, 8), id="west-exported"),
        pytest.param(
            "Asia/Kolkata", "export", date(2011, 11, 3), date(2011, 11, 8), id="half-hour-zone-exported", marks=SLOW
        ),
    ],
)
def test_every_number_of_the_csv_comes_back_day_for_day_also_after_a_second_run(
    install: Install, zone: str, source: str, since: date, until: date
) -> None:
    installation = install(csv_world(BIKE_CSV, zone), MIXPANEL_COUNT_SOURCE=source)
    expected = {key: numbers for key, numbers in numbers_in_csv().items() if since <= key[1] <= until}
    assert len(expected) >= 18
    for _ in range(2):
        report = installation.collect(Order(since=since, until=until, sources=COUNTS_AND_SENDS))
        assert report.exit_code() == 0, report.as_json()
        published = numbers_published(installation)
        assert {key: published.get(key) for key in expected} == expected


@pytest.mark.slow("exports")
def test_days_that_the_csv_lacks_are_served_as_nothing_and_not_as_missing(collected_bikes: Installation) -> None:
    states = collected_bikes.rows("SELECT DISTINCT event_state, campaign_state FROM event_vs_campaign")
    assert sorted(states) == [("observed", "not_expected"), ("observed", "observed")]
