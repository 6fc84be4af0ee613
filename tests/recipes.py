"""Runs the recipes of docs/recipes.md as they stand there, each in an environment of its own, on a published file.

campaign-health demo --no-dashboard --data-dir demo
python -m tests.recipes demo
python -m tests.recipes demo dbt polars

It downloads some hundred megabytes, and is no part of the suite.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.file.database import PUBLISHED_NAME
from storage.read.dbt_source_file import dbt_sources

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```\w+ (\S+/\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOTEBOOK = """
import nbformat, pathlib, nbclient
cell = nbformat.v4.new_code_cell(pathlib.Path("jupyter/silent.py").read_text())
done = nbclient.NotebookClient(nbformat.v4.new_notebook(cells=[cell])).execute()
print(done.cells[0].outputs[0]["text"])
"""
HARLEQUIN = """
import asyncio
from harlequin import Harlequin
from harlequin_duckdb import DuckDbAdapter

async def ask():
    app = Harlequin(DuckDbAdapter(["data/campaign_health.duckdb"], read_only=True))
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(300):
            await pilot.pause(0.1)
            if app.editor is not None and app.connection is not None:
                break
        app.editor.text = "SELECT DISTINCT campaign FROM campaign_health"
        await pilot.press("ctrl+j")
        for _ in range(300):
            await pilot.pause(0.1)
            if found := app.results_viewer.get_visible_table():
                break
        print(found.source_row_count, "rows")

asyncio.run(ask())
"""


@dataclass(frozen=True)
class Recipe:
    """What to install, the commands to run (in the environment), what the last of them says, and whose release counts.

    Commands run where the blocks of the page lie, or in `folder` below that.
    """

    packages: Sequence[str]
    commands: Sequence[Sequence[str]]
    said: str
    told: Sequence[str]
    folder: str = "."


RECIPES = {
    "polars": Recipe(
        ("duckdb", "polars", "pyarrow"), [("python", "polars/sends.py")], "Onboarding welcome", ("polars", "duckdb")
    ),
    "marimo": Recipe(
        ("duckdb", "marimo", "polars", "sqlglot"),
        [("marimo", "export", "html", "marimo/lost.py", "-o", "lost.html"), ("cat", "lost.html")],
        "Team expansion",
        ("marimo", "duckdb"),
    ),
    "jupyter": Recipe(
        ("duckdb", "ipykernel", "nbclient", "nbformat", "pandas"),
        [("python", "-c", NOTEBOOK)],
        "Team expansion",
        ("nbclient", "pandas", "duckdb"),
    ),
    "harlequin": Recipe(("harlequin",), [("python", "-c", HARLEQUIN)], "18 rows", ("harlequin", "duckdb")),
    "dbt": Recipe(
        # dbt-core 1.12 fetches a part of itself from a code host while it is installed.
        ("dbt-core<1.12", "dbt-duckdb"),
        [("dbt", "build", "--profiles-dir", ".")],
        "ERROR=0",
        ("dbt-core", "dbt-duckdb", "duckdb"),
        "dbt",
    ),
}


def write_blocks(folder: Path) -> None:
    """Write each block of the page that bears a file's name to that file."""
    for name, text in BLOCK.findall((ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    (folder / "dbt" / "models" / "sources.yml").write_text(dbt_sources(), encoding="utf-8")


def run_recipe(one: Recipe, published: Path) -> str:
    """The releases with which the recipe was run. Raises RuntimeError where it does not say what it should."""
    with tempfile.TemporaryDirectory(prefix="campaign-health-recipe-") as place:
        folder, environment = Path(place) / "work", Path(place) / "environment"
        write_blocks(folder)
        for data in {folder / "data", folder / one.folder / "data"}:
            data.mkdir()
            shutil.copy(published, data / PUBLISHED_NAME)
        uv = (sys.executable, "-m", "uv")
        _run([*uv, "venv", "--quiet", "--python", sys.executable, str(environment)], folder)
        _run([*uv, "pip", "install", "--quiet", "--python", str(environment), *one.packages], folder)
        said = ""
        for command, *arguments in one.commands:
            program = environment / "bin" / command
            said = _run([str(program) if program.exists() else command, *arguments], folder / one.folder)
        if one.said not in said:
            raise RuntimeError(f"it does not say {one.said!r}:\n{said[-2000:]}")
        listed = dict(
            line.split("==")
            for line in _run([*uv, "pip", "freeze", "--python", str(environment)], folder).splitlines()
            if "==" in line
        )
    return ", ".join(f"{name} {listed[name]}" for name in one.told)


def _run(command: Sequence[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[:3]} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


def main() -> None:
    """Run the recipes that are named, else all, and print with which releases each did what it should."""
    data_dir, *names = sys.argv[1:]
    for name in names or RECIPES:
        print(f"{name}: {run_recipe(RECIPES[name], Path(data_dir) / PUBLISHED_NAME)}", flush=True)


if __name__ == "__main__":
    main()
