"""Three machines share to a PostgreSQL, an object store and a DuckLake over both; one of them is killed.

The programs run where DuckDB has its extensions; who reads is another client of each place.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import obstore
import psycopg
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from obstore.store import from_url

from storage.file.database import open_published
from storage.share.destinations import parse_destination
from storage.share.object_share import ObjectShare
from tests.object_store import objects_in, running_object_store
from tests.postgres_server import running_postgres
from tests.share_environment import ShareEnvironment, share_environment
from tests.sharing_machine import ROWS

MACHINES = ("acme", "bolt", "corn")
VICTIM = "bolt"
MORNINGS = 2
LONGEST = 300.0
Numbers = dict[str, list[int]]


@dataclass
class Readers:
    """What each of the three places shows of each workspace: its publication, then the least, the greatest and the
    rows of two tables, read at one instant."""

    postgres: psycopg.Connection
    store: Any
    lake: list[Numbers] = field(default_factory=list)
    had: Numbers = field(default_factory=dict)

    def of_postgres(self) -> Numbers:
        if not self._is_there("campaign_health.shared_rows"):
            return {}
        with self.postgres.transaction():
            self.postgres.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            rows = self.postgres.execute("""
                SELECT p.workspace, p.number, e.low, e.high, e.n, c.low, c.high, c.n FROM campaign_health.publication p
                LEFT JOIN (SELECT workspace, min(events) AS low, max(events) AS high, count(*) AS n
                           FROM campaign_health.event_day GROUP BY 1) e USING (workspace)
                LEFT JOIN (SELECT workspace, min(sent) AS low, max(sent) AS high, count(*) AS n
                           FROM campaign_health.campaign_day GROUP BY 1) c USING (workspace)
            """).fetchall()
        return {name: numbers for name, *numbers in rows}

    def of_store(self) -> Numbers:
        for name in MACHINES:
            named = self.manifest(name)
            if named and (name not in self.had or self.had[name][0] != named["publication"]):
                columns = self._column(named, "event_day", "events"), self._column(named, "campaign_day", "sent")
                self.had[name] = [named["publication"], *columns[0], *columns[1]]
        return self.had

    def of_lake(self) -> Numbers:
        return self.lake[-1] if self.lake else {}

    def manifest(self, workspace: str) -> dict[str, Any]:
        try:
            text = bytes(obstore.get(self.store, f"workspaces/{workspace}/latest.json").bytes())
        except FileNotFoundError:
            return {}
        found: dict[str, Any] = json.loads(text)
        return found

    def _column(self, named: dict[str, Any], table: str, column: str) -> tuple[int, int, int]:
        rows = pq.read_table(BytesIO(bytes(obstore.get(self.store, named["tables"][table]["path"]).bytes())))
        ends = pc.min_max(rows[column]).as_py()
        return ends["min"], ends["max"], len(rows)

    def in_the_middle_of_postgres(self) -> bool:
        """Whether the victim has written within a transaction that is still open."""
        return self._one(
            f"SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = '{VICTIM}' AND backend_xid IS NOT NULL"
        )

    def in_the_middle_of_the_store(self) -> bool:
        """Whether some of the victim's next morning is there, and not named yet."""
        named = self.manifest(VICTIM)
        known = {one["path"] for one in named.get("tables", {}).values()} | named.get("retired", {}).keys()
        there = {path for path in objects_in("shared/") if f"/{VICTIM}/" in path and path.endswith(".parquet")}
        return bool(named) and bool({path.removeprefix("shared/") for path in there} - known)

    def in_the_middle_of_the_lake(self) -> bool:
        """Whether the victim has put files there that no snapshot has yet."""
        if not self._is_there("public.ducklake_data_file") or VICTIM not in self.of_lake():
            return False
        written = len([path for path in objects_in("lake/") if f"workspace={VICTIM}/" in path])
        [(known,)] = self.postgres.execute(
            f"SELECT count(*) FROM public.ducklake_data_file WHERE path LIKE '%workspace={VICTIM}/%'"  # type: ignore[arg-type]
        ).fetchall()
        return written > known

    def _is_there(self, table: str) -> bool:
        return self._one(f"SELECT to_regclass('{table}') IS NOT NULL")

    def _one(self, question: str) -> bool:
        return self.postgres.execute(question).fetchall() == [(True,)]  # type: ignore[arg-type]


