"""Shares to PostgreSQL and to DuckLake, through DuckDB's own ATTACH: each workspace in one transaction.

Whoever reads there sees all tables of a workspace of one publication, or all of the one before, whatever is killed.
Workspaces do not wait for each other, whoever writes them.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import duckdb

from storage.connection import Connection
from storage.share.destinations import Destination, ShareError
from storage.share.shared_tables import (
    PUBLICATION,
    Column,
    SharedTable,
    fingerprint_of,
    name_in_sql,
    text_in_sql,
)

TRIES = 8
"""Two who make the same table, or touch the same snapshot, at the same instant: one of them goes again."""
_CONFLICTS = ("conflict", "could not serialize", "duplicate key", "deadlock", "already exists", "failed to commit")
# To the last @: a password may hold one of its own.
_USER_INFO = re.compile(r"(?<=://).*@", re.DOTALL)
KEPT_SNAPSHOTS = "7 days"

LEDGER = SharedTable(
    "shared_rows",
    (
        Column("workspace", "VARCHAR", ""),
        Column("table_name", "VARCHAR", ""),
        Column("row_count", "BIGINT", ""),
        Column("fingerprint", "VARCHAR", ""),
    ),
)
"""What was written of each workspace: a table that has not changed since is not written again."""

_Done = TypeVar("_Done")
_Held = tuple[int, str]


class AttachedShare:
    """A database that is attached to the connection of the open published file, as `shared`.

    Raises:
        ShareError: from each method: it cannot be reached, or refuses what is written.
    """

    def __init__(self, connection: Connection, destination: Destination) -> None:
        self._connection, self._destination = connection, destination
        self._is_lake = destination.kind == "ducklake"
        self._made = set[str]()

    def attach(self, *, only_read: bool = False) -> None:
        """Reach the database, and make the schema where it is not there and is to be written to."""
        place = self._destination
        for extension in ("postgres", *(("ducklake", "httpfs") if self._is_lake else ())):
            self._load(extension)
        if place.data_path.startswith("s3://"):
            self._run(_s3_secret())
        source = f"ducklake:postgres:{place.url}" if self._is_lake else place.url
        # Of a database of thousands of tables, only those of the schema are looked up.
        options = f"TYPE postgres, SCHEMA {text_in_sql(place.schema)}"
        if self._is_lake:
            options = f"DATA_PATH {text_in_sql(place.data_path)}"
        if only_read:
            options += ", READ_ONLY"
        self._again(partial(self._run, f"ATTACH {text_in_sql(source)} AS shared ({options})"))
        if only_read:
            return
        if self._is_lake:
            self._again(partial(self._run, f"CREATE SCHEMA IF NOT EXISTS shared.{place.schema}"))
        elif (place.schema,) not in self._run("FROM postgres_query('shared', 'SELECT nspname FROM pg_namespace')"):
            # Asked for only where it is needed: PostgreSQL refuses it to who may write in the schema alone.
            self._again(partial(self._in_postgres, f"CREATE SCHEMA IF NOT EXISTS {place.schema}"))

    def detach(self) -> None:
        """Let go of the database, in whatever state it is."""
        with suppress(duckdb.Error):
            self._connection.rollback()
        with suppress(duckdb.Error):
            self._connection.execute("DETACH DATABASE IF EXISTS shared")

    def prepare(self, tables: Sequence[SharedTable]) -> None:
        """Make the tables and columns that are not there yet. What is there and is not shared stays."""
        self._again(partial(self._in_one, partial(self._prepare, (*tables, LEDGER))))

    def replace(self, workspace: str, tables: Sequence[SharedTable]) -> int:
        """Put the workspace's rows in the place of those that are there, and return how many are there now.

        A table whose rows are those that were written there last is left as it is.
        """
        held = {table.name: fingerprint_of(self._connection, table, workspace) for table in tables}
        self._again(partial(self._in_one, partial(self._replace, workspace, tables, held)))
        return sum(held[table.name][0] for table in tables if table.name != PUBLICATION)

    def forget(self, workspace: str) -> None:
        """Delete all that is there of the workspace."""
        there = [name for name, columns in self._columns_there().items() if "workspace" in columns]
        tables = [SharedTable(name, ()) for name in there]
        self._again(partial(self._in_one, partial(self._delete_all, workspace, tables)))

    def publications(self) -> str:
        """Which publication of each workspace is there, in words that tell it from the next; empty where none is."""
        if PUBLICATION not in self._columns_there():
            return ""
        there = self._at(SharedTable(PUBLICATION, ()))
        rows = self._run(f"SELECT workspace, number, published_at FROM {there} ORDER BY workspace")  # noqa: S608
        return "\n".join(f"{name} {number} {at}" for name, number, at in rows)

    def bring(self, tables: Mapping[str, Sequence[str]]) -> None:
        """Fill tables of the connection's own database, each with its columns, with all that is there of them: of every
        workspace one whole publication.
        """
        there = self._columns_there()
        held = {name: [one for one in columns if one in there.get(name, ())] for name, columns in tables.items()}
        self._in_one(partial(self._bring, held))

    def _bring(self, tables: Mapping[str, Sequence[str]]) -> None:
        keyed = self._run("SELECT table_name FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'")
        for name, columns in tables.items():
            if columns:
                # Two names that are one where they were shared may not keep everybody from all the rest.
                verb = "INSERT OR IGNORE INTO" if (name,) in keyed else "INSERT INTO"
                named = ", ".join(map(name_in_sql, columns))
                rows = f"SELECT {named} FROM {self._at(SharedTable(name, ()))}"  # noqa: S608
                self._run(f"{verb} main.{name_in_sql(name)} ({named}) {rows}")
        newest = f"SELECT max(number), max(published_at) FROM {self._at(SharedTable(PUBLICATION, ()))}"  # noqa: S608
        self._run(f"DELETE FROM main.{PUBLICATION}; INSERT INTO main.{PUBLICATION} {newest}")  # noqa: S608

    def tidy(self) -> None:
        """Of a lake: forget snapshots that are older than a week, with the files that only they need."""
        if self._is_lake:
            age = f"older_than => now() - INTERVAL {text_in_sql(KEPT_SNAPSHOTS)}"
            with suppress(ShareError):  # another one is at it: then that one does it
                self._run(f"CALL ducklake_expire_snapshots('shared', {age})")
                self._run(f"CALL ducklake_cleanup_old_files('shared', {age})")

    def _load(self, extension: str) -> None:
        try:
            self._connection.execute(f"INSTALL {extension}; LOAD {extension}")
        except duckdb.Error as failure:
            raise ShareError(
                f"DuckDB's extension {extension} cannot be loaded: {_first_lines(failure)}",
                f"It is fetched at the first use: let this machine reach extensions.duckdb.org once, or put the file "
                f"for DuckDB {duckdb.__version__} into ~/.duckdb/extensions.",
            ) from failure

    def _at(self, table: SharedTable) -> str:
        return f"shared.{self._destination.schema}.{name_in_sql(table.name)}"

    def _columns_there(self) -> dict[str, set[str]]:
        rows = self._run(
            "SELECT schema_name, table_name, list(column_name) FROM duckdb_columns() "
            "WHERE database_name = 'shared' GROUP BY ALL"
        )
        return {name: set(columns) for schema, name, columns in rows if schema == self._destination.schema}

    def _prepare(self, tables: Sequence[SharedTable]) -> None:
        there = self._columns_there()
        self._made = {table.name for table in tables} - there.keys()
        for table in tables:
            if table.name in self._made:
                self._make(table)
                continue
            for column in table.columns:
                if column.name not in there[table.name]:
                    adding = f"ADD COLUMN IF NOT EXISTS {name_in_sql(column.name)} {column.type}"
                    self._run(f"ALTER TABLE {self._at(table)} {adding}")

    def _make(self, table: SharedTable) -> None:
        columns = ", ".join(f"{name_in_sql(column.name)} {column.type}" for column in table.columns)
        self._run(f"CREATE TABLE IF NOT EXISTS {self._at(table)} ({columns})")
        if self._is_lake:
            self._run(f"ALTER TABLE {self._at(table)} SET PARTITIONED BY (workspace)")
        else:
            place = f"{self._destination.schema}.{name_in_sql(table.name)}"
            self._in_postgres(f"CREATE INDEX IF NOT EXISTS {table.name}_of_workspace ON {place} (workspace)")

    def _replace(self, workspace: str, tables: Sequence[SharedTable], held: Mapping[str, _Held]) -> None:
        own = f"WHERE workspace = {text_in_sql(workspace)}"
        ledger = self._run(f"SELECT table_name, row_count, fingerprint FROM {self._at(LEDGER)} {own}")  # noqa: S608
        there = {name: (count, fingerprint) for name, count, fingerprint in ledger}
        changed = [table for table in tables if table.name in self._made or there.get(table.name) != held[table.name]]
        self._delete_all(
            workspace, [one for one in changed if one.name not in self._made and there.get(one.name, (1, ""))[0]]
        )
        for table in changed:
            if held[table.name][0]:
                self._run(f"INSERT INTO {self._at(table)} BY NAME {table.rows_of(workspace)}")
        if changed:
            self._delete_all(workspace, [LEDGER])
            values = ", ".join(
                f"({text_in_sql(workspace)}, {text_in_sql(name)}, {count}, {text_in_sql(fingerprint)})"
                for name, (count, fingerprint) in held.items()
            )
            self._run(f"INSERT INTO {self._at(LEDGER)} VALUES {values}")  # noqa: S608

    def _delete_all(self, workspace: str, tables: Sequence[SharedTable]) -> None:
        condition = f"WHERE workspace = {text_in_sql(workspace)}"
        for table in tables:
            if self._is_lake:
                self._run(f"DELETE FROM {self._at(table)} {condition}")  # noqa: S608
            else:
                # By PostgreSQL itself: DuckDB would first read every row to be deleted.
                place = f"{self._destination.schema}.{name_in_sql(table.name)}"
                self._in_postgres(f"DELETE FROM {place} {condition}")  # noqa: S608

    def _in_postgres(self, statement: str) -> None:
        self._run(f"CALL postgres_execute('shared', {text_in_sql(statement)})")

    def _in_one(self, work: Callable[[], object]) -> None:
        self._run("BEGIN")
        work()
        self._run("COMMIT")

    def _again(self, work: Callable[[], _Done]) -> _Done:
        for attempt in range(1, TRIES + 1):
            try:
                return work()
            except ShareError as failure:
                with suppress(duckdb.Error):
                    self._connection.rollback()
                if attempt == TRIES or not any(word in failure.message.lower() for word in _CONFLICTS):
                    raise
            time.sleep(random.uniform(0.1, 0.5) * attempt)  # noqa: S311 (so that two do not meet again)
        raise AssertionError("the last try returns or raises")

    def _run(self, statement: str) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement).fetchall()
        except duckdb.Error as failure:
            raise ShareError(
                f"{self._destination.shown}: {self._without_secrets(_first_lines(failure))}",
                "Check the address, the network and this user's rights there; the next run tries again.",
            ) from None

    def _without_secrets(self, text: str) -> str:
        parts = urlsplit(self._destination.url)
        password = parts.password or ""
        secrets = [self._destination.url, password, unquote(password), os.environ.get("AWS_SECRET_ACCESS_KEY")]
        for secret in (*secrets, *parse_qs(parts.query).get("password", ())):
            text = text.replace(secret, "…") if secret else text
        return _USER_INFO.sub("…@", text)


def _s3_secret() -> str:
    """What DuckDB is told of the object store: the variables that every other client of it reads."""
    key, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    said = {"REGION": os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"}
    if key and secret:
        said |= {"KEY_ID": key, "SECRET": secret}
        said |= {"SESSION_TOKEN": token} if (token := os.environ.get("AWS_SESSION_TOKEN")) else {}
    if endpoint := os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL"):
        parts = urlsplit(endpoint)
        said |= {"ENDPOINT": parts.netloc, "URL_STYLE": "path", "USE_SSL": str(parts.scheme == "https").lower()}
    provider = "" if key and secret else "PROVIDER credential_chain, "
    values = ", ".join(f"{name} {text_in_sql(value)}" for name, value in said.items())
    return f"CREATE OR REPLACE SECRET shared_files (TYPE s3, {provider}{values})"


def _first_lines(failure: duckdb.Error) -> str:
    return " ".join(str(failure).splitlines()[:3]) or "it failed without a word"
