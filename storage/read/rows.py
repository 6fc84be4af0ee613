"""Rows of an answer as dictionaries, by column name."""

from __future__ import annotations

from typing import Any

import duckdb

Row = dict[str, Any]


def as_rows(answer: duckdb.DuckDBPyConnection) -> list[Row]:
    """Every row of what was just asked, as a dictionary from column to value."""
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
