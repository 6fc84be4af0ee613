"""A transactional message that stops is told in the terminal, in the digest and on its page; the others stay quiet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import streamlit as st

from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.due import kind_due
from campaign_health.alerts.digest.situation_reads import read_situation
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.alerts.forms.slack_blocks import slack_message
from campaign_health.cli.terminal.status_json import status_as_json
from campaign_health.judge.judging import judge_all
from campaign_health.sandbox.world.world import NewsletterTruth, TriggeredTruth, World
from campaign_health.state.overview import Overview, read_overview
from storage.file.database import Warehouse, open_published
from tests.collecting_cast import SIGNED_UP, Install, Installation, cast_world
from tests.test_dashboard_states import drawn, said

DAYS, STOPPED = 60, 6
LONG_AGO = datetime(2025, 11, 1, 12, tzinfo=UTC)
MANIFEST = f"""\
version: 1
events:
  {SIGNED_UP}: {{}}
triggered:
  - transactional: Welcome code
    event: {SIGNED_UP}
    owner: maria
  - broadcast: 44
    event: {SIGNED_UP}
"""


def company(*, stops: bool) -> World:
    """A message and a broadcast for each sign-up, and a message and a rare notice whose event nobody names."""
    world = cast_world("America/New_York", days=DAYS)
    # It never sends.
    del world.campaigns[3]
    chance = np.random.default_rng(3)
    signed_up = world.events[SIGNED_UP].daily
    sent = chance.binomial(signed_up, 0.9).astype(np.int64)
    stopped = sent.copy()
    stopped[-STOPPED:] = 0 if stops else stopped[-STOPPED:]
    rare = np.where(np.arange(len(sent)) % 13 == 0, 900, 0)
    world.transactional = {
        2: TriggeredTruth(2, "Welcome code", LONG_AGO, {"created": stopped, "sent": stopped}),
        3: TriggeredTruth(3, "Receipt", LONG_AGO, {"created": stopped, "sent": stopped}),
    }
    world.broadcasts = {
        44: TriggeredTruth(44, "Sign-up notice", LONG_AGO, {"sent": sent}, first_started=LONG_AGO),
        45: TriggeredTruth(45, "Outage notice", LONG_AGO, {"sent": rare}, first_started=LONG_AGO),
    }
    world.newsletters = [NewsletterTruth(1, "October news", LONG_AGO, LONG_AGO + timedelta(days=2))]
    return world


def judged(install: Install, tmp_path: Path, *, stops: bool, manifest: str = MANIFEST) -> Installation:
    path = tmp_path / "campaign-health.yaml"
    path.write_text(manifest, encoding="utf-8")
    installation = install(company(stops=stops), CAMPAIGN_HEALTH_MANIFEST=str(path))
    assert installation.collect().exit_code() == 0
    judge_all(Warehouse(installation.data_dir), installation.settings(), installation.sandbox.now)
    return installation


def overview(installation: Installation) -> Overview:
    with open_published(installation.data_dir) as connection:
        return read_overview(connection, installation.sandbox.now)


@pytest.mark.slow("histories judged again")
def test_one_that_stopped_is_told_everywhere_alike(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = judged(install, tmp_path, stops=True)
    found = overview(installation)
    statuses = {(one.kind, one.object_id): one.status for one in found.triggered}
    assert statuses == {
        ("transactional", 2): "silent", ("transactional", 3): "charted", ("broadcast", 44): "healthy",
        ("broadcast", 45): "charted",
    }  # fmt: skip
    [broken] = found.broken_beside
    assert broken.sentence.startswith("Silent since ")
    assert "0 sends for about 4" in broken.sentence
    assert "1 transactional message or broadcast is broken" in found.sentence
    assert found.exit_code == 1
    assert found.coverage == (
        "Watched: 2 campaigns by their events, 1 broadcast by the event that the manifest names and 1 transactional "
        "message by the event that the manifest names. Charted by sends, not judged: 1 broadcast and 1 transactional "
        "message. Listed, not judged: 1 newsletter."
    )
    told = status_as_json(found, {})
    assert [one["sentence"] for one in told["triggered"] if one["sentence"]] == [broken.sentence]

    now = installation.sandbox.now
    with open_published(installation.data_dir) as connection:
        situation = read_situation(connection, "default", "terminal", now)
    settings = installation.settings().workspaces[0].digest
    later = now + timedelta(hours=6)
    assert kind_due(situation, [], settings, later, installation.sandbox.world.zone, editable=False) == "digest"
    digest = build_digest(situation, announcement_id="A", kind="digest", today=now.date(), dashboard_url=None)
    assert "1 transactional message or broadcast is broken" in digest.headline
    for form in (plain_text(digest), str(slack_message(digest))):
        assert "Transactional message Welcome code" in form
        assert "Silent since" in form
        assert "Owner: maria" in form

    for name, value in installation.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", now.isoformat())
    st.cache_data.clear()
    page = drawn("coverage", triggered="transactional-2")
    text = said(page).replace("\\", "")
    assert broken.sentence in text
    assert found.coverage in text
    tables = "".join(table.value.to_string() for table in page.dataframe)
    assert "Not judged" in tables
    assert "October news" in tables
    st.cache_data.clear()


@pytest.mark.slow("histories judged again")
def test_while_all_goes_on_nothing_is_told_but_what_is_covered(install: Install, tmp_path: Path) -> None:
    found = overview(judged(install, tmp_path, stops=False))
    assert found.broken_beside == []
    assert found.exit_code == 0
    assert found.sentence.startswith("Nothing is broken; 2 campaigns are healthy; ")


@pytest.mark.slow("histories judged again")
def test_a_manifest_that_cannot_be_read_leaves_standing_what_it_said(install: Install, tmp_path: Path) -> None:
    installation = judged(install, tmp_path, stops=True)
    (tmp_path / "campaign-health.yaml").write_text("version: 1\ntriggered: [{event: x}]\n", encoding="utf-8")
    judge_all(Warehouse(installation.data_dir), installation.settings(), installation.sandbox.now)
    assert [one.status for one in overview(installation).broken_beside] == ["silent"]
    (tmp_path / "campaign-health.yaml").write_text("version: 1\n", encoding="utf-8")
    judge_all(Warehouse(installation.data_dir), installation.settings(), installation.sandbox.now)
    assert overview(installation).broken_beside == []
