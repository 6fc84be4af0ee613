"""The two views that everybody reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from campaign_health.decisions.record_decision import record_decision
from storage.file.database import PUBLISHED_NAME, open_published
from storage.file.migrations import migrate, shipped_migrations
from storage.read.collected import campaign_events
from storage.read.workspaces import listed_campaigns, workspaces
from storage.records import Collected
from storage.save import (
    mark_not_collected,
    save_campaign_metrics,
    save_campaigns,
    save_event_window,
    save_journey_metrics,
    save_source_days,
)
from tests.storage_cast import (
    NOW,
    RUN,
    WORKSPACE,
    always_observed,
    campaign,
    charted,
    counts,
    day,
    journeys,
    observed,
    open_warehouse,
    save_window,
    sends,
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(tmp_path) as opened:
        yield opened


def chart(connection: duckdb.DuckDBPyConnection, campaign_id: int, *columns: str) -> list[tuple[Any, ...]]:
    return connection.execute(
        f"SELECT {', '.join(columns)} FROM event_vs_campaign WHERE campaign_id = ? ORDER BY day", [campaign_id]
    ).fetchall()


def save_sends(connection: duckdb.DuckDBPyConnection, campaign_id: int, by_day: dict[int, int]) -> None:
    save_campaign_metrics(connection, WORKSPACE, [sends(campaign_id, by_day)], always_observed, always_observed, NOW)
    save_source_days(connection, "customerio_metrics", dict.fromkeys(map(day, by_day), "observed"), RUN)


def test_the_chart_has_every_day_from_the_first_collected_to_the_last(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(1)], NOW)
    save_window(connection, [counts("signed_up", {2: 5})], 1, 3)
    save_sends(connection, 1, {3: 4, 6: 2})
    save_journey_metrics(connection, WORKSPACE, [journeys(1, {3: 4})], always_observed, NOW)
    assert chart(connection, 1, "day", "events", "started", "sent", "event_state", "campaign_state") == [
        (day(1), 0, None, None, "observed", "not_collected"),
        (day(2), 5, None, None, "observed", "not_collected"),
        (day(3), 0, 4, 4, "observed", "observed"),
        (day(4), None, None, None, "not_collected", "not_collected"),
        (day(5), None, None, None, "not_collected", "not_collected"),
        (day(6), None, None, 2, "not_collected", "observed"),
    ]


def test_the_chart_is_there_before_anything_was_judged_and_carries_verdicts_after(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(1)], NOW)
    save_sends(connection, 1, {1: 0, 2: 0})
    assert chart(connection, 1, "status", "expected", "cause") == [(None, None, None)] * 2
    connection.execute(
        "INSERT INTO verdict (workspace, campaign_id, day, status, expected, expected_low, expected_high, cause) "
        "VALUES (?, 1, ?, 'silent', 60, 52, 71, 'event_renamed')",
        [WORKSPACE, day(2)],
    )
    assert chart(connection, 1, "status", "expected_low", "cause") == [
        (None, None, None),
        ("silent", 52, "event_renamed"),
    ]


def test_a_campaign_without_an_event_is_charted_by_its_sends_alone(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(1, event=None)], NOW)
    save_window(connection, [counts("signed_up", {1: 5})], 1, 2)
    save_sends(connection, 1, {1: 3, 2: 4})
    assert chart(connection, 1, "event", "events", "sent", "event_state") == [
        (None, None, 3, None),
        (None, None, 4, None),
    ]


def test_a_trigger_event_that_never_was_counts_zero_only_where_counts_were_collected(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(1, event="no_such_event")], NOW)
    save_window(connection, [counts("signed_up", {1: 5})], 1, 1)
    mark_not_collected(connection, "mixpanel_events", day(2), day(2), Collected(WORKSPACE, "failed run", NOW))
    assert chart(connection, 1, "events", "event_state") == [(0, "observed"), (None, "not_collected")]


def test_a_campaign_that_never_started_was_not_expected_to_send(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(1, state="draft", started=None)], NOW)
    save_window(connection, [counts("signed_up", {1: 5})], 1, 1)
    assert chart(connection, 1, "sent", "campaign_state") == [(None, "not_expected")]


def test_a_mapping_from_a_decision_wins_over_the_trigger(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(1), campaign(2, event=None)], NOW)
    save_window(connection, [counts("signed_up", {1: 5}), counts("sign_up", {1: 7})], 1, 1)
    record_decision(connection, WORKSPACE, "map_event", "ana", NOW, campaign_id=1, event=None)
    record_decision(connection, WORKSPACE, "map_event", "ana", NOW, campaign_id=2, event="sign_up")
    assert chart(connection, 1, "event", "events") == [(None, None)]
    assert chart(connection, 2, "event", "events") == [("sign_up", 7)]
    assert campaign_events(connection, WORKSPACE) == ["sign_up"]


def test_workspaces_are_charted_apart(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(1)], NOW)
    save_campaigns(connection, "agency", [campaign(1)], NOW)
    save_window(connection, [counts("signed_up", {1: 5})], 1, 2)
    save_event_window(connection, [counts("signed_up", {9: 8})], observed(9, 9), Collected("agency", "run", NOW))
    assert charted(connection, 1)["events"].tolist() == [5, 0]
    assert charted(connection, 1, "agency")["events"].tolist() == [8]
    assert workspaces(connection) == []


def test_an_empty_file_gives_empty_views(connection: duckdb.DuckDBPyConnection) -> None:
    assert listed_campaigns(connection) == 0
    assert charted(connection, 1).empty


def test_the_list_has_a_row_for_each_campaign_with_its_newest_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(1), campaign(2, event=None)], NOW)
    save_window(connection, [counts("signed_up", dict.fromkeys(range(1, 31), 5))], 1, 30)
    mark_not_collected(connection, "mixpanel_events", day(31), day(31), Collected(WORKSPACE, "failed run", NOW))
    save_sends(connection, 1, dict.fromkeys(range(1, 32), 4))
    newest = "campaign_id, newest_events, newest_events_day, newest_sends, newest_sends_day"
    rows = connection.execute(f"SELECT {newest} FROM campaign_health ORDER BY campaign_id").fetchall()
    assert rows == [(1, 5, day(30), 4, day(31)), (2, None, None, None, None)]
    arrays = connection.execute("SELECT events_28d, sends_28d, last_day_28d FROM campaign_health ORDER BY campaign_id")
    assert arrays.fetchall() == [
        ([5] * 27 + [None], [4] * 28, day(31)),
        ([None] * 28, [None] * 28, day(31)),
    ]


def test_the_list_shows_the_newest_verdict_and_the_open_incident(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(1), campaign(2)], NOW)
    for at, status in ((day(1), "healthy"), (day(2), "healthy"), (day(3), "silent")):
        for campaign_id in (1, 2):
            connection.execute(
                "INSERT INTO verdict (workspace, campaign_id, day, status, sent) VALUES (?, ?, ?, ?, 0)",
                [WORKSPACE, campaign_id, at, status],
            )
    for incident_id, status, opened in (("1-a", "recovered", day(1)), ("1-b", "open", day(3))):
        connection.execute(
            "INSERT INTO incident (workspace, incident_id, campaign_id, status, kind, opened_on, detected_on, "
            "last_good_day, cause, evidence, summary, missed_sends) "
            "VALUES (?, ?, 1, ?, 'silent', ?, ?, ?, 'event_renamed', '[]', 'Nothing sent.', 60)",
            [WORKSPACE, incident_id, status, opened, opened, day(2)],
        )
    columns = "status, day, incident_id, cause, opened_on, missed_sends, last_good_day"
    rows = connection.execute(f"SELECT {columns} FROM campaign_health ORDER BY campaign_id").fetchall()
    assert rows == [
        ("silent", day(3), "1-b", "event_renamed", day(3), 60, day(2)),
        ("silent", day(3), None, None, None, None, day(2)),
    ]


def test_a_published_file_of_an_older_version_is_read_with_the_views_that_came_later(tmp_path: Path) -> None:
    older = [migration for migration in shipped_migrations() if migration.name != "campaign_event"]
    with duckdb.connect(tmp_path / PUBLISHED_NAME) as connection:
        migrate(connection, tmp_path / PUBLISHED_NAME, older)
        save_campaigns(connection, WORKSPACE, [campaign(1)], NOW)
    before = (tmp_path / PUBLISHED_NAME).read_bytes()
    with open_published(tmp_path) as connection:
        assert campaign_events(connection, WORKSPACE) == ["signed_up"]
    assert (tmp_path / PUBLISHED_NAME).read_bytes() == before
