"""What is said of a campaign under its title and by `explain`: of it, and not of its kind."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from campaign_health.state.status_line import status_line
from storage.file.database import open_published
from storage.read.status_runs import StatusRun, status_run
from tests.browser import APP
from tests.judge_cast import World, broken, day, morning_after, steady
from tests.status_world import collected, run

TODAY = date(2026, 11, 24)
RUN = StatusRun(
    "not_running", date(2026, 11, 23), date(2026, 11, 7), 0, date(2026, 7, 1), 0, False, "stopped", False, True, True
)  # fmt: skip
DAYS, LAST, STOPPED, BORN = 60, 50, 44, 45


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Stopped on Sat 7 Nov: nothing is expected of it."),
        ({"state": "archived"}, "Archived on Sat 7 Nov: nothing is expected of it."),
        ({"state": "draft"}, "Set back to draft on Sat 7 Nov: nothing is expected of it."),
        ({"state": "draft", "has_run": False}, "A draft that has never run."),
        ({"is_gone": True}, "It is no longer in Customer.io since Sat 7 Nov."),
        (
            {"since": date(2026, 7, 1)},
            "Stopped before Wed 1 Jul, the first day that is known: nothing is expected of it.",
        ),
        ({"state": "running", "is_past": True}, "It was not running from Mon 23 Nov."),
    ],
)
def test_a_campaign_that_does_not_run_says_since_when_and_what_was_done(changes: dict[str, object], said: str) -> None:
    assert status_line(replace(RUN, **changes), TODAY) == said  # type: ignore[arg-type]


def test_learning_says_how_much_is_lacking_and_until_when() -> None:
    learning = replace(RUN, status="learning", since=date(2026, 11, 18), days_with_source=6, state="running")
    assert status_line(learning, TODAY) == (
        "Learning what is normal: 6 of the 14 days with events that it needs are known; it is judged from about "
        "Tue 1 Dec on."
    )
    seldom = status_line(replace(learning, days_with_source=1, has_event=False), TODAY)
    assert "1 of the 14 days with journeys" in seldom
    assert "if there are not so many by Wed 16 Dec, it is too quiet to tell" in seldom
    assert "Wed 16 Dec" in status_line(replace(learning, days_with_source=20), TODAY)


def test_too_quiet_says_how_much_would_do() -> None:
    quiet = replace(RUN, status="too_quiet", sends=1, state="running")
    assert status_line(quiet, TODAY) == (
        "Too quiet to tell: 1 send in the last 28 days; from about 8 (2 a week) on, a full stop could be told from "
        "chance."
    )
    assert "from about 6 (1.5 a week) on" in status_line(quiet, TODAY, 1.0)
    assert "unevenly" in status_line(replace(quiet, sends=12), TODAY)


def test_without_an_event_nothing_is_said_of_events() -> None:
    for status in ("journeys_only", "silent", "volume_down", "surging"):
        said = status_line(replace(RUN, status=status, state="running", has_event=False), TODAY)
        assert "journeys" in said.lower()
        assert "the event count predicts" not in said


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A healthy campaign, one stopped while it was broken, a young one, one without an event, a rare one."""
    stories = [
        steady(1, DAYS, name="Welcome"),
        broken(steady(2, DAYS, name="Stopped one", stopped_on=STOPPED), STOPPED - 4),
        steady(3, DAYS, name="Young one", first_day=BORN),
        steady(4, DAYS, name="Alone", trigger=None),
        steady(5, DAYS, name="Rare one", level=0.04),
    ]
    world = World(tmp_path_factory.mktemp("world") / "data", stories)
    world.directory.mkdir()
    (world.directory / "manifest.yaml").write_text("version: 1\n")
    for last in (STOPPED - 2, LAST):
        world.collect(0 if last < LAST else STOPPED - 1, last)
        collected(world)
        assert run(world, "judge", now=morning_after(last)).exit_code == 0
    return world


