"""What several machines share to one database, put together again: one file, of every workspace a whole morning."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.postgres_server import running_postgres
from tests.share_environment import ShareEnvironment, share_environment
from tests.sharing_machine import ROWS

pytestmark = pytest.mark.slow("share")
FETCH = (
    "import sys; from pathlib import Path; from storage.share.sharing import fetch;"
    "from storage.share.destinations import parse_destination; from storage.errors import StorageError\n"
    "try: print(fetch(parse_destination(sys.argv[1]), Path(sys.argv[2])))\n"
    "except StorageError as failure: sys.exit(str(failure))"
)


def fetched(environment: ShareEnvironment, address: str, folder: Path) -> tuple[int, str]:
    code, said = environment.run("-c", FETCH, address, str(folder))
    return code, said.strip()


@pytest.mark.parametrize("form", ["postgres", "ducklake"])
def test_a_machine_that_collects_nothing_shows_what_all_the_others_share(form: str, tmp_path: Path) -> None:
    environment = share_environment()
    with running_postgres() as server:
        address = server.database()
        if form == "ducklake":
            address = f"ducklake:{address}?data_path={tmp_path}/lake"
        pages = tmp_path / "pages"
        code, said = fetched(environment, address, pages)
        assert code == 1
        assert "s3cret" not in said

        def collects(workspace: str, mornings: str) -> None:
            more = {"CAMPAIGN_HEALTH_SHARE": address, "CAMPAIGN_HEALTH_DATA_DIR": str(tmp_path / workspace)}
            folder = tmp_path / workspace
            code, said = environment.run("-m", "tests.sharing_machine", str(folder), workspace, mornings, more=more)
            assert code == 0, said

        collects("acme", "2")
        collects("bolt", "1")
        assert fetched(environment, address, pages) == (0, "True")
        assert fetched(environment, address, pages) == (0, "False"), "it is there already"
        assert numbers(pages) == [("acme", 2, ROWS), ("bolt", 1, ROWS)]
        collects("bolt", "1")
        assert fetched(environment, address, pages) == (0, "True")
        assert numbers(pages) == [("acme", 2, ROWS), ("bolt", 2, ROWS)]
        telling = {
            "CAMPAIGN_HEALTH_DATABASE": address, "CAMPAIGN_HEALTH_DATA_DIR": str(tmp_path / "tells"),
            "CAMPAIGN_HEALTH_DIGEST_TOGETHER": "on",
        }  # fmt: skip
        code, said = environment.run("-m", "campaign_health", "digest", "--dry-run", more=telling, cwd=tmp_path)
        assert code == 0, said
        assert "acme" in said
        assert "bolt" in said


def numbers(folder: Path) -> list[tuple[str, int, int]]:
    """The morning of each workspace, where it is the same in all of its rows, and how many it has."""
    with duckdb.connect(str(folder / "campaign_health.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "SELECT workspace, any_value(events), count(*) FROM event_day JOIN campaign_day USING (workspace, day) "
            "WHERE events = sent AND event = 'event ' || campaign_id GROUP BY workspace ORDER BY workspace"
        ).fetchall()
        assert connection.execute("SELECT count(*) FROM publication").fetchone() == (1,)
    return [(str(name), int(number), int(count)) for name, number, count in rows]
