"""The published file as a source of dbt: tables and views with what they mean, and tests of what the file promises."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml import YAML

from storage.file.database import Warehouse
from storage.read.described_tables import Column, DescribedTable, described_tables

NAME = "campaign_health"
_HEAD = f"""# Written by `campaign-health dbt-sources`. Attach the published file in profiles.yml as {NAME}:
#   attach:
#     - {{path: /var/lib/campaign-health/campaign_health.duckdb, alias: {NAME}, read_only: true}}
"""
_ABOUT = "Campaign Health's published file: NULL is not known, 0 was counted; days are in the workspace's time zone."


def dbt_sources() -> str:
    """The text of a `sources.yml` for what this version publishes."""
    with TemporaryDirectory() as directory, Warehouse(Path(directory)).open() as connection:
        found = described_tables(connection)
    tables = [_table(one) for one in found]
    source = {"name": NAME, "description": _ABOUT, "database": NAME, "schema": "main", "tables": tables}
    yaml = YAML()
    yaml.width = 4096  # one line each: what is folded would be changed anew with every word
    yaml.indent(mapping=2, sequence=4, offset=2)
    written = StringIO()
    yaml.dump({"version": 2, "sources": [source]}, written)
    return _HEAD + written.getvalue()


def _table(one: DescribedTable) -> dict[str, Any]:
    told: dict[str, Any] = {"name": one.name, "description": one.meaning}
    if len(one.key) > 1:
        # Names may hold any sign that can be written; a name of its own, or dbt's would hold the whole expression.
        together = f"concat_ws(chr(31), {', '.join(one.key)})"
        told["data_tests"] = [{"unique": {"name": f"one_row_{one.name}", "column_name": together}}]
    told["columns"] = [_column(column, one) for column in one.columns]
    return told


def _column(column: Column, of: DescribedTable) -> dict[str, Any]:
    told: dict[str, Any] = {"name": column.name, "description": column.meaning, "data_type": column.kind}
    tests = ["unique"] if of.key == (column.name,) else []
    if column.never_null:
        tests.append("not_null")
    return told | ({"data_tests": tests} if tests else {})
