"""Replaces what was measured of events on the days on which they were looked at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

import duckdb
import pyarrow as pa

from storage.file.conversion import stored_instant
from storage.save.bulk import DAY, TEXT, count_of, incoming


def replace_profiled(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    table: Literal["event_property", "event_part_day"],
    types: Mapping[str, pa.DataType],
    profiled: Collection[tuple[str, date]],
    rows: Sequence[tuple[Any, ...]],
    collected_at: datetime,
) -> int:
    """Replace all rows of `table` of each (event, day) in `profiled` by `rows`, and return how many were written.

    `types` are the columns of `rows` in their order, with their Arrow types; workspace and collected_at are added.
    """
    days: dict[str, list[Any]] = {"event": [event for event, _ in profiled], "day": [day for _, day in profiled]}
    columns = {name: [row[at] for row in rows] for at, name in enumerate(types)}
    with (
        incoming(connection, "incoming_profiled", {"event": TEXT, "day": DAY}, days),
        incoming(connection, "incoming_rows", types, columns),
    ):
        # The table is one of two constants.
        connection.execute(
            f"DELETE FROM {table} WHERE workspace = ? "  # noqa: S608
            "AND (event, day) IN (SELECT (event, day) FROM incoming_profiled)",
            [workspace],
        )
        written = connection.execute(
            f"INSERT OR REPLACE INTO {table} BY NAME "  # noqa: S608
            "SELECT ? AS workspace, *, ? AS collected_at FROM incoming_rows",
            [workspace, stored_instant(collected_at)],
        )
        return count_of(written)
