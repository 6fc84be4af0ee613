"""Makes a world of two workspaces out of a demo's data directory, for `every_answer`.

    campaign-health demo --no-dashboard --data-dir demo
    python -m tests.benchmarks.two_workspaces --demo demo --out two

The second workspace has another zone and lost its Customer.io sends on the last day. People have muted two campaigns,
said of two that their end was intended, and taken one on. Runs on the warehouse of any version: rows are copied by SQL.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import duckdb

from storage.read.workspaces import workspace_tables

_SETTINGS = """[workspace.east]
CAMPAIGN_HEALTH_TIMEZONE = "America/New_York"
CUSTOMERIO_APP_API_KEY = "east"
[workspace.west]
CAMPAIGN_HEALTH_TIMEZONE = "America/Los_Angeles"
CUSTOMERIO_APP_API_KEY = "west"
"""
# workspace, kind, whether it is about the incident, trigger event's campaign, reason, days until it ends
_SAID = [
    ("east", "mute", False, "Report sharing nudge", "known", 26),
    ("east", "expected", True, "Project kick-off tips", "launch", None),
    ("east", "expected", True, "Team expansion", "we stopped it", None),
    ("east", "acknowledge", True, "Upgrade offer", None, None),
    ("west", "mute", False, "Re-engagement", "until the migration", 7),
]


def main() -> None:
    """Copies the demo, doubles its workspace, and writes what people said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demo", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    given = parser.parse_args()
    data = given.out / "data"
    data.mkdir(parents=True)
    shutil.copy(given.demo / "warehouse.duckdb", data)
    shutil.copy(given.demo / "manifest.yaml", given.out)
    (given.out / "campaign-health.toml").write_text(_SETTINGS)
    with duckdb.connect(data / "warehouse.duckdb") as connection:
        _double(connection)
        _say(connection)
    print(f"Judge {data} with --manifest {given.out}/manifest.yaml --workspaces {given.out}/campaign-health.toml.")


def _double(connection: duckdb.DuckDBPyConnection) -> None:
    for table in workspace_tables(connection):
        connection.execute(f"UPDATE {table} SET workspace = 'east'")
        connection.execute(f"CREATE TEMP TABLE copied AS SELECT * REPLACE ('west' AS workspace) FROM {table}")
        connection.execute(f"INSERT INTO {table} SELECT * FROM copied; DROP TABLE copied")
    connection.execute("UPDATE workspace SET time_zone = 'America/Los_Angeles' WHERE workspace = 'west'")
    connection.execute(
        "UPDATE collection SET outcome = 'failed', error = 'Customer.io refused the key.' WHERE workspace = 'west' AND "
        "source = 'customerio_metrics' AND started_at > (SELECT max(started_at) - INTERVAL 26 HOUR FROM collection)"
    )


def _say(connection: duckdb.DuckDBPyConnection) -> None:
    for number, (workspace, kind, of_incident, name, reason, days) in enumerate(_SAID):
        connection.execute(
            "INSERT INTO decision SELECT workspace, ?, ?, CASE WHEN ? THEN incident_id END, campaign_id, NULL, NULL, "
            "?, (now + to_days(?))::DATE, 'Ada Byron', now, NULL, NULL, NULL FROM incident JOIN campaign "
            "USING (workspace, campaign_id), (SELECT max(started_at) - INTERVAL 1 HOUR AS now FROM collection) "
            "WHERE workspace = ? AND campaign.name = ? AND incident.status = 'open'",
            [f"said{number}", kind, of_incident, reason, days, workspace, name],
        )


if __name__ == "__main__":
    main()
