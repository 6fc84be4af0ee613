"""What `dbt-sources` writes is what the file says of itself, and its tests hold; the recipes can be run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from campaign_health.cli.main import campaign_health
from storage.file.database import PUBLISHED_NAME, open_published
from storage.read.described_tables import described_tables
from tests.judge_cast import World
from tests.recipes import RECIPES, ROOT, write_blocks


@pytest.fixture(scope="module")
def source() -> dict[str, Any]:
    done = CliRunner().invoke(campaign_health, ["dbt-sources"], env={"CAMPAIGN_HEALTH_DATA_DIR": "/nowhere"})
    assert done.exit_code == 0
    assert not [line for line in done.stdout.splitlines() if line != line.rstrip()]
    (found,) = YAML(typ="safe").load(done.stdout)["sources"]
    return dict(found)


def test_every_table_and_column_is_there_with_what_the_file_says_of_it(
    source: dict[str, Any], status_world: World
) -> None:
    told = {
        one["name"]: (
            one["description"],
            [(each["name"], each["data_type"], each["description"]) for each in one["columns"]],
        )
        for one in source["tables"]
    }
    with open_published(status_world.directory) as connection:
        stored = described_tables(connection)
    assert told == {
        one.name: (one.meaning, [(each.name, each.kind, each.meaning) for each in one.columns]) for one in stored
    }
    assert all(meaning for meaning, _ in told.values())


def written_tests(source: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(table, what is tested, kind) of each test."""
    for table in source["tables"]:
        for test in table.get("data_tests", ()):
            yield table["name"], test["unique"]["column_name"], "unique"
        for column in table["columns"]:
            for kind in column.get("data_tests", ()):
                yield table["name"], f'"{column["name"]}"', kind


def failing(connection: duckdb.DuckDBPyConnection, table: str, what: str, kind: str) -> int:
    """How many rows fail a test, by the query that dbt makes of it."""
    sql = {
        "unique": f"SELECT {what} FROM {table} WHERE {what} IS NOT NULL GROUP BY {what} HAVING count(*) > 1",
        "not_null": f"SELECT {what} FROM {table} WHERE {what} IS NULL",
    }[kind]
    return len(connection.execute(sql).fetchall())


def test_the_tests_hold_and_know_every_key(source: dict[str, Any], status_world: World) -> None:
    found = list(written_tests(source))
    assert ("verdict", "concat_ws(chr(31), workspace, campaign_id, day)", "unique") in found
    assert ("judge_run", '"workspace"', "unique") in found
    assert ("verdict", '"status"', "not_null") in found
    with open_published(status_world.directory) as connection:
        assert [one for one in found if failing(connection, *one)] == []
        connection.execute("CREATE TEMP TABLE twice AS FROM verdict UNION ALL FROM verdict")
        assert failing(connection, "twice", "concat_ws(chr(31), workspace, campaign_id, day)", "unique") > 100


def test_a_block_of_the_recipes_runs_as_it_stands(status_world: World, tmp_path: Path) -> None:
    write_blocks(tmp_path)
    (tmp_path / "data").mkdir()
    shutil.copy(status_world.directory / PUBLISHED_NAME, tmp_path / "data")
    done = subprocess.run(
        [sys.executable, "jupyter/silent.py"], cwd=tmp_path, env={"PATH": os.environ["PATH"]},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Upgrade offer" in done.stdout
    assert "Welcome" not in done.stdout


def test_the_page_says_with_which_releases_each_recipe_was_tried() -> None:
    rows = [line.split(" | ") for line in (ROOT / "docs" / "recipes.md").read_text().splitlines() if line[:2] == "| "]
    tried = {row[0].removeprefix("| ").lower(): row[1] for row in rows[1:]}
    for name, one in RECIPES.items():
        assert all(f"{library} " in tried[name] for library in one.told)
