"""The demo's world from its first day to its last, with what people said of it, as analysts find it published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from campaign_health.decisions.record_decision import record_decision
from campaign_health.demo.prepare import prepare_demo
from campaign_health.process.stopping import StopSignals
from storage.file.database import Warehouse, transaction
from storage.records import Collected, EventCounts
from storage.save import save_event_window
from tests.collecting_cast import Notes

NOW = datetime(2026, 11, 24, 20, tzinfo=UTC)
WORKSPACE = "default"
NEVER_SENT = "Onboarding welcome"
QUERIES = Path(__file__).resolve().parents[1] / "docs" / "analyst_queries.sql"


def questions() -> dict[int, str]:
    """The numbered questions of the file with their SQL, a comment before it."""
    parts = QUERIES.read_text(encoding="utf-8").split("\n\n")
    numbered = [(part.removeprefix("-- ").split(".", 1)[0], part.strip().removesuffix(";")) for part in parts]
    return {int(number): sql for number, sql in numbered if number.isdigit()}


def publish_analyst_world(directory: Path) -> Path:
    """The path of the published file. Each of the numbered questions has something to find in it."""
    demo = prepare_demo(directory, NOW, Notes(), StopSignals())
    warehouse = Warehouse(demo.settings.data_dir)
    with warehouse.open_and_publish() as connection, transaction(connection):
        _say(connection)
        _announce(connection)
        _restate(connection)
        connection.execute(
            "UPDATE campaign_day SET sent = 0 WHERE sent > 0 AND campaign_id = "
            "(SELECT campaign_id FROM campaign WHERE name = ?)",
            [NEVER_SENT],
        )
    return warehouse.published_path


def _say(connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute("SELECT campaign_id, incident_id FROM incident ORDER BY opened_on").fetchall()
    incidents = dict(found)
    later = NOW + timedelta(hours=2)
    record_decision(connection, WORKSPACE, "acknowledge", "ana", NOW, incident_id=incidents[15])
    record_decision(connection, WORKSPACE, "acknowledge", "ben", later, incident_id=incidents[16])
    record_decision(connection, WORKSPACE, "false_alarm", "ana", later, incident_id=incidents[17])
    (old, new) = connection.execute("SELECT old_event, new_event FROM rename_suspect").fetchall()[0]
    record_decision(connection, WORKSPACE, "confirm_rename", "ben", later, event=old, new_event=new)


def _announce(connection: duckdb.DuckDBPyConnection) -> None:
    """What was found open is told two hours and a quarter after it was stored, and once more a day later."""
    for number, hours in enumerate((2.25, 26.25)):
        connection.execute(
            "INSERT INTO announcement BY NAME SELECT workspace, incident_id || '-' || $number AS announcement_id, "
            "'slack' AS channel, 'digest' AS kind, day, '{}' AS digest, [change_id] AS change_ids, 'sent' AS status, "
            "1 AS attempts, recorded_at AS made_at, recorded_at + to_seconds($seconds) AS sent_at "
            "FROM incident_change WHERE kind = 'opened'",
            {"number": str(number), "seconds": hours * 3600},
        )


def _restate(connection: duckdb.DuckDBPyConnection) -> None:
    """One count that was a fact comes out greater by seven."""
    day, events, source = connection.execute(
        "SELECT day, events, source FROM event_day WHERE event = 'payment_failed' AND state = 'observed' "
        "ORDER BY day DESC LIMIT 1 OFFSET 9"
    ).fetchall()[0]
    collected = Collected(WORKSPACE, "late", NOW + timedelta(hours=3))
    counts = [EventCounts("payment_failed", {day: events + 7}, source)]
    save_event_window(connection, counts, {day: "observed"}, collected, answered=["payment_failed"])
