"""Numbered SQL files, each applied once in one transaction with the record of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path

import duckdb

from storage.errors import ForeignFileError, NewerFileError
from storage.file.conversion import stored_instant
from storage.file.transactions import transaction

_NEW_VIEW = re.compile(r"^CREATE (VIEW .*?;)$", re.MULTILINE | re.DOTALL)
_FILE_NAME = re.compile(r"(\d{4})_(\w+)\.sql")


@dataclass(frozen=True)
class Migration:
    """One numbered file of SQL statements."""

    number: int
    name: str
    sql: str


@cache
def shipped_migrations() -> tuple[Migration, ...]:
    """The migrations that come with this program, by number; read once, for every opening asks for them."""
    found = []
    for entry in resources.files("storage").joinpath("sql").iterdir():
        match = _FILE_NAME.fullmatch(entry.name)
        if match:
            found.append(Migration(int(match[1]), match[2], entry.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda migration: migration.number))


def migrate(
    connection: duckdb.DuckDBPyConnection, path: Path, migrations: Sequence[Migration] | None = None
) -> list[Migration]:
    """Bring the open database to the newest schema and return what was applied.

    Raises NewerFileError where the file knows migrations that this program does not, ForeignFileError where its
    tables are another program's: it is left as it is.
    """
    migrations = shipped_migrations() if migrations is None else migrations
    applied = refuse_newer(connection, path, migrations)
    pending = [migration for migration in migrations if migration.number not in applied]
    for migration in pending:
        with transaction(connection):
            if not applied:
                _create_record(connection)
                applied = {0}
            connection.execute(migration.sql)
            connection.execute(
                "INSERT INTO schema_migration VALUES (?, ?, ?)",
                [migration.number, migration.name, stored_instant(datetime.now(UTC))],
            )
    return pending


def lend_views(connection: duckdb.DuckDBPyConnection, applied: set[int]) -> None:
    """Give the open file, which may only be read, the views that it lacks for being older: they go with the connection.

    A view of tables that it does not have either is left out.
    """
    for migration in shipped_migrations():
        for view in _NEW_VIEW.findall(migration.sql) if migration.number not in applied else ():
            with suppress(duckdb.CatalogException, duckdb.BinderException):
                connection.execute(f"CREATE TEMP {view}")


def refuse_newer(connection: duckdb.DuckDBPyConnection, path: Path, migrations: Sequence[Migration]) -> set[int]:
    """The numbers applied to the open database; none where it is empty.

    Raises NewerFileError where `migrations` lacks one of them, ForeignFileError where there are tables and no record.
    """
    applied = _applied(connection)
    if not applied and _has_tables(connection):
        raise _foreign(path)
    newest = max((migration.number for migration in migrations), default=0)
    if applied and max(applied) > newest:
        raise NewerFileError(
            f"{path} was written by a newer version of campaign-health (its schema is number {max(applied)}, "
            f"this program knows up to {newest}).",
            "Update campaign-health, then run again.",
        )
    return applied


def _applied(connection: duckdb.DuckDBPyConnection) -> set[int]:
    try:
        rows = connection.execute("SELECT number FROM schema_migration").fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):  # no such table, or one of that name with other columns
        return set()
    return {number for (number,) in rows}


def _foreign(path: Path) -> ForeignFileError:
    """The error for a DuckDB file at `path` that holds something else."""
    return ForeignFileError(
        f"{path} is a DuckDB file, but not campaign-health's.",
        "Nothing in it was changed. Move it away, or choose another CAMPAIGN_HEALTH_DATA_DIR.",
    )


def _has_tables(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute("""
        SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal
        UNION ALL SELECT 1 FROM duckdb_views() WHERE database_name = current_database() AND NOT internal LIMIT 1
    """).fetchone()
    return found is not None


def _create_record(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        CREATE TABLE schema_migration (
            number INTEGER PRIMARY KEY, name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL
        );
        COMMENT ON TABLE schema_migration IS 'Which numbered changes of these tables were made, and when.';
        COMMENT ON COLUMN schema_migration.number IS 'Number of the SQL file.';
        COMMENT ON COLUMN schema_migration.name IS 'Name of the SQL file.';
        COMMENT ON COLUMN schema_migration.applied_at IS 'When it was applied (UTC).';
    """)
