"""What is wrong with a query or an address is told by its name; and what `doctor` and the gate say of a database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from campaign_health.check.look_up.live import observe_live
from campaign_health.doctor.examination import examine
from campaign_health.health.finding import Finding
from campaign_health.manifest.schema import Manifest
from campaign_health.pipeline import order_from_names
from campaign_health.process.clock import read_clock
from collectors.errors import CollectorError
from collectors.sql import SqlClient, SqlDatabase, SqlSource
from tests.collecting_cast import CAST, FIRST_DAY, LAST_DAY, Installation, cast_world
from tests.sql_cast import QUERY, fill, installed, rows_of
from tests.storage_cast import warehouse_in

COUNTS = order_from_names(["mixpanel_events"], None, None)

CASES: dict[str, tuple[str, str, str]] = {
    "a column is missing": ("SELECT name, day, events FROM counted WHERE day BETWEEN :first_day AND :last_day",
                            "no column `event`", "AS"),
    "a column is there twice": (QUERY.replace("name AS event", "name AS event, name AS EVENT"),
                                "more than one column `event`", "AS"),
    "a day is NULL": (QUERY.replace(" day,", " NULL AS day,"), "NULL, which is no date", "CAST"),
    "a day is an instant": (QUERY.replace(" day,", " day || ' 12:30:00' AS day,"), "no date", "CAST"),
    "a day is no date": (QUERY.replace(" day,", " 20261120 AS day,"), "type int", "CAST"),
    "a day lies outside": (QUERY.replace(" day,", " date(day, '+1 day') AS day,"), "asked for were", ":first_day"),
    "an event is NULL": (QUERY.replace("name AS event", "NULL AS event"), "NULL, which is no name", "IS NOT NULL"),
    "an event is empty": (QUERY.replace("name AS event", "'' AS event"), "an empty text", "event <> ''"),
    "an event is a code": (QUERY.replace("name AS event", "17 AS event"), "type int", "text"),
    "a count is NULL": (QUERY.replace(" events ", " NULL AS events "), "NULL, which is no whole number", "count(*)"),
    "a count is text": (QUERY.replace(" events ", " 'many' AS events "), "type str", "count(*)"),
    "a count is a fraction": (QUERY.replace(" events ", " 0.5 AS events "), "type float", "count(*)"),
    "a count is negative": (QUERY.replace(" events ", " -events AS events "), "-4", "0 or more"),
    "a row is there twice": (QUERY + " UNION ALL " + QUERY, "twice on", "GROUP BY"),
    "the query cannot be read": (QUERY.replace("SELECT", "SELECT SELECT"), "refused the query", "in the database"),
    "a table is missing": (QUERY.replace("counted", "nowhere"), "no such table", "in the database itself"),
    "the query writes": ("DELETE FROM counted", "does not begin with SELECT or WITH", "only read"),
    "a place is missing": (QUERY.replace(":first_day", "'2026-01-01'"), "lacks :first_day", ":last_day"),
    "a place is unknown": (QUERY.replace("day >=", "day <> :plan AND day >="), "place :plan", "may have"),
}  # fmt: skip


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('own') / 'own.db'}"
    fill(url, rows_of(cast_world(), LAST_DAY))
    return url


@pytest.fixture
def installation(tmp_path: Path, counted: str) -> Iterator[Installation]:
    fill(counted, rows_of(cast_world(), LAST_DAY))
    with installed(tmp_path / "data", counted) as made:
        yield made


def findings(installation: Installation) -> dict[str, Finding]:
    settings, environment = installation.settings(), installation.environment
    found = examine(settings, environment, installation.data_dir, read_clock(environment))
    return {one.subject: one for one in found}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_with_a_query_is_told_with_its_cure(counted: str, case: str) -> None:
    query, told, cure = CASES[case]
    source = SqlSource(SqlClient(SqlDatabase("Warehouse", counted, query)))
    with pytest.raises(CollectorError) as failure:
        source.counted_days(FIRST_DAY, LAST_DAY)
    assert told in failure.value.message
    assert cure in failure.value.cure


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "no address of a database"),
        ("nosuch://u:hidden-0123@h/d", "no database 'nosuch'"),
        ("bigquery://project", "campaign-health[sql-bigquery]"),
        ("snowflake://u:hidden-0123@account/d", "pip install '.[sql-snowflake]'"),
        ("mysql+nodriver://u:hidden-0123@h/d", "EVENTS_SQL_URL"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_and_never_shown(url: str, told: str) -> None:
    with pytest.raises(CollectorError) as failure:
        SqlClient(SqlDatabase("Warehouse", url, QUERY)).ask(FIRST_DAY, LAST_DAY)
    assert told in str(failure.value)
    assert "hidden-0123" not in str(failure.value)


def test_doctor_says_how_many_events_and_days_there_are(installation: Installation, counted: str) -> None:
    warehouse_in(installation.data_dir)
    found = findings(installation)
    assert [one for one in found.values() if one.level == "wrong"] == []
    assert found["Warehouse query"].level == "fine"
    assert "3 events" in found["Warehouse query"].text
    assert "on 7 of the 7 days" in found["Warehouse query"].text
    assert "Mixpanel key" not in found
    fill(counted, rows_of(cast_world(), LAST_DAY - timedelta(days=1)))
    assert findings(installation)["Warehouse query"].level == "note"
    installation.extra["EVENTS_SQL_QUERY"] = QUERY.replace("counted", "nowhere")
    assert findings(installation)["Warehouse query"].level == "wrong"


def test_without_a_zone_nothing_is_collected_and_the_setting_is_named(installation: Installation) -> None:
    installation.extra["EVENTS_SQL_TIMEZONE"] = ""
    assert "EVENTS_SQL_TIMEZONE" in findings(installation)["Time zone"].cure
    installation.extra["CAMPAIGN_HEALTH_TIMEZONE"] = "Europe/Berlin"
    assert installation.collect(COUNTS).exit_code() == 0


def test_the_gate_asks_the_database_live(installation: Installation) -> None:
    manifest = Manifest.model_validate({"version": 1, "events": {name: {} for name in CAST}})
    observed = observe_live(installation.environment, installation.data_dir, manifest, None, installation.sandbox.now)
    assert observed.event_service == "Warehouse"
    assert set(observed.events or {}) == set(CAST)
    assert "Warehouse's events" in observed.parts
    assert "Warehouse's properties" not in observed.parts
    assert not observed.failures
