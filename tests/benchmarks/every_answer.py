"""Writes every answer that one installed version gives about one data directory, to be held against another's.

    for version in old new; do
        python -m tests.benchmarks.every_answer --command $version/bin/campaign-health --data data \\
            --now 2026-11-24T09:00+00:00 --out answers-$version
    done
    diff -r answers-old answers-new

The data directory is copied first and judged anew. Written are what `judge`, `status`, `digest` and `explain` print,
and every published table and view, ordered. Ids that are new each time are blanked.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

_NEW_EACH_TIME = re.compile(r'("announcement_id": ")[0-9a-f]{12}|(\bid )[0-9a-f]{12}')


def main() -> None:
    """Runs every command that answers, and dumps every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", required=True, help="The campaign-health to ask.")
    parser.add_argument("--data", required=True, type=Path, help="A data directory; it is copied, not touched.")
    parser.add_argument("--now", required=True, help="The instant to ask at.")
    parser.add_argument("--manifest", type=Path, help="The manifest to judge with.")
    parser.add_argument("--workspaces", type=Path, help="A campaign-health.toml, for several workspaces.")
    parser.add_argument("--out", required=True, type=Path)
    given = parser.parse_args()
    given.out.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "data"
        shutil.copytree(given.data, copy, ignore=shutil.ignore_patterns("*.lock"))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CAMPAIGN_HEALTH")}
        environment |= {"CAMPAIGN_HEALTH_DATA_DIR": str(copy), "CAMPAIGN_HEALTH_NOW": given.now, "PYTHONSAFEPATH": "1"}
        if given.manifest:
            environment["CAMPAIGN_HEALTH_MANIFEST"] = str(given.manifest.resolve())
        if given.workspaces:
            shutil.copy(given.workspaces, Path(folder) / "campaign-health.toml")
        command = shutil.which(given.command)
        if command is None:
            sys.exit(f"There is no {given.command}.")
        here = Path(folder)

        def ask(name: str, *arguments: str) -> None:
            answer = subprocess.run(
                [str(Path(command).resolve()), *arguments], capture_output=True, text=True, cwd=here, env=environment,
                check=False,
            )  # fmt: skip
            text = f"exit {answer.returncode}\n{answer.stdout}{answer.stderr}".replace(folder, "FOLDER")
            (given.out / f"{name}.txt").write_text(_NEW_EACH_TIME.sub(r"\1\2ID", text))

        ask("judge", "judge")
        for name, arguments in {
            "status": ["status"], "status_json": ["status", "--json"], "digest": ["digest", "--dry-run"],
            "digest_json": ["digest", "--dry-run", "--json"],
        }.items():  # fmt: skip
            ask(name, *arguments)
        with duckdb.connect(copy / "campaign_health.duckdb", read_only=True) as connection:
            campaigns = connection.execute("SELECT workspace, campaign_id FROM campaign ORDER BY ALL").fetchall()
            tables = connection.execute(
                "SELECT table_schema, table_name FROM information_schema.tables ORDER BY ALL"
            ).fetchall()
            for schema, table in tables:
                target = given.out / f"table_{schema}_{table}.csv"
                connection.execute(f'COPY (SELECT * FROM "{schema}"."{table}" ORDER BY ALL) TO \'{target}\' (HEADER)')
        for workspace, campaign in campaigns:
            named = [] if workspace == "default" else ["--workspace", workspace]
            ask(f"explain_{workspace}_{campaign}", "explain", str(campaign), "--json", *named)
    print(f"{len(list(given.out.iterdir()))} answers in {given.out}")


if __name__ == "__main__":
    main()
