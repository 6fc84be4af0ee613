"""Whole runs with events from a database of the team's own: the same states of a day as from Mixpanel."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from time import monotonic

import pytest

from campaign_health.pipeline import order_from_names
from campaign_health.pipeline.order import light_order
from tests.collecting_cast import CAST, FIRST_DAY, INVITED, LAST_DAY, SIGNED_UP, UPGRADED, Installation, cast_world
from tests.sql_cast import QUERY, Row, fill, installed, rows_of, run

COUNTS = order_from_names(["mixpanel_events"], None, None)
OF_DAYS = "SELECT state, count(*) FROM event_day WHERE event = ? GROUP BY ALL ORDER BY ALL"
STORED = "SELECT event, day, events, state FROM event_day ORDER BY ALL"


@dataclass
class Own:
    """An installation, and the database that its events are counted in."""

    installation: Installation
    url: str

    def holds(self, *rows: Row, without: date | None = None) -> None:
        """The world's counts but for one day, and these rows beside them."""
        own = [row for row in rows_of(cast_world(), LAST_DAY) if row[1] != str(without)]
        fill(self.url, [*own, *rows])

    def error(self) -> str:
        """What the newest run says of the counts; empty where all is well."""
        of_counts = "SELECT error FROM collection WHERE source = 'mixpanel_events' ORDER BY started_at DESC LIMIT 1"
        return str(self.installation.value(of_counts) or "")

    def stored(self) -> list[tuple[object, ...]]:
        return self.installation.rows(STORED)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Own]:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    with installed(tmp_path / "data", url) as installation:
        made = Own(installation, url)
        made.holds()
        yield made


def test_a_first_run_counts_as_the_world_happened_and_asks_for_no_properties(own: Own) -> None:
    report = own.installation.collect()
    assert report.exit_code() == 0
    outcomes = own.installation.outcomes(report)
    assert set(outcomes.values()) == {"complete"}
    assert not {"mixpanel_properties", "mixpanel_lexicon"} & set(outcomes)
    counted = own.installation.rows("SELECT event, day, events, state FROM event_day WHERE events > 0 ORDER BY ALL")
    assert counted == sorted(
        (name, FIRST_DAY + timedelta(days=ahead), events + ahead % 7, "observed")
        for name, (events, _) in CAST.items()
        for ahead in range(20)
    )
    assert own.installation.value("SELECT event_service FROM workspace") == "Warehouse"


def test_an_event_that_is_absent_on_a_day_with_others_is_zero(own: Own) -> None:
    own.installation.collect(COUNTS)
    last = LAST_DAY + timedelta(days=1)
    own.installation.next_day()
    own.holds((SIGNED_UP, str(last), 7))
    assert own.installation.collect(COUNTS).exit_code() == 0
    of_last = "SELECT event, events, state FROM event_day WHERE day = ? ORDER BY event"
    assert own.installation.rows(of_last, last) == sorted(
        [(SIGNED_UP, 7, "observed"), (INVITED, 0, "observed"), (UPGRADED, 0, "observed")]
    )


def test_a_day_without_any_row_is_not_collected_and_the_next_run_asks_again(own: Own) -> None:
    gap = LAST_DAY - timedelta(days=2)
    own.holds(without=gap)
    report = own.installation.collect(COUNTS)
    assert own.installation.outcomes(report) == {"mixpanel_events": "partial"}
    assert str(gap) in own.error()
    assert "0 events" in own.error()
    assert own.installation.rows(OF_DAYS, SIGNED_UP) == [("not_collected", 1), ("observed", 19)]
    assert own.installation.rows("SELECT events FROM event_day WHERE day = ?", gap) == [(None,)] * 3
    own.holds()
    assert own.installation.collect(COUNTS).exit_code() == 0
    assert own.installation.rows(OF_DAYS, SIGNED_UP) == [("observed", 20)]


def test_an_old_day_that_is_missing_is_a_note_and_not_told_every_morning(own: Own) -> None:
    own.holds(without=FIRST_DAY + timedelta(days=3))
    report = own.installation.collect(COUNTS)
    assert own.installation.outcomes(report) == {"mixpanel_events": "complete"}
    assert own.error() == ""
    assert own.installation.rows(OF_DAYS, SIGNED_UP) == [("not_collected", 1), ("observed", 19)]


def test_a_day_that_the_query_returns_without_an_event_is_zero_for_all(own: Own) -> None:
    own.installation.collect(COUNTS)
    last = LAST_DAY + timedelta(days=1)
    own.installation.next_day()
    own.holds((None, str(last), 0))
    assert own.installation.collect(COUNTS).exit_code() == 0
    assert own.installation.rows("SELECT events, state FROM event_day WHERE day = ?", last) == [(0, "observed")] * 3


def test_days_before_the_databases_first_are_not_asked_for_again(own: Own) -> None:
    own.installation.collect(COUNTS)
    assert own.installation.value("SELECT min(day) FROM source_day WHERE source = 'mixpanel_events'") == FIRST_DAY
    report = own.installation.collect(COUNTS)
    assert own.installation.value(
        "SELECT first_day FROM collection WHERE run_id = ?", report.run_id
    ) == LAST_DAY - timedelta(days=6)


