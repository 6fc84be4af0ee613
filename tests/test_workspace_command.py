"""`workspace list`, `rename` and `remove`: everything of a workspace moves or goes, and nothing of another."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from campaign_health.cli.main import campaign_health
from campaign_health.process.run_lock import COLLECTING, SCHEDULE, only_one
from storage.errors import ExpectedFailure
from storage.file.all_tables import all_tables
from storage.file.database import Warehouse, open_published
from storage.read.workspaces import workspace_tables
from tests.workspaces_cast import fill_every_table, rows_by_table

ROOT = Path(__file__).resolve().parents[1]
NOT_OF_A_WORKSPACE = {'"main"."schema_migration"', '"main"."publication"', '"internal"."mixpanel_request"'}
"""Tables of the file itself, and of a Mixpanel project, whose hourly limit goes on whatever it is called here."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which two workspaces have rows in every table; to be copied."""
    directory = tmp_path_factory.mktemp("filled") / "data"
    fill_every_table(Warehouse(directory), "default", "other")
    return directory


@pytest.fixture
def warehouse(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(filled, tmp_path / "data")
    return Warehouse(tmp_path / "data")


def _quoted(table: str) -> str:
    schema, _, name = table.rpartition(".")
    return f'"{schema or "main"}"."{name}"'


def command(*arguments: str) -> Result:
    return CliRunner().invoke(campaign_health, ["workspace", *arguments])


def failure(*arguments: str) -> ExpectedFailure:
    result = command(*arguments)
    assert isinstance(result.exception, ExpectedFailure), result.output
    return result.exception


def stored(warehouse: Warehouse, workspace: str | None = None) -> dict[str, list[object]]:
    with warehouse.read() as connection:
        return rows_by_table(connection, workspace)


def everywhere(warehouse: Warehouse) -> list[dict[str, list[object]]]:
    """The rows of the warehouse, of the published file and of the older generation beside it."""
    found = [stored(warehouse)]
    for path in (warehouse.published_path, warehouse.previous_path):
        with open_published(path) as connection:
            found.append(rows_by_table(connection))
    return found


STRANGE = [
    pytest.param(name, marks=pytest.mark.slow("names of workspaces"))
    for name in ("Größe & Co.", "it's", "名前", "x" * 300)
]


@pytest.mark.slow("names of workspaces")
@pytest.mark.parametrize("name", ["acme", 'a "quoted" one', *STRANGE])
def test_renamed_there_and_back_every_table_is_as_before(warehouse: Warehouse, name: str) -> None:
    before = stored(warehouse)
    assert all(before.values()), "every table is to have rows"
    assert command("rename", "default", name, "--yes").exit_code == 0
    moved = stored(warehouse, name)
    assert {table: len(rows) for table, rows in moved.items()} == {
        table: len([row for row in rows if "default" in row]) for table, rows in before.items()
    }
    assert not any(stored(warehouse, "default").values())
    with open_published(warehouse.data_dir) as connection:
        assert rows_by_table(connection, name) == moved
    assert command("rename", name, "default", "--yes").exit_code == 0
    assert stored(warehouse) == before


@pytest.mark.slow("names of workspaces")
def test_removing_one_workspace_leaves_every_row_of_the_others_and_none_of_its_own_in_any_file(
    warehouse: Warehouse,
) -> None:
    other = stored(warehouse, "other")
    done = command("remove", "default", "--yes")
    assert done.exit_code == 0, done.output
    assert everywhere(warehouse) == [other, other, other]


@pytest.mark.slow("names of workspaces")
def test_the_only_workspace_can_be_removed_also_from_a_warehouse_that_never_numbered_its_publications(
    warehouse: Warehouse,
) -> None:
    for path in (warehouse.published_path, warehouse.previous_path):
        path.unlink(missing_ok=True)
    with warehouse.open_and_publish() as connection:
        connection.execute("UPDATE collection SET ended_at = '2026-12-01' WHERE workspace = 'default'")
    for path in (warehouse.path, warehouse.published_path):
        with duckdb.connect(str(path)) as connection:
            connection.execute("DELETE FROM publication")
    assert command("remove", "default", "--yes").exit_code == 0
    assert command("remove", "other", "--yes").exit_code == 0
    assert not any(stored(warehouse).values())
    assert command("list").stdout == "Nothing is configured and nothing is held.\n"


@pytest.mark.slow("names of workspaces")
def test_a_table_that_is_new_moves_and_goes_with_its_workspace(warehouse: Warehouse) -> None:
    with warehouse.open() as connection:
        connection.execute("CREATE TABLE newer (note VARCHAR, workspace VARCHAR, PRIMARY KEY (workspace, note))")
        connection.execute("INSERT INTO newer VALUES ('a', 'default'), ('b', 'other')")
    command("rename", "default", "acme", "--yes")
    assert stored(warehouse)["newer"] == [("a", "acme"), ("b", "other")]
    command("remove", "acme", "--yes")
    assert stored(warehouse)["newer"] == [("b", "other")]


def test_what_fails_in_the_middle_leaves_every_table_as_it_was(warehouse: Warehouse) -> None:
    with warehouse.open() as connection:
        connection.execute("CREATE TABLE zealous (workspace VARCHAR CHECK (workspace <> 'acme'))")
        connection.execute("INSERT INTO zealous VALUES ('default')")
    before = stored(warehouse)
    assert isinstance(command("rename", "default", "acme", "--yes").exception, duckdb.ConstraintException)
    assert stored(warehouse) == before


def test_every_table_is_of_workspaces_or_known_not_to_be(warehouse: Warehouse) -> None:
    with warehouse.read() as connection:
        others = set(all_tables(connection)) - {_quoted(table) for table in workspace_tables(connection)}
    assert others == NOT_OF_A_WORKSPACE


def test_what_is_said_before_anything_is_done_and_nobody_there_to_be_asked_changes_nothing(
    warehouse: Warehouse,
) -> None:
    before = stored(warehouse)
    for arguments in (("rename", "default", "acme"), ("remove", "default")):
        done = command(*arguments)
        assert isinstance(done.exception, ExpectedFailure)
        assert "--yes" in done.exception.cure
        assert "campaigns" in done.stderr
        assert "open incidents" in done.stderr
    assert stored(warehouse) == before
    said = command("remove", "default").stderr
    assert "campaign-health backup FILE" in said
    for table, rows in stored(warehouse, "default").items():
        assert f"  {table:<20} {len(rows):>12}" in said


@pytest.mark.slow("names of workspaces")
@pytest.mark.parametrize(("answer", "name"), [("n", "default"), ("y", "acme")])
def test_somebody_at_the_terminal_is_asked(warehouse: Warehouse, answer: str, name: str) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "campaign_health", "workspace", "rename", "default", "acme"],
        stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.write(ours, f"{answer}\n".encode())
    said, _ = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert "Rename it? [y/N]" in said
    assert process.returncode == (0 if answer == "y" else 1)
    assert stored(warehouse, name)["campaign"]


