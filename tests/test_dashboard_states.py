"""The states of the pages without a browser: nothing yet, damaged, old, in part, all well, two workspaces."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from storage.file.database import Warehouse, transaction
from tests.dashboard_world import NOW

APP = Path(__file__).parents[1] / "app.py"

PAGES = "campaign_health/dashboard/pages"
DENSE = ("campaign", "campaign_plan", "campaign_day", "event", "event_day", "verdict", "incident", "source_day",
         "collection", "workspace", "judge_run", "journey_day")  # fmt: skip


@pytest.fixture(scope="module")
def built(dashboard_world: Path) -> Path:
    return dashboard_world / "data"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in [name for name in os.environ if name.startswith("CAMPAIGN_HEALTH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", NOW.isoformat())
    monkeypatch.chdir(tmp_path)
    st.cache_data.clear()
    yield tmp_path
    st.cache_data.clear()


def with_data(folder: Path, built: Path, *statements: str) -> Path:
    shutil.copytree(built, folder / "data")
    if statements:
        with Warehouse(folder / "data").open_and_publish() as connection, transaction(connection):
            for statement in statements:
                connection.execute(statement)
    return folder


def drawn(page: str | None = None, **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    if page:
        app.run()
        app.switch_page(f"{PAGES}/{page}_page.py")
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    parts = [*app.main.get("html"), *app.title, *app.markdown, *app.error, *app.warning, *app.info, *app.code]
    return "\n".join(str(getattr(part, "value", None) or part.proto.body) for part in parts)


def test_before_the_first_collection_the_page_says_what_to_type(folder: Path) -> None:
    for page in (None, "campaign", "events", "coverage", "report", "data"):
        assert "campaign-health collect" in said(drawn(page))


def test_a_damaged_file_and_one_from_a_newer_version_are_named_with_the_cure(folder: Path, built: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "campaign_health.duckdb").write_bytes(b"no database" * 1000)
    assert "campaign\\_health\\.duckdb" in said(drawn())


def test_settings_that_cannot_be_read_show_nothing_else(folder: Path, built: Path) -> None:
    with_data(folder, built)
    (folder / "campaign-health.toml").write_text("not = [toml")
    text = said(drawn())
    assert "is not valid TOML" in text.replace("\\", "")
    assert "Project tips" not in text


def test_a_time_zone_that_this_machine_does_not_know_is_named_with_the_cure(folder: Path, built: Path) -> None:
    with_data(folder, built, "UPDATE workspace SET time_zone = 'Mars/Olympus'")
    text = said(drawn()).replace("\\", "")
    assert "time zone 'Mars/Olympus' is not known on this machine" in text
    assert "CAMPAIGN_HEALTH_TIMEZONE".replace("_", "") in text.replace("_", "")


def test_old_data_is_called_old(folder: Path, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_data(folder, built)
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", "2026-11-27T08:00:00+00:00")
    old = "**These numbers are not of today.** The newest collection is 3 days old: what follows is not of today."
    assert old in said(drawn()).replace("\\", "")


def test_a_source_that_failed_is_said_on_every_page_with_the_cure_on_its_own(folder: Path, built: Path) -> None:
    with_data(
        folder,
        built,
        "UPDATE collection SET outcome = 'failed', error = 'Ask for a new key.' "
        "WHERE source = 'customerio_metrics' AND started_at >= TIMESTAMP '2026-11-24'",
    )
    text = said(drawn()).replace("\\", "")
    assert "Customer.io sends could not be checked" in text
    assert "collected today at 06:30, except part of Customer.io sends" in text
    assert "Ask for a new key" in said(drawn("data")).replace("\\", "")
    brief = said(drawn("events")).replace("\\", "")
    assert "Could not be checked: Customer.io sends" in brief
    assert "campaign-health doctor" not in brief
    assert "Could not be checked: Customer.io sends" in said(drawn("campaign", campaign="1")).replace("\\", "")


def test_a_campaign_that_could_not_be_checked_is_named(folder: Path, built: Path) -> None:
    days = "day >= DATE '2026-11-22'"
    with_data(
        folder,
        built,
        f"UPDATE verdict SET status = 'not_collected', sent = NULL WHERE campaign_id = 5 AND {days}",
        f"UPDATE campaign_day SET state = 'not_collected', sent = NULL WHERE campaign_id = 5 AND {days}",
        "UPDATE collection SET outcome = 'partial', error = 'Campaign 5: no numbers. Campaign 51: none.' "
        "WHERE source IN ('customerio_metrics', 'mixpanel_lexicon') AND started_at >= TIMESTAMP '2026-11-24'",
    )
    text = said(drawn()).replace("\\", "")
    said_of_it = (
        "Re-engagement could not be checked, Sun 22 Nov to Mon 23 Nov.** Customer.io gave no usable numbers for it"
    )
    assert said_of_it in text
    assert "except part of Customer.io sends and Mixpanel event definitions" in text
    text = said(drawn("campaign", campaign="5"))
    assert "Sun 22 Nov to Mon 23 Nov (2 days)" in text
    assert "Campaign 5: no numbers." in text
    assert "ould not be checked" not in text
    assert "Could not be checked: Re-engagement, Sun 22 Nov to Mon 23 Nov." in said(drawn("coverage")).replace("\\", "")
    of_another = said(drawn("campaign", campaign="1"))
    assert "Re-engagement" not in of_another
    assert "ould not be checked" not in of_another


def test_a_quiet_morning_takes_one_sentence(folder: Path, built: Path) -> None:
    with_data(folder, built, "DELETE FROM incident", "UPDATE verdict SET status = 'healthy'")
    text = said(drawn())
    assert "Nothing is broken." in text
    assert "13 campaigns are healthy; all sources collected today at 06:30." in text


@pytest.mark.slow("pages")
def test_nothing_collected_of_customerio_leaves_the_pages_whole(folder: Path, built: Path) -> None:
    with_data(folder, built, *(f"DELETE FROM {name}" for name in DENSE if "campaign" in name or name == "incident"))
    assert "Customer.io has no campaigns yet" in said(drawn())
    assert "There are no campaigns yet" in said(drawn("campaign"))
    for page in ("events", "coverage", "report", "data"):
        drawn(page)


def test_two_workspaces_keep_their_campaigns_apart(folder: Path, built: Path) -> None:
    copies = [f"INSERT INTO {name} SELECT * REPLACE ('agency <b>' AS workspace) FROM {name}" for name in DENSE]
    renames = "UPDATE campaign SET name = 'Theirs: ' || name WHERE workspace = 'agency <b>'"
    with_data(folder, built, *copies, renames)
    app = drawn(workspace="agency <b>")
    assert app.selectbox(key="workspace").value == "agency <b>"
    assert "Theirs: Project tips" in said(app)
    app.selectbox(key="workspace").set_value("default").run()
    assert "Theirs: Project tips" not in said(app)


def test_one_source_that_was_last_asked_long_ago_makes_the_numbers_old(folder: Path, built: Path) -> None:
    with_data(
        folder,
        built,
        "UPDATE collection SET started_at = started_at - INTERVAL 20 DAY, ended_at = ended_at - INTERVAL 20 DAY "
        "WHERE source = 'mixpanel_events'",
    )
    text = said(drawn())
    assert "These numbers are not of today" in text
    assert "The newest collection of Mixpanel event counts is 20 days old" in text
    assert "all sources collected today" not in text


def test_a_sources_trouble_can_be_taken_on_or_muted_and_is_nobodys_intent(folder: Path, built: Path) -> None:
    of_source = (
        "UPDATE incident SET campaign_id = 0, cause = 'source_trouble', "
        "campaign_ids = (SELECT list(campaign_id) FROM campaign) "
        "WHERE incident_id = (SELECT min(incident_id) FROM incident WHERE status = 'open')"
    )
    with_data(folder, built, of_source)
    with Warehouse(folder / "data").read() as connection:
        ((incident_id,),) = connection.execute("SELECT incident_id FROM incident WHERE campaign_id = 0").fetchall()
    buttons = drawn().button
    assert {one.label for one in buttons if str(one.key).endswith(incident_id)} == {"Acknowledge", "Mute"}
    assert "This is intended" in {one.label for one in buttons}
