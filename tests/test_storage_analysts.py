"""What an analyst finds in the published file: words for everything, queries that work, with old clients too."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from campaign_health.decisions.record_decision import record_decision
from storage.file.database import Warehouse, open_published, transaction
from storage.read.data_dictionary import data_dictionary
from storage.records import CampaignFailures, PropertyProfile
from storage.save import save_campaigns, save_failures, save_property_profiles
from tests.storage_cast import NOW, WORKSPACE, campaign, day, message, save_a_run
from tests.storage_old_clients import VERSIONS, old_client

DOCS = Path(__file__).resolve().parents[1] / "docs"

UNCOMMENTED = """
    SELECT table_name AS name FROM duckdb_tables() WHERE NOT internal AND coalesce(comment, '') = ''
    UNION ALL
    SELECT view_name FROM duckdb_views() WHERE NOT internal AND coalesce(comment, '') = ''
    UNION ALL
    SELECT table_name || '.' || column_name FROM duckdb_columns() WHERE NOT internal AND coalesce(comment, '') = ''
    ORDER BY name
"""


def queries() -> list[str]:
    text = (DOCS / "analyst_queries.sql").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return [query.strip() for query in "\n".join(lines).split(";") if query.strip()]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    warehouse = Warehouse(tmp_path_factory.mktemp("published"))
    with warehouse.open_and_publish() as connection, transaction(connection):
        save_a_run(connection, 7)
        edited = campaign(0, name="Edited", event="event 0", messages=[message()])
        save_campaigns(connection, WORKSPACE, [edited], NOW)
        save_property_profiles(
            connection, WORKSPACE, [PropertyProfile("event 0", day(1), 9, False, {("plan", "string"): 1.0})], NOW
        )
        save_failures(connection, WORKSPACE, [CampaignFailures(0, ["Variable 'event.plan' is missing"])], NOW)
        connection.execute(
            "INSERT INTO incident (workspace, incident_id, campaign_id, status, kind, opened_on, detected_on, cause, "
            "evidence, summary) VALUES (?, '0-a', 0, 'open', 'silent', ?, ?, 'unknown', ?, 'Nothing sent.')",
            [WORKSPACE, day(19), day(20), json.dumps([{"cause": "unknown", "sentence": "Nothing was found."}])],
        )
        record_decision(connection, WORKSPACE, "acknowledge", "ana", NOW, incident_id="0-a")
        connection.execute("DELETE FROM campaign_day WHERE campaign_id = 2 AND day IN (?, ?)", [day(3), day(4)])
    return warehouse.published_path


def test_every_table_view_and_column_has_a_comment(published: Path) -> None:
    with open_published(published) as connection:
        assert connection.execute(UNCOMMENTED).fetchall() == []


def test_the_data_dictionary_says_what_the_file_says(published: Path) -> None:
    with open_published(published) as connection:
        found = data_dictionary(connection)
    assert (DOCS / "data.md").read_text(encoding="utf-8") == found, (
        "run: python -m storage.read.data_dictionary docs/data.md"
    )


def test_the_guide_opens_the_file_as_it_says(published: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/campaign_health.duckdb").symlink_to(published)
    (program,) = re.findall(r"```python\n(.*?)```", (DOCS / "data.md").read_text(encoding="utf-8"), re.DOTALL)
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, "Edited" in done.stdout) == (0, True), done.stderr


def test_the_examples_may_be_split_at_semicolons() -> None:
    text = (DOCS / "analyst_queries.sql").read_text(encoding="utf-8")
    assert not [line for line in text.splitlines() if ";" in line and not line.endswith(";")]
    assert not [line for line in text.splitlines() if line.startswith("--") and ";" in line]


@pytest.mark.parametrize("number", range(len(queries())))
def test_every_example_query_runs(published: Path, number: int) -> None:
    with duckdb.connect(published, read_only=True) as connection:
        connection.execute(queries()[number]).fetchall()


def test_the_example_of_evidence_gives_its_sentence(published: Path) -> None:
    (query,) = [query for query in queries() if "AS evidence" in query]
    with duckdb.connect(published, read_only=True) as connection:
        assert connection.execute(query).fetchall()[0][4] == "Nothing was found."


def test_the_days_that_one_campaign_lacks_are_missing_days(published: Path) -> None:
    (query,) = [query for query in queries() if query.startswith("WITH missing")]
    with duckdb.connect(published, read_only=True) as connection:
        rows = connection.execute(query).fetchall()
        (name,) = connection.execute("SELECT name FROM campaign WHERE campaign_id = 2").fetchall()[0]
    assert [(row[1], row[3]) for row in rows if row[2] == name] == [
        ("customerio_metrics", day(4)),
        ("customerio_metrics", day(3)),
    ]


_READ = """
import duckdb, json, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
uncommented, *queries = json.load(sys.stdin)
print(json.dumps({
    "version": duckdb.__version__,
    "uncommented": connection.execute(uncommented).fetchall(),
    "comment": connection.execute(
        "SELECT comment FROM duckdb_columns() WHERE table_name = 'event_vs_campaign' AND column_name = 'sent'"
    ).fetchone()[0],
    "chart": connection.execute(
        "SELECT count(*), sum(events)::INT, sum(sent)::INT FROM event_vs_campaign WHERE campaign_id = 1"
    ).fetchone(),
    "list": connection.execute(
        "SELECT campaign, sends_28d[-1], acknowledged_by FROM campaign_health WHERE campaign_id = 0"
    ).fetchone(),
    "answers": [len(connection.execute(query).fetchall()) for query in queries],
}))
"""


@pytest.mark.parametrize("version", VERSIONS)
def test_the_file_opens_with_the_clients_that_analysts_have(published: Path, version: str) -> None:
    read = subprocess.run(
        [str(old_client(version)), "-c", _READ, str(published)],
        input=json.dumps([UNCOMMENTED, *queries()]),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert read.returncode == 0, read.stderr[-2000:]
    found = json.loads(read.stdout)
    assert found["version"] == version
    assert found["uncommented"] == []
    assert found["comment"] == "Sends; NULL where not collected."
    assert found["chart"] == [20, 140, 140]
    assert found["list"] == ["Edited", 7, "ana"]
    with duckdb.connect(published, read_only=True) as connection:
        assert found["answers"] == [len(connection.execute(query).fetchall()) for query in queries()]
