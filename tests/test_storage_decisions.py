"""What people decide shows at once, and can be undone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from campaign_health.decisions.record_decision import change_warehouse, record_decision, undo_decisions
from storage.errors import UnknownDecisionError
from storage.file.database import Warehouse, open_published, transaction
from storage.read.decisions_made import all_decisions, decisions_in_force
from storage.save import save_campaigns, save_workspace_zone
from tests.storage_cast import NOW, WORKSPACE, campaign, day, open_warehouse

LATER = NOW + timedelta(hours=1)


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    save_workspace_zone(connection, WORKSPACE, "Pacific/Auckland", NOW)
    save_campaigns(connection, WORKSPACE, [campaign(1), campaign(2)], NOW)
    for incident_id, status in (("1-old", "recovered"), ("1-new", "open")):
        connection.execute(
            "INSERT INTO incident (workspace, incident_id, campaign_id, status, kind, opened_on, detected_on, cause, "
            "evidence, summary) VALUES (?, ?, 1, ?, 'silent', ?, ?, 'unknown', '[]', 'Nothing sent.')",
            [WORKSPACE, incident_id, status, day(3), day(4)],
        )


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(tmp_path) as opened:
        prepare(opened)
        yield opened


def incident(connection: duckdb.DuckDBPyConnection, *columns: str, incident_id: str = "1-new") -> tuple[Any, ...]:
    row = connection.execute(
        f"SELECT {', '.join(columns)} FROM incident WHERE incident_id = ?", [incident_id]
    ).fetchone()
    assert row is not None
    return row


def changes(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, date, dict[str, str], bool]]:
    rows = connection.execute(
        "SELECT incident_id, kind, day, detail, news FROM incident_change ORDER BY recorded_at, change_id"
    ).fetchall()
    return [(incident_id, kind, at, json.loads(detail), news) for incident_id, kind, at, detail, news in rows]


def test_acknowledging_shows_in_the_incident_and_its_changes(connection: duckdb.DuckDBPyConnection) -> None:
    decision = record_decision(connection, WORKSPACE, "acknowledge", "ana", NOW, incident_id="1-new")
    assert incident(connection, "acknowledged_by", "acknowledged_at") == ("ana", NOW.replace(tzinfo=None))
    assert incident(connection, "acknowledged_by", incident_id="1-old") == (None,)
    (change,) = changes(connection)
    assert change == ("1-new", "acknowledged", day(24), {"by": "ana", "decision_id": decision}, False)


def test_undoing_takes_the_effect_away_and_stays_on_record(connection: duckdb.DuckDBPyConnection) -> None:
    decision = record_decision(connection, WORKSPACE, "acknowledge", "ana", NOW, incident_id="1-new")
    undo_decisions(connection, WORKSPACE, [decision], "ben", LATER)
    assert incident(connection, "acknowledged_by", "acknowledged_at") == (None, None)
    assert decisions_in_force(connection, WORKSPACE) == []
    (kept,) = all_decisions(connection, WORKSPACE)
    assert (kept.decided_by, kept.undone_by, kept.undone_at) == ("ana", "ben", LATER)
    assert [kind for _, kind, *_ in changes(connection)] == ["acknowledged", "unacknowledged"]
    with pytest.raises(UnknownDecisionError, match="undid it already"):
        undo_decisions(connection, WORKSPACE, [decision], "ben", LATER)


def test_a_mute_carries_an_owner_a_reason_and_an_end(connection: duckdb.DuckDBPyConnection) -> None:
    record_decision(
        connection, WORKSPACE, "mute", "ana", NOW, incident_id="1-new", reason="moving house", until=day(28)
    )
    assert incident(connection, "muted_by", "muted_reason", "muted_until") == ("ana", "moving house", day(28))
    assert len(decisions_in_force(connection, WORKSPACE, on_day=day(28))) == 1
    assert decisions_in_force(connection, WORKSPACE, on_day=day(29)) == []


def test_undoing_a_later_mute_brings_the_earlier_one_back(connection: duckdb.DuckDBPyConnection) -> None:
    record_decision(connection, WORKSPACE, "mute", "ana", NOW, incident_id="1-new", reason="a", until=day(25))
    second = record_decision(
        connection, WORKSPACE, "mute", "ben", LATER, incident_id="1-new", reason="b", until=day(28)
    )
    assert incident(connection, "muted_by", "muted_until") == ("ben", day(28))
    undo_decisions(connection, WORKSPACE, [second], "ana", LATER)
    assert incident(connection, "muted_by", "muted_until") == ("ana", day(25))


def test_muting_a_campaign_mutes_its_open_incident(connection: duckdb.DuckDBPyConnection) -> None:
    record_decision(connection, WORKSPACE, "mute", "ana", NOW, campaign_id=1, reason="a", until=day(25))
    assert incident(connection, "muted_by") == ("ana",)
    assert incident(connection, "muted_by", incident_id="1-old") == (None,)


def test_a_break_marked_as_expected_touches_nothing_else(connection: duckdb.DuckDBPyConnection) -> None:
    record_decision(connection, WORKSPACE, "acknowledge", "ana", NOW, incident_id="1-new")
    record_decision(connection, WORKSPACE, "expected", "ben", LATER, incident_id="1-new", reason="sunset")
    assert incident(connection, "acknowledged_by", "expected_by", "expected_reason") == ("ana", "ben", "sunset")


def test_saying_the_same_twice_is_one_decision(connection: duckdb.DuckDBPyConnection) -> None:
    first = record_decision(connection, WORKSPACE, "confirm_rename", "ana", NOW, event="a", new_event="b")
    assert record_decision(connection, WORKSPACE, "confirm_rename", "ana", LATER, event="a", new_event="b") == first
    assert len(all_decisions(connection, WORKSPACE)) == 1


def test_of_a_rename_confirmed_and_refused_the_newest_word_counts(connection: duckdb.DuckDBPyConnection) -> None:
    record_decision(connection, WORKSPACE, "confirm_rename", "ana", NOW, event="a", new_event="b")
    record_decision(connection, WORKSPACE, "refuse_rename", "ben", LATER, event="a", new_event="b")
    record_decision(connection, WORKSPACE, "refuse_rename", "ben", LATER, event="a", new_event="c")
    held = {(d.kind, d.new_event) for d in decisions_in_force(connection, WORKSPACE)}
    assert held == {("refuse_rename", "b"), ("refuse_rename", "c")}


def test_undoing_a_mapping_brings_the_trigger_back(connection: duckdb.DuckDBPyConnection) -> None:
    decision = record_decision(connection, WORKSPACE, "map_event", "ana", NOW, campaign_id=1, event="other")
    assert connection.execute("SELECT event, event_from FROM campaign_plan").fetchall() == [("other", "decision")]
    undo_decisions(connection, WORKSPACE, [decision], "ana", LATER)
    assert connection.execute("SELECT event, event_from FROM campaign_plan").fetchall() == [("signed_up", "trigger")]


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("acknowledge", {}),
        ("mute", {"incident_id": "1-new", "reason": "", "until": day(3)}),
        ("mute", {"incident_id": "1-new", "reason": "a"}),
        ("confirm_rename", {"event": "a"}),
        ("map_event", {"event": "a"}),
    ],
)
def test_a_decision_with_something_missing_is_refused(
    connection: duckdb.DuckDBPyConnection, kind: Any, given: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=f"kind {kind} needs"):
        record_decision(connection, WORKSPACE, kind, "ana", NOW, **given)


def test_a_decision_on_something_that_is_not_there_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UnknownDecisionError, match="no incident 9-x"):
        record_decision(connection, WORKSPACE, "acknowledge", "ana", NOW, incident_id="9-x")
    with pytest.raises(UnknownDecisionError, match="no campaign 9"):
        record_decision(connection, WORKSPACE, "map_event", "ana", NOW, campaign_id=9, event="a")


def test_a_change_is_published_at_once_and_a_failed_one_not_at_all(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.open() as connection, transaction(connection):
        prepare(connection)

    def acknowledge(connection: duckdb.DuckDBPyConnection) -> str:
        return record_decision(connection, WORKSPACE, "acknowledge", "ana", NOW, incident_id="1-new")

    def fail(connection: duckdb.DuckDBPyConnection) -> None:
        record_decision(connection, WORKSPACE, "expected", "ana", NOW, incident_id="1-new", reason="a")
        raise LookupError

    decision = change_warehouse(warehouse, acknowledge)
    with pytest.raises(LookupError):
        change_warehouse(warehouse, fail)
    for opened in (warehouse.open(), open_published(tmp_path)):
        with opened as connection:
            assert [d.decision_id for d in decisions_in_force(connection, WORKSPACE)] == [decision]
            assert incident(connection, "acknowledged_by", "expected_by") == ("ana", None)