SAID = {
    2: "Stopped on Mon 14 Sep: nothing is expected of it.",
    3: "6 of the 14 days with events that it needs are known; it is judged from about Mon 28 Sep on.",
    4: "compared with its journeys only, for no event count is known.",
    5: "in the last 28 days; from about 8 (2 a week) on, a full stop could be told from chance.",
}


@pytest.mark.slow("agreements")
@pytest.mark.parametrize("campaign", SAID)
def test_explain_says_it_of_the_campaign(world: World, campaign: int) -> None:
    found = json.loads(run(world, "explain", str(campaign), "--json", now=morning_after(LAST)).stdout)
    assert found["conclusion"].endswith(SAID[campaign])
    assert "Draft, stopped" not in json.dumps(found)
    if campaign == 2:
        assert all("not running" in step or "events;" in step for step in found["steps"])


@pytest.mark.slow("agreements")
@pytest.mark.parametrize("campaign", [2, 3, 5])
def test_so_does_its_page(world: World, campaign: int, monkeypatch: pytest.MonkeyPatch) -> None:
    said = page(world, campaign, monkeypatch)
    assert SAID[campaign] in said


def test_no_surface_calls_a_campaign_without_an_event_healthy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    status = run(world, "status", "--json", now=morning_after(LAST))
    found = json.loads(status.stdout)
    assert found["counts"] == {
        "healthy": 1, "journeys_only": 1, "learning": 1, "too_quiet": 1, "not_running": 1,
    }  # fmt: skip
    assert "1 campaign is healthy; 1 is watched by its journeys only" in found["sentence"]
    digest = run(world, "digest", "--dry-run", now=morning_after(LAST)).stdout
    assert "1 healthy; 1 watched by its journeys only;" in " ".join(digest.split())
    said = page(world, 4, monkeypatch)
    assert "Watched by its journeys only" in said
    assert "what the event count predicts" not in said
    with open_published(world.directory) as connection:
        assert connection.execute("SELECT status FROM campaign_health WHERE campaign_id = 4").fetchall() == [
            ("journeys_only",)
        ]
        found_run = status_run(connection, "default", 4)
        good = connection.execute("SELECT last_good_day FROM campaign_health WHERE campaign_id = 4").fetchone()
    assert found_run is not None
    assert not found_run.has_event
    assert good == (day(LAST),)


@pytest.mark.slow("agreements")
def test_what_was_stopped_while_it_was_broken_is_closed_everywhere(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert world.rows("SELECT status, ended_how, recovered_on FROM incident") == [("closed", "stopped", day(STOPPED))]
    assert world.rows("SELECT kind FROM incident_change ORDER BY recorded_at DESC, day DESC LIMIT 1") == [("closed",)]
    digest = " ".join(run(world, "digest", "--dry-run", now=morning_after(STOPPED)).stdout.split())
    for text in (digest, run(world, "status", now=morning_after(LAST)).stdout, page(world, 2, monkeypatch)):
        assert "ecovered" not in text
    assert "ENDED WITHOUT RECOVERING" in digest
    assert "closed: the campaign was stopped on Mon 14 Sep" in digest
    assert "closed: the campaign was stopped on Mon 14 Sep" in table_of(world, 2, monkeypatch)
    assert "◻ Closed" in table_of(world, 2, monkeypatch)


def opened(world: World, campaign: int, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", morning_after(LAST).isoformat())
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(world.directory))
    monkeypatch.chdir(world.directory.parent)
    st.cache_data.clear()
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.run()
    app.switch_page("campaign_health/dashboard/pages/campaign_page.py")
    app.query_params["campaign"] = str(campaign)
    app.run()
    assert not app.exception
    return app


def page(world: World, campaign: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """The campaign's page as plain text."""
    app = opened(world, campaign, monkeypatch)
    return " ".join(unescape(str(part.proto.body)) for part in app.main.get("html"))


def table_of(world: World, campaign: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """The history of the campaign's incidents, as text."""
    frames = [one.value for one in opened(world, campaign, monkeypatch).dataframe]
    return str(next(frame for frame in frames if "How it ended" in frame).to_csv())
