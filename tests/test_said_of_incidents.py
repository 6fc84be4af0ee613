"""What people said of a break reads the same in status, digest, page, table, history and CSV; nobody is misquoted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import streamlit as st
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.situation_reads import read_situation
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.cli.main import campaign_health
from campaign_health.dashboard.parts.overview.campaign_table import csv_rows
from campaign_health.state.every_campaign import campaigns_now
from campaign_health.words.ended import ending_text
from storage.file.database import open_published, transaction
from tests.browser import APP
from tests.decisions_cast import LOST, NOW, OPEN, People, Step, act, copied, judged_world, judges, manifest, says
from tests.judge_cast import World, day

RENAME = says("confirm_rename", "Ada", event="project.created", new_event="project_created")
CONFIRMED = "Rename confirmed by Ada: project.created is now project_created"
NOT_YET = "the trigger in Customer.io still names project.created, so nothing is sent for project_created"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> World:
    return judged_world(tmp_path_factory.mktemp("judged"), manifest())


@pytest.fixture
def people(judged: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[People]:
    """People in a copy of the world, which is the working folder's."""
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", NOW.isoformat())
    st.cache_data.clear()
    yield People(copied(judged, tmp_path / "data"))
    st.cache_data.clear()


def after(people: People, *steps: Step) -> dict[str, str]:
    """What each surface says of everything after these steps, as plain text."""
    act(people, steps)
    people.world.warehouse.publish()
    status = CliRunner().invoke(campaign_health, ["status"], catch_exceptions=False).stdout
    with open_published(people.world.directory) as connection:
        situation = read_situation(connection, "default", "slack", NOW)
        table = csv_rows(campaigns_now(connection, "default", NOW.date()))
    digest = build_digest(situation, announcement_id="a", kind="digest", today=NOW.date(), dashboard_url=None)
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["all_open"] = app.session_state["all_quiet"] = True
    app.run()
    assert not app.exception
    cards = " ".join(unescape(str(part.proto.body)) for part in app.main.get("html"))
    said = {"status": status, "digest": plain_text(digest), "page": cards}
    return {name: " ".join(text.split()) for name, text in said.items()} | {"csv": table.to_csv(index=False)}


def counts() -> dict[str, int]:
    found = json.loads(CliRunner().invoke(campaign_health, ["status", "--json"], catch_exceptions=False).stdout)
    return {name: number for name, number in found["counts"].items() if name not in ("healthy", "not_running")}


@pytest.mark.slow("agreements")
def test_a_confirmed_rename_stays_loud_on_every_surface_until_the_campaign_sends_again(people: People) -> None:
    before = after(people)
    assert counts() == {"event_lost": 1, "silent": 1}
    said = after(people, RENAME)
    assert counts() == {"event_lost": 1, "silent": 1}
    assert said["status"].split(";")[0] == before["status"].split(";")[0]
    for surface in ("status", "digest", "page"):
        assert f"{CONFIRMED}; {NOT_YET}" in said[surface], surface
        for untrue in ("intended by", "Muted until", "Not counted as broken", "meant"):
            assert untrue not in said[surface], (surface, untrue)
    assert "Rename confirmed, trigger not changed yet" in said["csv"]
    assert "Rename confirmed, trigger not changed yet" in said["page"]
    assert "MUTED" not in said["digest"]


@pytest.mark.slow("agreements")
def test_when_the_trigger_has_moved_that_is_said_instead(people: People) -> None:
    act(people, [RENAME])
    with people.world.warehouse.open() as connection, transaction(connection):
        connection.execute("UPDATE campaign SET event = 'project_created' WHERE campaign_id = ?", [LOST])
    said = after(people)
    for surface in ("status", "digest", "page"):
        assert f"{CONFIRMED}; the trigger in Customer.io now names project_created" in said[surface], surface
    assert "Rename confirmed, trigger changed, no sends yet" in said["csv"]


@pytest.mark.slow("agreements")
@pytest.mark.parametrize(
    ("step", "sentence", "short", "kept"),
    [
        (says("acknowledge", "Ada", incident_of=OPEN), "Being worked on: Ada is on it", "Being worked on", "silent"),
        (
            says("mute", "Ada", incident_of=OPEN, until=50),
            "Muted until Sun 20 Sep by Ada: Ada knows why", "Muted until Sun 20 Sep", "muted",
        ),
        (
            says("expected", "Ada", incident_of=OPEN),
            "Marked as intended by Ada: Ada knows why", "Intended", "expected",
        ),
        (
            says("false_alarm", "Ada", incident_of=OPEN, reason="a test project"),
            "Called a false alarm by Ada: a test project", "False alarm", "false_alarm",
        ),
        (
            says("false_alarm", "Ada", incident_of=OPEN),
            "Called a false alarm by Ada.", "False alarm", "false_alarm",
        ),
    ],
    ids=["taken on", "muted", "intended", "a false alarm", "a false alarm without a reason"],
)  # fmt: skip
def test_each_state_has_one_sentence_and_one_place_in_the_counts(
    people: People, step: Step, sentence: str, short: str, kept: str
) -> None:
    said = after(people, step)
    for surface in ("status", "digest", "page"):
        assert sentence in said[surface], surface
    assert short in said["csv"]
    assert counts() == {"event_lost": 1, kept: 1}


@pytest.mark.slow("agreements")
def test_an_announced_hand_over_is_nobodys_word_that_it_is_intended(tmp_path: Path, people: People) -> None:
    rename = 'from: project.created, to: project_created, since: 2026-09-06, owner: "@platform"'
    people.world = judged_world(tmp_path / "data" / "announced", manifest(rename))
    st.cache_data.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(people.world.directory))
        patch.setenv("CAMPAIGN_HEALTH_MANIFEST", str(people.world.directory / "manifest.yaml"))
        said = after(people)
    announced = "becomes project_created (announced in the manifest, owner @platform)"
    for surface in ("status", "digest", "page"):
        assert announced in said[surface], surface
        assert "intended by" not in said[surface]
    assert "Announced hand-over" in said["csv"]


def test_what_was_called_a_false_alarm_ends_as_that(people: People) -> None:
    act(people, [says("false_alarm", "Ada", incident_of=OPEN, after=-3), judges()])
    query = "SELECT expected_how, expected_by, ended_how FROM incident WHERE campaign_id = ?"
    ((how, by, ended),) = people.world.rows(query, OPEN)
    assert (how, by, ended) == ("false_alarm", "Ada", "accepted")
    text = ending_text(ended, day(40), NOW.date(), (how, by))
    assert text.startswith("closed: called a false alarm by Ada; ")


@pytest.mark.slow("agreements")
def test_the_digest_says_that_not_all_that_is_quiet_is_muted(people: People) -> None:
    mute = says("mute", "Ben", incident_of=LOST, until=50)
    assert " MUTED " in after(people, mute)["digest"]
    said = after(people, says("false_alarm", "Ada", incident_of=OPEN))["digest"]
    assert "MUTED, OR NOT COUNTED AS BROKEN" in said