def test_names_that_cannot_be_are_refused_and_say_what_there_is(warehouse: Warehouse) -> None:
    for name in ("", "  ", " acme", "acme ", "a\nb", "\x1b[2J"):
        assert "cannot be named" in failure("rename", "default", name, "--yes").message
    assert "already" in failure("rename", "default", "default", "--yes").message
    assert failure("rename", "nobody", "acme", "--yes").cure == "Held: default, other."
    assert failure("remove", "nobody", "--yes").cure == "Held: default, other."
    taken = failure("rename", "default", "other", "--yes")
    assert "other has data already: 1 day" in taken.message
    assert "`campaign-health workspace remove other`" in taken.cure
    assert set(json.loads(command("list", "--json").stdout)[0]["rows_of"]) == set(stored(warehouse))


def test_nothing_is_changed_while_anybody_collects(warehouse: Warehouse) -> None:
    before = stored(warehouse)
    with only_one(warehouse.data_dir, COLLECTING):
        for arguments in (("rename", "default", "acme"), ("remove", "default")):
            assert "Another run is in progress" in failure(*arguments, "--yes").message
    assert stored(warehouse) == before


def test_a_schedule_that_runs_and_settings_that_still_name_it_are_told(warehouse: Warehouse) -> None:
    Path("campaign-health.toml").write_text("[workspace.default]\n[workspace.eu]\n", encoding="utf-8")
    with only_one(warehouse.data_dir, SCHEDULE):
        said = " ".join(command("rename", "default", "acme", "--yes").stderr.split())
    assert "acme is not configured: write [workspace.acme] in campaign-health.toml." in said
    assert "default is configured still: the next collection would begin it anew." in said
    assert f"A schedule runs (process {os.getpid()})" in said


def test_nothing_held_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    assert "Nothing is held" in failure("remove", "default").message
    Path("campaign-health.toml").write_text("[workspace.eu]\n", encoding="utf-8")
    assert command("list").stdout.splitlines()[1].split() == ["eu", "yes", "0", "–", "–", "0", "0", "0"]
    assert not (tmp_path / "data").exists()
