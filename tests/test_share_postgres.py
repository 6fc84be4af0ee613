"""Sharing to a real PostgreSQL, by programs whose DuckDB has the extension, looked at by another client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from storage.file.database import Warehouse
from storage.read.data_dictionary import shipped_dictionary
from tests.postgres_server import PostgresServer, running_postgres
from tests.share_environment import ShareEnvironment, share_environment
from tests.sharing_machine import ROWS

pytestmark = pytest.mark.slow("share")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with running_postgres() as running:
        yield running


@pytest.fixture(scope="module")
def environment() -> ShareEnvironment:
    return share_environment()


def test_who_may_write_in_one_schema_has_every_published_table_there_and_can_forget_a_workspace(
    server: PostgresServer, environment: ShareEnvironment, tmp_path: Path
) -> None:
    database = server.database()
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("CREATE ROLE watcher LOGIN; CREATE SCHEMA watch AUTHORIZATION watcher")
    more = {
        "CAMPAIGN_HEALTH_SHARE": database.replace("postgres@", "watcher:s3cret-word@") + "?schema=watch",
        "CAMPAIGN_HEALTH_DATA_DIR": str(tmp_path),
    }
    code, said = environment.run("-m", "tests.sharing_machine", str(tmp_path), "acme", "2", more=more)
    assert (code, said) == (0, "1\n2\n")
    with psycopg.connect(database, autocommit=True) as reader:
        there = {name for (name,) in reader.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'watch'")}
        named = {line.removeprefix("### ") for line in shipped_dictionary().splitlines() if line.startswith("### ")}
        assert named - there == {"schema_migration"}
        assert there - named == {"shared_rows"}, "nothing of the program's own"
        runs = reader.execute("SELECT outcome, rows FROM watch.collection WHERE source = 'share'").fetchall()
        assert runs == [("complete", 2 * ROWS + 2)], "how the first went, shared with the second"

        reader.execute("ALTER TABLE watch.event_day DROP COLUMN source; DROP TABLE watch.campaign_day")
        code, said = environment.run("-m", "campaign_health", "share", more=more, cwd=tmp_path)
        assert code == 0, said
        assert "s3cret" not in said
        assert reader.execute("SELECT count(*) FROM watch.campaign_day").fetchone() == (ROWS,), "made anew"

        with Warehouse(tmp_path).open_and_publish() as connection:
            connection.execute("UPDATE event_day SET event = ? WHERE event = 'event 7'", ["event\0 7"])
        code, said = environment.run("-m", "campaign_health", "share", more=more, cwd=tmp_path)
        assert code == 0, said
        named_so = reader.execute("SELECT count(*) FROM watch.event_day WHERE event = 'event\ufffd 7'").fetchone()
        assert named_so == (1,), "PostgreSQL has no such character"

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
    assert f"acme: {2 * ROWS + 2:,} rows would go to postgresql://127.0.0.1:9/team." in said.replace("\n", " ")
    assert "s3cret" not in said
