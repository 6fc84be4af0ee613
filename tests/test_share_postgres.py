"""Sharing to a real PostgreSQL, by programs whose DuckDB has the extension, looked at by another client."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from storage.read.data_dictionary import shipped_dictionary
from tests.postgres_server import PostgresServer, running_postgres
from tests.share_environment import ShareEnvironment, share_environment
from tests.sharing_machine import ROWS

pytestmark = pytest.mark.slow("share")

MACHINES = ("acme", "bolt", "corn")
KILLS = 2
MORNINGS = 3


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with running_postgres() as running:
        yield running


@pytest.fixture(scope="module")
def environment() -> ShareEnvironment:
    return share_environment()


def seen(reader: psycopg.Connection) -> dict[str, tuple[int, ...]]:
    """Of each workspace: its publication, and the numbers and rows of three tables, all read at one instant."""
    with reader.transaction():
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        rows = reader.execute("""
            SELECT p.workspace, p.number, e.low, e.high, e.n, c.low, c.high, c.n, v.low, v.high, v.n
            FROM campaign_health.publication p
            LEFT JOIN (SELECT workspace, min(events) AS low, max(events) AS high, count(*) AS n
                       FROM campaign_health.event_day GROUP BY 1) e USING (workspace)
            LEFT JOIN (SELECT workspace, min(sent) AS low, max(sent) AS high, count(*) AS n
                       FROM campaign_health.campaign_day GROUP BY 1) c USING (workspace)
            LEFT JOIN (SELECT workspace, max(row_count) AS low, max(row_count) AS high, count(*) AS n
                       FROM campaign_health.shared_rows WHERE table_name = 'event_day' GROUP BY 1) v USING (workspace)
        """).fetchall()
    return {name: tuple(numbers) for name, *numbers in rows}


def is_whole(numbers: tuple[int, ...]) -> bool:
    number = numbers[0]
    return numbers == (number, number, number, ROWS, number, number, ROWS, ROWS, ROWS, 1)


def in_the_middle(reader: psycopg.Connection, machine: str) -> bool:
    """Whether the machine has written within a transaction that is still open."""
    found = reader.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND backend_xid IS NOT NULL", [machine]
    ).fetchone()
    return bool(found and found[0])


def test_readers_see_whole_mornings_of_each_workspace_whatever_machine_is_killed(
    server: PostgresServer, environment: ShareEnvironment, tmp_path: Path
) -> None:
    database = server.database()

    def started(name: str) -> subprocess.Popen[str]:
        (tmp_path / name).mkdir(exist_ok=True)
        more = {"CAMPAIGN_HEALTH_SHARE": f"{database}?application_name={name}"}
        return environment.start("-m", "tests.sharing_machine", str(tmp_path / name), name, more=more)

    machines = {name: started(name) for name in MACHINES}
    newest: dict[str, int] = {}
    looked = killed = 0
    ends = time.monotonic() + 100
    try:
        with psycopg.connect(database, autocommit=True) as reader:
            while not (killed >= KILLS and min(newest.get(name, 0) for name in MACHINES) >= MORNINGS):
                assert time.monotonic() < ends, f"{newest}, killed {killed} times"
                for process in machines.values():
                    assert process.poll() is None, process.communicate()
                time.sleep(0.02)
                ready = reader.execute("SELECT to_regclass('campaign_health.shared_rows') IS NOT NULL").fetchone()
                if ready != (True,):
                    continue
                for name, numbers in seen(reader).items():
                    assert is_whole(numbers), f"half a morning of {name}: {numbers}"
                    assert numbers[0] >= newest.get(name, 0), "an older one came back"
                    newest[name] = numbers[0]
                looked += 1
                if killed < KILLS and newest.get("bolt", 0) >= killed + 1 and in_the_middle(reader, "bolt"):
                    machines["bolt"].kill()
                    machines["bolt"].wait()
                    machines["bolt"] = started("bolt")
                    killed += 1
    finally:
        for process in machines.values():
            process.kill()
            process.communicate()
    assert looked > 20


def test_every_published_table_is_there_and_one_can_be_forgotten_by_the_command(
    server: PostgresServer, environment: ShareEnvironment, tmp_path: Path
) -> None:
    database = server.database()
    more = {
        "CAMPAIGN_HEALTH_SHARE": database.replace("postgres@", "postgres:s3cret-word@") + "?schema=watch",
        "CAMPAIGN_HEALTH_DATA_DIR": str(tmp_path),
    }
    code, said = environment.run("-m", "tests.sharing_machine", str(tmp_path), "acme", "2", more=more)
    assert (code, said) == (0, "1\n2\n")
    with psycopg.connect(database, autocommit=True) as reader:
        there = {name for (name,) in reader.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'watch'")}
        named = {line.removeprefix("### ") for line in shipped_dictionary().splitlines() if line.startswith("### ")}
        assert named - there == {"judge_checkpoint", "mixpanel_request", "schema_migration"}
        runs = reader.execute("SELECT outcome, rows FROM watch.collection WHERE source = 'share'").fetchall()
        assert runs == [("complete", 2 * ROWS + 1)], "how the first went, shared with the second"

        reader.execute("ALTER TABLE watch.event_day DROP COLUMN source; DROP TABLE watch.campaign_day")
        code, said = environment.run("-m", "campaign_health", "share", more=more, cwd=tmp_path)
        assert code == 0, said
        assert "s3cret" not in said
        assert reader.execute("SELECT count(*) FROM watch.campaign_day").fetchone() == (ROWS,), "made anew"

        code, said = environment.run("-m", "campaign_health", "share", "--forget", "acme", more=more, cwd=tmp_path)
        assert code == 0, said
        left = [reader.execute(f"SELECT count(*) FROM watch.{name}").fetchone() for name in sorted(there)]  # type: ignore[arg-type]
        assert set(left) == {(0,)}


def test_a_server_that_is_away_is_told_without_its_password_and_kept_for_the_next_morning(
    environment: ShareEnvironment, tmp_path: Path
) -> None:
    more = {
        "CAMPAIGN_HEALTH_SHARE": "postgresql://ada:s3cret-word@127.0.0.1:9/team",
        "CAMPAIGN_HEALTH_DATA_DIR": str(tmp_path),
    }
    code, said = environment.run("-m", "tests.sharing_machine", str(tmp_path), "acme", "1", more=more)
    assert code == 1
    assert "postgresql://127.0.0.1:9/team" in said
    code, said = environment.run("-m", "campaign_health", "share", "--dry-run", more=more, cwd=tmp_path)
    assert code == 1
    assert f"acme: {2 * ROWS + 1:,} rows would go to postgresql://127.0.0.1:9/team." in said.replace("\n", " ")
    assert "s3cret" not in said
