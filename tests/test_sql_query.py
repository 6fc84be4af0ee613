"""What is wrong with a query or an address is told by its name; and what `doctor` and the gate say of a database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.check.look_up.live import observe_live
from campaign_health.doctor.examination import examine
from campaign_health.errors import SettingsError
from campaign_health.health.finding import Finding
from campaign_health.manifest.schema import Manifest
from campaign_health.pipeline import order_from_names
from campaign_health.process.clock import read_clock
from campaign_health.settings import load_settings, unknown_settings
from collectors.errors import CollectorError
from collectors.sql import SqlClient, SqlDatabase, SqlSource
from collectors.sql.counted_rows import read_counted_rows
from collectors.sql.sql_failures import failure_of
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


@pytest.mark.parametrize(
    "said",
    ['could not read "ada 17" as a number', "value 'ada 17' is no date", "value 'ada 17", "400 Bad int64 value: ada 17",
     "Invalid date: ada 17"],
)  # fmt: skip
def test_what_a_database_without_states_quotes_of_a_row_is_not_told(said: str) -> None:
    failure = failure_of(RuntimeError(said), SqlDatabase("Warehouse", "bigquery://project", QUERY))
    assert "ada" not in str(failure)
    assert "…" in failure.message


@pytest.mark.parametrize(
    ("name", "told"), [("Plan bought", True), ("ada@acme.example", False), ("x" * 41, False), ("a\nb", False)]
)
def test_an_event_that_is_there_twice_is_named_only_where_it_can_be_a_name(name: str, told: bool) -> None:
    rows = [(name, FIRST_DAY, 1)] * 2
    with pytest.raises(CollectorError) as failure:
        read_counted_rows(["event", "day", "events"], rows, FIRST_DAY, LAST_DAY, source="Warehouse")
    assert "twice on" in failure.value.message
    assert (repr(name)[1:-1] in failure.value.message) == told


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
COUNTED = st.dictionaries(st.integers(0, 19), st.dictionaries(NAMES, st.integers(0, 2**63 - 1), max_size=4), max_size=6)


@given(COUNTED, st.permutations(["event", "day", "events", "beside"]), st.randoms(use_true_random=False), st.booleans())
def test_what_is_counted_is_read_as_it_was_in_whatever_order_and_type_it_comes(
    counts: dict[int, dict[str, int]], columns: list[str], chance: Random, as_text: bool
) -> None:
    days = {FIRST_DAY + timedelta(days=ahead): events for ahead, events in counts.items()}
    rows = [{"event": name, "day": day, "events": Decimal(n)} for day, of in days.items() for name, n in of.items()]
    rows += [{"event": None, "day": day, "events": chance.choice([0, None, 0.0])} for day in days]
    chance.shuffle(rows)
    cells = [[str(row[one]) if as_text and one == "day" else row.get(one) for one in columns] for row in rows]
    named = [chance.choice([one, one.upper()]) for one in columns]
    assert read_counted_rows(named, cells, FIRST_DAY, LAST_DAY, source="Warehouse") == days


SET_UP = {
    "EVENTS_SQL_URL": "postgresql://team:pass%40word-01@db/events?token=0123456789abcdef0",
    "EVENTS_SQL_QUERY": QUERY,
}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"EVENTS_SQL_URL": ""}, "EVENTS_SQL_URL is missing"),
        ({"EVENTS_SQL_QUERY": ""}, "EVENTS_SQL_QUERY_FILE. is missing"),
        ({"EVENTS_SQL_QUERY_FILE": "events.sql"}, "both set"),
        ({"EVENTS_SQL_QUERY": "", "EVENTS_SQL_QUERY_FILE": "nowhere.sql"}, "cannot be read: No such file"),
        ({"EVENTS_SQL_QUERY": "", "EVENTS_SQL_QUERY_FILE": "empty.sql"}, "which is empty"),
        ({"EVENTS_SQL_NAME": "Mixpanel"}, "EVENTS_SQL_NAME is 'Mixpanel'"),
        ({"EVENTS_SQL_NAME": "x" * 41}, "at most 40 letters"),
        ({"EVENTS_SQL_NAME": "<b>own</b>"}, "EVENTS_SQL_NAME is '<b>own</b>'"),
        ({"EVENTS_SQL_SECONDS": "0"}, "EVENTS_SQL_SECONDS"),
        ({"EVENTS_SQL_TIMEZONE": "Berlin"}, "EVENTS_SQL_TIMEZONE is 'Berlin'"),
        ({"AMPLITUDE_API_KEY": "k", "AMPLITUDE_SECRET_KEY": "s"}, "both Amplitude and a database"),
    ],
)
def test_settings_that_do_not_fit_are_refused_by_their_name(tmp_path: Path, changed: dict[str, str], told: str) -> None:
    (tmp_path / "empty.sql").write_text(" \n")
    with pytest.raises(SettingsError, match=told):
        load_settings(SET_UP | changed, tmp_path)


def test_a_query_is_read_from_its_file_and_no_key_of_the_address_is_ever_shown(tmp_path: Path) -> None:
    (tmp_path / "events.sql").write_text(f"{QUERY}\n")
    settings = load_settings(SET_UP | {"EVENTS_SQL_QUERY": "", "EVENTS_SQL_QUERY_FILE": "events.sql"}, tmp_path)
    [workspace] = settings.workspaces
    assert workspace.sql is not None
    assert workspace.sql.query == QUERY
    assert workspace.event_service == "Warehouse"
    keys = {"pass%40word-01", "pass@word-01", "0123456789abcdef0"}
    assert keys <= set(settings.secrets())
    assert not [key for key in keys if key in repr(settings) + settings.model_dump_json()]
    assert unknown_settings({"EVENTS_SQL_QUERRY": "x"}) == {"EVENTS_SQL_QUERRY": "EVENTS_SQL_QUERY"}
