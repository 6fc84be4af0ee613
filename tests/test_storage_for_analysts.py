"""What analysts count with: restated numbers, instants and costs of incidents; and what is none of their business."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.manifest.durations import promised_minutes
from storage.file.database import Warehouse, open_published, transaction
from storage.file.migrations import migrate, shipped_migrations
from storage.read.collected import recent_requests
from storage.read.judged import stored_memory
from storage.records import CampaignMetrics, Collected
from storage.save import save_campaign_metrics, save_event_window, save_journey_metrics, save_workspace_zone
from tests.storage_cast import (
    NOW,
    RUN,
    WORKSPACE,
    always_observed,
    counts,
    day,
    journeys,
    observed,
    sends,
    warehouse_in,
)

FOR_ANALYSTS = 36
LATER = Collected(WORKSPACE, "later", NOW + timedelta(days=9))
RESTATED = "SELECT of_table, coalesce(event, campaign_id::VARCHAR), day, series, old_value, new_value FROM restatement"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse_in(tmp_path).open() as opened:
        yield opened


def test_a_count_that_was_a_fact_and_comes_out_otherwise_is_kept_with_both(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    save_event_window(connection, [counts("a", {1: 5, 2: 6}), counts("b", {1: 1})], observed(1, 2), RUN)
    save_event_window(connection, [counts("a", {1: 5, 2: 9})], observed(1, 2), LATER)
    assert connection.execute(f"{RESTATED} ORDER BY ALL").fetchall() == [
        ("event_day", "a", day(2), "events", 6, 9),
        ("event_day", "b", day(1), "events", 1, 0),
    ]
    when = connection.execute("SELECT DISTINCT known_since, restated_at FROM restatement").fetchall()
    assert when == [(RUN.at.replace(tzinfo=None), LATER.at.replace(tzinfo=None))]


def test_a_provisional_count_is_expected_to_change(connection: duckdb.DuckDBPyConnection) -> None:
    save_event_window(connection, [counts("a", {1: 5})], {day(1): "provisional"}, RUN)
    save_event_window(connection, [counts("a", {1: 6})], observed(1, 1), LATER)
    assert connection.execute(RESTATED).fetchall() == []


def test_sends_and_journeys_are_restated_and_clicks_only_grow(connection: duckdb.DuckDBPyConnection) -> None:
    def save(sent: int, clicked: int, started: int, at: datetime) -> None:
        series = {"sent": [sent], "clicked": [clicked], "delivered": [sent - 1]}
        metrics = [CampaignMetrics(7, [day(1)], series)]
        save_campaign_metrics(connection, WORKSPACE, metrics, always_observed, always_observed, at)
        save_journey_metrics(connection, WORKSPACE, [journeys(7, {1: started})], always_observed, at)

    save(10, 1, 12, NOW)
    save(11, 5, 12, LATER.at)
    save(11, 6, 13, LATER.at)
    assert connection.execute(f"{RESTATED} ORDER BY ALL").fetchall() == [
        ("campaign_day", "7", day(1), "delivered", 9, 10),
        ("campaign_day", "7", day(1), "sent", 10, 11),
        ("journey_day", "7", day(1), "started", 12, 13),
    ]


def test_days_that_another_time_zone_cut_anew_were_not_restated(connection: duckdb.DuckDBPyConnection) -> None:
    save_workspace_zone(connection, WORKSPACE, "UTC", RUN.at - timedelta(days=9))
    save_event_window(connection, [counts("a", {1: 5})], observed(1, 1), RUN)
    save_workspace_zone(connection, WORKSPACE, "Asia/Tokyo", LATER.at)
    save_event_window(connection, [counts("a", {1: 8})], observed(1, 1), LATER)
    assert connection.execute(RESTATED).fetchall() == []


def test_an_answer_that_lacks_a_number_restates_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaign_metrics(connection, WORKSPACE, [sends(7, {1: 3})], always_observed, always_observed, NOW)
    lacking = [CampaignMetrics(7, [day(1)], {"sent": [None]})]
    save_campaign_metrics(connection, WORKSPACE, lacking, always_observed, always_observed, LATER.at)
    assert connection.execute(RESTATED).fetchall() == []


def test_instants_of_an_incident_are_those_of_the_workspaces_zone(connection: duckdb.DuckDBPyConnection) -> None:
    save_workspace_zone(connection, WORKSPACE, "America/New_York", NOW)
    _incident(connection, date(2026, 11, 1), 3.0, recovered_on=date(2026, 11, 2))
    began, back, minutes, days = connection.execute(
        "SELECT began_at, recovered_at, minutes_to_end, bad_days FROM incident_times"
    ).fetchall()[0]
    assert (began, back) == (datetime(2026, 11, 1, 4), datetime(2026, 11, 2, 5))
    assert (minutes, days) == (25 * 60, 1), "clocks were put back that day"


@pytest.mark.parametrize(
    ("timing", "minutes"), [("within 90 seconds", 1.5), ("within 2 hours", 120), ("daily", None), (None, None)]
)
def test_a_promise_is_so_many_minutes(timing: str | None, minutes: float | None) -> None:
    assert promised_minutes(timing) == minutes


@given(
    missed=st.floats(0, 1e9, allow_subnormal=False),
    short=st.lists(st.none() | st.floats(0, 1e7, allow_subnormal=False), min_size=1, max_size=9),
)
@settings(max_examples=40, deadline=None)
def test_the_days_of_an_incident_add_up_to_its_cost_whatever_each_lacked(
    missed: float, short: list[float | None]
) -> None:
    first = date(2026, 11, 1)
    with _shared.cursor() as connection:
        connection.execute("DELETE FROM incident; DELETE FROM verdict")
        _incident(connection, first, missed, recovered_on=first + timedelta(days=len(short)))
        for place, lacked in enumerate(short):
            if lacked is not None:
                connection.execute(
                    "INSERT INTO verdict (workspace, campaign_id, day, status, sent, expected) "
                    "VALUES ('default', 7, ?, 'silent', 0, ?)",
                    [first + timedelta(days=place), lacked],
                )
        days = connection.execute("SELECT missed_sends, revenue_at_risk FROM incident_cost_day").fetchall()
        whole = connection.execute("SELECT CAST(missed_sends AS DECIMAL(18, 2)) FROM incident").fetchall()[0][0]
    assert len(days) == len(short)
    assert min(sends for sends, _ in days) >= 0
    assert sum(sends for sends, _ in days) == whole
    assert float(sum(money for _, money in days)) == pytest.approx(2 * missed, abs=0.006)


def test_an_existing_file_keeps_its_memory_and_its_requests_in_their_new_place(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with duckdb.connect(warehouse.path) as before:
        migrate(before, tmp_path, [one for one in shipped_migrations() if one.number < FOR_ANALYSTS])
        before.execute("INSERT INTO judge_checkpoint VALUES ('default', DATE '2026-11-03', 'print', 'memory'::BLOB)")
        before.execute("INSERT INTO mixpanel_request VALUES ('42', TIMESTAMP '2026-11-24 07:00', 9)")
    with warehouse.open_and_publish() as connection:
        memory = stored_memory(connection, WORKSPACE)
        assert memory is not None
        assert (memory.fingerprint, memory.state) == ("print", b"memory")
        assert recent_requests(connection, "42", NOW) == [(NOW, 9)]
    warehouse.path.unlink()
    with warehouse.open() as restored:
        assert stored_memory(restored, WORKSPACE) == memory, "it went with the published copy, and came back from it"


def test_an_analyst_does_not_see_the_programs_own_tables_unasked(tmp_path: Path) -> None:
    warehouse = warehouse_in(tmp_path)
    with warehouse.open_and_publish():
        pass
    with duckdb.connect(warehouse.published_path, read_only=True) as connection:
        seen = {row[0] for row in connection.execute("SELECT table_name FROM information_schema.tables "
                                                     "WHERE table_schema = 'main'").fetchall()}  # fmt: skip
        own = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'internal'").fetchall()
    assert {name for (name,) in own} == {"judge_checkpoint", "mixpanel_request"}
    assert not seen & {"judge_checkpoint", "mixpanel_request"}
    assert {"incident_times", "incident_cost_day", "campaign_day_wide", "restatement"} <= seen


def test_a_published_file_of_an_older_version_is_read_with_the_new_views(tmp_path: Path) -> None:
    path = tmp_path / "campaign_health.duckdb"
    with duckdb.connect(path) as older:
        migrate(older, tmp_path, [one for one in shipped_migrations() if one.number < FOR_ANALYSTS])
        with transaction(older):
            older.execute(
                "INSERT INTO workspace (workspace, time_zone, time_zone_since) VALUES ('default', 'UTC', now())"
            )
            _incident(older, date(2026, 11, 1), 12.5, recovered_on=date(2026, 11, 3))
    with open_published(path) as connection:
        assert connection.execute("SELECT began_at FROM incident_times").fetchall() == [(datetime(2026, 11, 1),)]
        assert connection.execute("SELECT sum(missed_sends) FROM incident_cost_day").fetchone() == (Decimal("12.50"),)


def _incident(connection: duckdb.DuckDBPyConnection, opened_on: date, missed: float, recovered_on: date) -> None:
    connection.execute(
        "INSERT INTO incident (workspace, incident_id, campaign_id, status, kind, opened_on, detected_on, "
        "recovered_on, stage, cause, evidence, summary, missed_sends, missed_events, revenue_at_risk) "
        "VALUES ('default', '7-a', 7, 'recovered', 'silent', ?, ?, ?, 'sent', 'unknown', '[]', '', ?, ?, ?)",
        [opened_on, opened_on, recovered_on, missed, missed, 2 * missed],
    )


def _migrated() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    migrate(made, Path())
    return made


_shared = _migrated()
