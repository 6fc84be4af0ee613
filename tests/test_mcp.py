"""`campaign-health mcp`, asked by the official client over standard input and output."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import requests

from campaign_health.demo.world.stories import STORIES, demo_faults, demo_manifest, demo_world
from campaign_health.judge.judging import judge_workspace
from campaign_health.pipeline import collect_once, order_from_names
from campaign_health.process.clock import read_clock
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.settings import load_settings
from campaign_health.words.status_words import cause_label
from storage.file.database import PUBLISHED_NAME, Warehouse
from storage.read.asked_query import QueryRefusedError, answer_query
from tests.assistant_cast import (
    ROOT,
    SECRET,
    Assistant,
    assistant,
    make_stopped_world,
    server_command,
    server_environment,
    world_environment,
)
from tests.browser import free_port
from tests.collecting_cast import Notes
from tests.installed_cast import Installed
from tests.judge_cast import World, day
from tests.status_world import BREAK, LAST, run

WRITES = [
    "COPY (SELECT 1) TO '{place}'",
    "COPY campaign FROM '/etc/passwd'",
    "EXPORT DATABASE '{place}'",
    "ATTACH '{place}' AS other",
    "INSERT INTO campaign SELECT * FROM campaign",
    "UPDATE campaign SET name = 'x'",
    "DELETE FROM incident",
    "DROP TABLE incident",
    "CREATE TABLE other AS SELECT 1",
    "CREATE TEMP TABLE other AS SELECT 1",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "INSTALL httpfs",
    "LOAD httpfs",
    "BEGIN",
    "CHECKPOINT",
    "USE memory",
    "SELECT 1; DROP TABLE incident",
    "",
    "-- nothing",
]
ESCAPES = [
    "WITH gone AS (DELETE FROM incident RETURNING *) SELECT * FROM gone",
    "WITH copied AS (COPY (SELECT 1) TO '{place}') SELECT * FROM copied",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd.csv'",
    "SELECT * FROM read_json('http://127.0.0.1:9/x.json')",
    "SELECT * FROM query('DROP TABLE incident')",
    "SELECT getenv('CUSTOMERIO_APP_API_KEY')",
    "SELECT list_sum(range(2000000000))",
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_stopped_world(tmp_path_factory.mktemp("stopped"))


@pytest.fixture(scope="module")
def asked(world: World) -> Iterator[Assistant]:
    with assistant(server_command(world.directory, world_environment(world))) as found:
        yield found
        assert found.told
        assert not [text for text in found.told if SECRET in text]


def terminal(world: World, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.setenv("COLUMNS", "100")
    return run(world, *arguments).stdout.rstrip()


def test_every_tool_says_that_it_only_reads_and_what_its_arguments_are(asked: Assistant) -> None:
    found = asked.portal.call(asked.client.list_tools).tools
    assert [one.name for one in found] == ["status", "explain", "incidents", "replay", "tables", "query"]
    for one in found:
        assert one.annotations is not None
        assert (one.annotations.read_only_hint, one.annotations.destructive_hint) == (True, False)
        assert one.description
        assert all("description" in about for about in one.input_schema["properties"].values())


def test_why_did_welcome_stop(asked: Assistant, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    text, refused = asked.ask("explain", about="welcome")
    assert not refused
    assert text == terminal(world, monkeypatch, "explain", "welcome")
    assert text.startswith(f"Welcome: silent on {day(LAST):%a} {day(LAST).day} {day(LAST):%b %Y}")
    assert "The first link that broke: messages sent" in text


def test_status_is_the_terminals(asked: Assistant, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    text, _ = asked.ask("status")
    assert text == terminal(world, monkeypatch, "status")
    assert "Welcome" in text
    assert "\x1b" not in text


def test_an_incident_tells_its_life_and_its_calculation(asked: Assistant) -> None:
    identity = f"1-{day(BREAK).isoformat()}"
    text, refused = asked.ask("explain", about=identity)
    assert not refused
    happened, calculation = text.split("Step by step")
    assert f"Incident {identity}." in happened
    assert happened.index("What happened") < happened.index("Welcome, silent since")
    assert "The calculation: activated to sent" in calculation


def test_the_incidents_are_the_open_ones_and_on_demand_those_that_have_ended(asked: Assistant) -> None:
    still, _ = asked.ask("incidents")
    assert still.startswith("2 open incidents.")
    assert "Upgrade offer" not in still
    since, _ = asked.ask("incidents", since=day(BREAK - 8).isoformat())
    assert since.startswith("2 open incidents, 1 ended.")
    assert "; recovered on " in since
    later, _ = asked.ask("incidents", since=day(LAST).isoformat())
    assert later == still
    of_one, _ = asked.ask("incidents", campaign="upgrade")
    assert of_one.startswith("0 open incidents, 1 ended.")
    assert asked.ask("incidents", campaign="survey")[0] == "0 open incidents."


@pytest.mark.slow("replays")
def test_a_replay_is_the_terminals(asked: Assistant, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = last = day(BREAK).isoformat()
    text, _ = asked.ask("replay", first=first, last=last)
    assert text == terminal(world, monkeypatch, "replay", "--from", first, "--to", last)
    assert "New: Welcome" in text
    of_another, _ = asked.ask("replay", first=first, last=last, campaign="survey")
    assert of_another.startswith("0 announcements on 0 mornings; 1 quiet day.")


def test_the_tables_are_those_that_are_documented(asked: Assistant) -> None:
    every, _ = asked.ask("tables")
    page = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    assert [line.split(" (")[0] for line in every.splitlines()] == [
        line.removeprefix("### ") for line in page.splitlines() if line.startswith("### ")
    ]
    one, _ = asked.ask("tables", name="campaign_health")
    assert "| `revenue_at_risk` | DOUBLE |" in one
    assert asked.ask("tables", name="persons") == (asked.told[-1], True)


def test_a_query_gives_rows_and_says_what_is_left_out(asked: Assistant) -> None:
    found = asked.rows("SELECT campaign_id, status, gone_at FROM campaign_health WHERE campaign = 'Welcome'")
    assert found["rows"] == [[1, "silent", None]]
    assert (found["columns"], found["is_whole"]) == (["campaign_id", "status", "gone_at"], True)
    cut = asked.rows("SELECT day FROM verdict ORDER BY 1", most_rows=2)
    assert (cut["rows"], cut["is_whole"]) == ([[day(0).isoformat()]] * 2, False)


def test_a_value_that_is_too_long_is_cut(world: World) -> None:
    ((text, many),) = answer_query(world.directory, "SELECT repeat('x', 5000), range(5000)").rows
    assert (len(text) < 2100, len(many) < 2100) == (True, True)
    assert text.endswith("(5000 characters)")
    assert not answer_query(world.directory, "SELECT repeat('x', 1900) FROM range(500)").is_whole


def test_nothing_is_written_and_nothing_else_is_read(asked: Assistant, world: World, tmp_path: Path) -> None:
    published = world.directory / PUBLISHED_NAME
    before = hashlib.sha256(published.read_bytes()).hexdigest(), sorted(world.directory.iterdir())
    for statement in WRITES:
        text, refused = asked.ask("query", sql=statement.format(place=tmp_path / "out"))
        assert (refused, "Only one SELECT is answered" in text) == (True, True), statement
    for statement in ESCAPES:
        text, refused = asked.ask("query", sql=statement.format(place=tmp_path / "out"))
        assert refused, statement
        assert "root:" not in text
    assert asked.rows("SELECT * FROM duckdb_secrets()")["rows"] == []
    assert (hashlib.sha256(published.read_bytes()).hexdigest(), sorted(world.directory.iterdir())) == before
    assert list(tmp_path.iterdir()) == []


def test_a_query_that_does_not_end_is_ended(world: World) -> None:
    began = time.monotonic()
    with pytest.raises(QueryRefusedError, match="took longer than 1 seconds"):
        answer_query(world.directory, "SELECT count(*) FROM range(10000000) a, range(10000000) b", seconds=1.0)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("explain", {"about": "nothing like it"}, "There is no campaign 'nothing like it'. There are "),
        ("explain", {"about": "welcome", "day": "7.9.2026"}, "'7.9.2026' is not a day: write it as 2026-09-07."),
        ("status", {"workspace": "acme"}, "There is no workspace 'acme'. Known: default."),
        ("replay", {"first": "2026-09-02", "last": "2026-09-01"}, "2026-09-01 is before 2026-09-02."),
        ("replay", {"first": "2026-01-01", "last": "2026-09-01"}, "These are more than 31 days."),
        ("query", {"sql": "SELECT x FROM campaign"}, 'Referenced column "x" not found'),
    ],
)
def test_what_cannot_be_answered_is_said_in_plain_words(
    asked: Assistant, tool: str, arguments: dict[str, str], said: str
) -> None:
    text, refused = asked.ask(tool, **arguments)
    assert refused
    assert said in text
    assert "Traceback" not in text


def test_without_a_published_file_it_says_how_to_get_one(tmp_path: Path) -> None:
    with assistant(server_command(tmp_path, {})) as found:
        for tool, arguments in (("status", {}), ("query", {"sql": "SELECT 1"})):
            text, refused = found.ask(tool, **arguments)
            assert refused
            assert "campaign-health collect" in text


def test_every_page_of_the_guide_can_be_read(asked: Assistant) -> None:
    pages = {one.name: one.uri for one in asked.portal.call(asked.client.list_resources).resources}
    assert pages.keys() >= {path.stem for path in (ROOT / "docs").glob("*.md")}
    (content,) = asked.portal.call(asked.client.read_resource, pages["causes"]).contents
    assert content.text == (ROOT / "docs" / "causes.md").read_text(encoding="utf-8")


def test_over_http_it_answers_this_machine_and_no_page_of_another(world: World) -> None:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "campaign_health", "mcp", "--port", str(port)],
        env=server_environment(world.directory, world_environment(world)),
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}/mcp"
        ends = time.monotonic() + 60
        while True:
            try:
                foreign = requests.post(address, json={}, headers={"Host": "evil.example"}, timeout=30)
                break
            except requests.ConnectionError:
                assert time.monotonic() < ends
                time.sleep(0.05)
        assert foreign.status_code == 421
        page = requests.post(address, json={}, headers={"Origin": "https://evil.example"}, timeout=30)
        assert page.status_code == 403
        with assistant(address) as found:
            assert "Welcome" in found.ask("status")[0]
    finally:
        server.terminate()
        assert server.wait(30) is not None


@pytest.mark.slow("demos")
def test_of_the_demo_it_says_why_a_campaign_stopped(tmp_path: Path) -> None:
    today = date(2026, 11, 24)
    (tmp_path / "manifest.yaml").write_text(demo_manifest())
    of_demo = {
        "CAMPAIGN_HEALTH_DATA_DIR": str(tmp_path),
        "CAMPAIGN_HEALTH_MANIFEST": str(tmp_path / "manifest.yaml"),
    }
    with running_sandbox(demo_world(today), faults=list(demo_faults()), limits=Limits.unlimited()) as sandbox:
        of_demo = sandbox.environment | of_demo
        settings = load_settings(of_demo, tmp_path)
        collect_once(settings, order_from_names((), None, None), read_clock(of_demo), Notes(), sleep=lambda _: None)
    judge_workspace(Warehouse(tmp_path), settings.workspaces[0], read_clock(of_demo))
    Warehouse(tmp_path).publish()
    broken = {one.status: one for one in STORIES if one.status in ("silent", "event_lost")}
    with assistant(server_command(tmp_path, of_demo)) as found:
        for story in broken.values():
            text, _ = found.ask("explain", about=story.campaign)
            assert text.startswith(f"{story.campaign}: ")
            assert f"Cause: {cause_label(story.cause)}." in text
    assert len(broken) == 2


@pytest.mark.slow("installs")
def test_without_the_extra_it_says_what_to_install(in_full: Installed, tmp_path: Path) -> None:
    done = in_full.run(tmp_path, "mcp")
    assert done.returncode == 2
    assert "pip install '.[mcp]'" in done.stderr


def test_the_answers_are_json_for_programs_too(asked: Assistant) -> None:
    text, _ = asked.ask("query", sql="SELECT 1.5::DECIMAL(9, 2) AS a, DATE '2026-09-01' AS b, 'NaN'::DOUBLE AS c")
    assert json.loads(text)["rows"] == [[1.5, "2026-09-01", "nan"]]
