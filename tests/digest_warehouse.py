"""A warehouse with campaigns, incidents and runs of our choosing, for tests of what is announced."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from campaign_health.settings import Settings, WorkspaceSettings
from campaign_health.settings.settings_reading import load_settings
from storage.file.database import Warehouse, transaction
from storage.records import CORE_SOURCES
from tests import storage_cast

WORKSPACE = "default"
MONDAY = date(2026, 11, 23)
EVIDENCE = [{"cause": "event_renamed", "sentence": "`a.b` became `a_b`.", "next_step": "Change the trigger."}]


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def settings_in(folder: Path, **slack: str) -> tuple[Settings, WorkspaceSettings]:
    """Settings without sources; `slack` holds environment variables."""
    settings = load_settings({"CAMPAIGN_HEALTH_TIMEZONE": "UTC", **slack}, folder)
    return settings, settings.workspaces[0]


def warehouse_in(folder: Path) -> Warehouse:
    """A warehouse with three campaigns judged up to the Sunday before MONDAY, all healthy."""
    warehouse = storage_cast.warehouse_in(folder / "data")
    with warehouse.open() as connection, transaction(connection):
        connection.execute(
            "INSERT INTO workspace (workspace, time_zone, time_zone_since) VALUES ('default', 'UTC', '2026-01-01')"
        )
        for number in (1, 2, 3):
            connection.execute(
                """
                INSERT INTO campaign
                    (workspace, campaign_id, name, state, trigger_kind, event, tags, definition, seen_at)
                VALUES ('default', ?, ?, 'running', 'event', 'a.b', ['t' || ?], '{}', '2026-01-01')
                """,
                [number, f"Campaign {number}", str(number)],
            )
            connection.execute(
                "INSERT INTO verdict (workspace, campaign_id, day, status) VALUES ('default', ?, ?, 'healthy')",
                [number, MONDAY - timedelta(days=1)],
            )
    judged(warehouse, MONDAY - timedelta(days=1))
    return warehouse


def judged(warehouse: Warehouse, day: date) -> None:
    """Says that everything was collected on the morning after `day` and judged up to it; what failed last fails on."""
    collected = at(day + timedelta(days=1), 5)
    with warehouse.open() as connection:
        failing = connection.execute(
            "SELECT source FROM collection GROUP BY source HAVING arg_max(outcome, started_at) <> 'complete'"
        ).fetchall()
        connection.execute(
            "INSERT OR REPLACE INTO judge_run (workspace, judged_at, as_of) VALUES ('default', ?, ?)", [day, day]
        )
    for source in CORE_SOURCES:
        run_ended(warehouse, collected, "failed" if (source,) in failing else "complete", source)


def break_campaign(warehouse: Warehouse, number: int, day: date, missed: float = 50.0, news: bool = True) -> str:
    """Opens an incident of campaign `number` on `day`."""
    incident_id = f"{number}-{day}"
    with warehouse.open() as connection, transaction(connection):
        connection.execute(
            """
            INSERT INTO incident (workspace, incident_id, campaign_id, status, kind, opened_on, detected_on, cause,
                                  evidence, summary, missed_sends)
            VALUES ('default', ?, ?, 'open', 'silent', ?, ?, 'event_renamed', ?, '0 sends; 50 were expected.', ?)
            """,
            [incident_id, number, day, day, json.dumps(EVIDENCE), missed],
        )
        _change(connection, incident_id, number, "opened", day, news)
    return incident_id


def mend_campaign(warehouse: Warehouse, incident_id: str, day: date) -> None:
    """Closes an incident as recovered on `day`."""
    with warehouse.open() as connection, transaction(connection):
        connection.execute(
            "UPDATE incident SET status = 'recovered', recovered_on = ? WHERE incident_id = ?", [day, incident_id]
        )
        _change(connection, incident_id, int(incident_id.split("-")[0]), "recovered", day, True)


def run_ended(warehouse: Warehouse, when: datetime, outcome: str, source: str = "customerio_metrics") -> None:
    """Stores how one source of a run went."""
    with warehouse.open() as connection:
        connection.execute(
            """
            INSERT OR REPLACE INTO collection (run_id, workspace, source, started_at, ended_at, outcome, first_day,
                                               last_day, requests, rows, error)
            VALUES (?, 'default', ?, ?, ?, ?, ?, ?, 1, 0, ?)
            """,
            [when.isoformat(), source, when.replace(tzinfo=None), when.replace(tzinfo=None), outcome,
             when.date() - timedelta(days=7), when.date() - timedelta(days=1),
             None if outcome == "complete" else "Customer.io answered HTTP 503."],
        )  # fmt: skip


def _change(connection, incident_id: str, number: int, kind: str, day: date, news: bool) -> None:  # type: ignore[no-untyped-def]
    connection.execute(
        "INSERT INTO incident_change VALUES ('default', ?, ?, ?, ?, ?, ?, '{}', ?)",
        [f"{incident_id}:{kind}:{day}", incident_id, number, kind, day, day, news],
    )