def test_a_restated_day_is_counted_anew(own: Own) -> None:
    own.installation.collect(COUNTS)
    day = LAST_DAY - timedelta(days=1)
    run(own.url, f"UPDATE counted SET events = 99 WHERE name = '{SIGNED_UP}' AND day = '{day}'")
    own.installation.collect(COUNTS)
    of_day = "SELECT events, state FROM event_day WHERE event = ? AND day = ?"
    assert own.installation.rows(of_day, SIGNED_UP, day) == [(99, "observed")]


def test_the_running_day_is_provisional_and_need_not_be_there(own: Own) -> None:
    own.installation.sandbox.set_today(LAST_DAY, hour=15)
    own.installation.collect(COUNTS)
    own.installation.collect(light_order())
    states = own.installation.rows(
        "SELECT day, state FROM event_day WHERE event = ? ORDER BY day DESC LIMIT 2", SIGNED_UP
    )
    assert states == [(LAST_DAY, "provisional"), (LAST_DAY - timedelta(days=1), "observed")]
    own.installation.sandbox.set_today(LAST_DAY + timedelta(days=1), hour=15)
    up_to_today = order_from_names(["mixpanel_events"], None, LAST_DAY + timedelta(days=1))
    assert own.installation.collect(up_to_today).exit_code() == 0
    own.installation.sandbox.set_today(LAST_DAY + timedelta(days=3), hour=15)
    report = own.installation.collect(light_order())
    assert own.installation.outcomes(report)["mixpanel_events"] == "complete"
    assert own.installation.value("SELECT max(day) FROM event_day") == LAST_DAY


def test_what_cannot_be_read_or_believed_leaves_what_is_stored(own: Own) -> None:
    own.installation.collect(COUNTS)
    before = own.stored()
    fill(own.url, [row for row in rows_of(cast_world(), LAST_DAY) if row[0] != SIGNED_UP])
    own.installation.collect(COUNTS)
    assert "Warehouse's answer" in own.error()
    assert own.stored() == before
    fill(own.url, [])
    report = own.installation.collect(COUNTS)
    assert own.installation.outcomes(report) == {"mixpanel_events": "failed"}
    assert "has no row from" in own.error()
    assert own.stored() == before
    own.holds((SIGNED_UP, str(LAST_DAY), 7))
    report = own.installation.collect(COUNTS)
    assert own.installation.outcomes(report) == {"mixpanel_events": "failed"}
    assert "GROUP BY" in own.error()
    assert own.stored() == before


def test_counts_of_mixpanel_give_way_and_another_name_of_the_database_changes_no_series(own: Own) -> None:
    queries = {"MIXPANEL_QUERIES_PER_HOUR": "1000"}
    own.installation.extra, of_database = queries, own.installation.extra
    own.installation.collect(COUNTS)
    assert own.installation.value("SELECT event_service FROM workspace") == "Mixpanel"
    own.installation.extra = of_database
    begins = FIRST_DAY + timedelta(days=5)
    later = [row for row in rows_of(cast_world(), LAST_DAY) if str(row[1]) >= str(begins)]
    fill(own.url, [*later, ("only here", str(LAST_DAY), 4)])
    own.installation.collect(COUNTS)
    assert own.installation.value("SELECT min(day) FROM event_day") == begins
    assert own.installation.value("SELECT events FROM event_day WHERE event = 'only here'") == 4
    before = own.stored()
    own.installation.extra = {**of_database, "EVENTS_SQL_NAME": "BigQuery"}
    own.installation.collect(COUNTS)
    assert own.installation.value("SELECT event_service FROM workspace") == "BigQuery"
    assert own.stored() == before
    own.installation.extra = queries
    own.installation.collect(COUNTS)
    assert own.installation.rows("SELECT DISTINCT event FROM event_day WHERE events > 0 AND event = 'only here'") == []


def test_a_refused_connection_is_tried_three_times_and_does_not_cost_customer_io(own: Own) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    own.installation.extra["EVENTS_SQL_URL"] = f"postgresql://team:hidden-0123@127.0.0.1:{port}/events"
    report = own.installation.collect()
    outcomes = own.installation.outcomes(report)
    assert outcomes.pop("mixpanel_events") == "failed"
    assert set(outcomes.values()) == {"complete"}
    assert "could not be connected with" in own.error()
    assert "hidden-0123" not in own.error()
    asked = "SELECT requests FROM collection WHERE source = 'mixpanel_events'"
    assert own.installation.value(asked) == 3


def test_a_query_that_takes_too_long_is_given_up(own: Own) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    own.installation.extra |= {
        "EVENTS_SQL_QUERY": f"{endless}{QUERY} AND 0 < (SELECT count(*) FROM n)",
        "EVENTS_SQL_SECONDS": "1",
    }
    own.installation.collect(COUNTS)
    assert "after 1 seconds" in own.error()
    assert "EVENTS_SQL_SECONDS" in own.error()
    begun = monotonic()
    while any(one.name == "events by SQL" for one in threading.enumerate()):
        assert monotonic() - begun < 20, "the query goes on"
