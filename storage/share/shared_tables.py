"""Which published tables are shared, and how their columns are written elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from storage.connection import Connection

PUBLICATION = "publication"
"""The table that says of each workspace which publication is there; it is written with the workspace's rows."""

# The program's own tables stand in a schema of their own; in a file of an older version the judge's memory stands here.
_LEFT_OUT = ("judge_checkpoint",)
_PLAIN = {"HUGEINT": "BIGINT", "JSON": "VARCHAR"}
# A name may hold a character that PostgreSQL cannot.
_WITHOUT_NUL = "replace({}, chr(0), chr(65533))"
_COLUMNS = """
    SELECT table_name, column_name, data_type, comment FROM duckdb_columns()
    WHERE database_name IN (current_database(), 'temp') AND schema_name = 'main' AND NOT internal
    ORDER BY table_name, column_index
"""


@dataclass(frozen=True)
class Column:
    """A column: its name, the type that it has elsewhere, and what it means (may be empty)."""

    name: str
    type: str
    comment: str

    @property
    def cast(self) -> str:
        """The column in a SELECT, in that type, and as text that every database takes."""
        name = name_in_sql(self.name)
        value = f"CAST({name} AS {self.type})"
        if self.type == "VARCHAR":
            value = _WITHOUT_NUL.format(value)
        elif self.type == "VARCHAR[]":
            value = f"[{_WITHOUT_NUL.format('one')} for one in {value}]"
        return f"{value} AS {name}"


@dataclass(frozen=True)
class SharedTable:
    """A table or view of the published file with a row for each of some thing of a workspace."""

    name: str
    columns: tuple[Column, ...]

    def rows_of(self, workspace: str) -> str:
        """The SELECT of the workspace's rows, from the published file that is open."""
        if self.name == PUBLICATION:
            return f"SELECT {text_in_sql(workspace)} AS workspace, number, published_at FROM publication"  # noqa: S608
        names = ", ".join(column.cast for column in self.columns)
        return f"SELECT {names} FROM {name_in_sql(self.name)} WHERE workspace = {text_in_sql(workspace)}"  # noqa: S608


def shared_tables(connection: Connection) -> list[SharedTable]:
    """Every table and view of the open published file that has a workspace, and `publication`, by name."""
    found: dict[str, list[Column]] = {}
    for table, name, kind, comment in connection.execute(_COLUMNS).fetchall():
        found.setdefault(table, []).append(Column(name, _PLAIN.get(kind, kind), comment or ""))
    tables = [
        SharedTable(name, tuple(columns))
        for name, columns in found.items()
        if name not in _LEFT_OUT and any(column.name == "workspace" for column in columns)
    ]
    return [*tables, *(
        SharedTable(PUBLICATION, (Column("workspace", "VARCHAR", "Name of the workspace."), *columns))
        for columns in [found.get(PUBLICATION, [])] if columns
    )]  # fmt: skip


def tables_of_workspaces(connection: Connection) -> dict[str, list[str]]:
    """The columns of each table (no view) of the open database that has a workspace, by its name."""
    rows = connection.execute(
        "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
        "JOIN duckdb_tables() USING (database_name, schema_name, table_name) "
        "WHERE database_name = current_database() AND schema_name = 'main' GROUP BY table_name ORDER BY table_name"
    ).fetchall()
    return {name: list(columns) for name, columns in rows if "workspace" in columns}


def fingerprint_of(connection: Connection, table: SharedTable, workspace: str) -> tuple[int, str]:
    """How many rows of the workspace the table has in the open published file, and what tells them from others."""
    found = connection.execute(f"SELECT count(*), sum(hash(t)::HUGEINT) FROM ({table.rows_of(workspace)}) t").fetchone()  # noqa: S608
    return (int(found[0]), str(found[1])) if found else (0, "")


def name_in_sql(name: str) -> str:
    """The name of a table or column, in quotes."""
    return '"' + name.replace('"', '""') + '"'


def text_in_sql(text: str) -> str:
    """The text, in quotes: ATTACH and what is passed on to PostgreSQL take no parameters."""
    return "'" + text.replace("'", "''") + "'"