@dataclass
class Machines:
    """The programs of the three machines."""

    environment: ShareEnvironment
    folder: Path
    variables: Callable[[str], dict[str, str]]
    programs: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        (self.folder / name).mkdir(exist_ok=True)
        # The others have done their part after some mornings; the victim goes on.
        most = () if name == VICTIM else (str(MORNINGS + 2),)
        words = ("-m", "tests.sharing_machine", str(self.folder / name), name, *most)
        self.programs[name] = self.environment.start(*words, more=self.variables(name))

    def kill(self, name: str) -> None:
        self.programs[name].kill()
        self.programs[name].communicate()

    def refuse_ended(self) -> None:
        for name, program in self.programs.items():
            assert program.poll() in ((None,) if name == VICTIM else (None, 0)), program.communicate()


@pytest.fixture
def environment() -> ShareEnvironment:
    return share_environment()


@pytest.fixture
def store() -> Iterator[dict[str, str]]:
    with running_object_store() as variables:
        yield variables


@pytest.mark.slow("share")
def test_readers_of_each_place_see_whole_mornings_whatever_machine_is_killed(
    environment: ShareEnvironment, store: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in store.items():
        monkeypatch.setenv(name, value)
    with ExitStack() as stack:
        database = stack.enter_context(running_postgres()).database()
        places = (
            database + "?application_name={0}",
            "s3://team/shared",
            "ducklake:" + database + "?data_path=s3://team/lake&application_name=lake",
        )
        machines = Machines(
            environment, tmp_path,
            lambda name: {**store, "CAMPAIGN_HEALTH_SHARE": " ".join(places).format(name)},
        )  # fmt: skip
        for name in MACHINES:
            machines.start(name)
            stack.callback(lambda name=name: machines.kill(name))
        reader = stack.enter_context(psycopg.connect(database, autocommit=True))
        readers = Readers(reader, from_url("s3://team/shared", client_options={"allow_http": True}))
        shown = {"postgres": readers.of_postgres, "store": readers.of_store, "lake": readers.of_lake}
        in_the_middle = {
            "postgres": readers.in_the_middle_of_postgres,
            "store": readers.in_the_middle_of_the_store,
            "lake": readers.in_the_middle_of_the_lake,
        }
        newest = {(place, name): 0 for place in shown for name in MACHINES}
        ends = time.monotonic() + LONGEST
        lake_is_read = False
        while in_the_middle or min(newest.values()) < MORNINGS:
            assert time.monotonic() < ends, f"{newest}; never in the middle of {list(in_the_middle)}"
            machines.refuse_ended()
            for place, look in shown.items():
                for name, (number, *numbers) in look().items():
                    whole = [number, number, ROWS, number, number, ROWS]
                    assert numbers == whole, f"half a morning of {name} in {place}"
                    assert number >= newest[place, name], f"an older one of {name} came back in {place}"
                    newest[place, name] = number
            if not lake_is_read and newest["store", VICTIM] >= 2:
                lake_is_read = True
                words = ("-m", "tests.lake_reader", database, "s3://team/lake")
                looking = environment.start(*words, more=store)
                stack.callback(looking.communicate)
                stack.callback(looking.kill)
                Thread(target=_keep, args=(looking, readers.lake), daemon=True).start()
            for place, is_now in list(in_the_middle.items()):
                if newest[place, VICTIM] and is_now():
                    machines.kill(VICTIM)
                    del in_the_middle[place]
                    machines.start(VICTIM)
                    break
            time.sleep(0.08)
        file = tmp_path / "had.duckdb"
        assert ObjectShare(parse_destination("s3://team/shared")).fetch(file, None)
        with open_published(file) as connection:
            assert connection.execute("SELECT max(events) - min(events) FROM event_day").fetchone() == (0,)


def _keep(looking: subprocess.Popen[str], seen: list[Numbers]) -> None:
    assert looking.stdout is not None
    seen.extend(json.loads(line) for line in looking.stdout)
