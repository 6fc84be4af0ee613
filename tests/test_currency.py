"""Money in another currency than dollars: every surface names the same sum with the same sign."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from campaign_health.alerts.forms.json_form import digest_from_json
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.alerts.forms.slack_blocks import slack_message
from campaign_health.errors import SettingsError
from campaign_health.settings import load_settings
from storage.file.database import open_published, transaction
from storage.read.workspaces import workspace_tables
from tests.browser import APP
from tests.judge_cast import World, day
from tests.status_world import BREAK, LAST, MANIFEST, environment, make_status_world, run

REPLAYED = ("replay", "--from", day(BREAK - 1).isoformat(), "--to", day(LAST).isoformat())


@pytest.fixture(scope="module")
def euros(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_status_world(tmp_path_factory.mktemp("euros"), in_currency("EUR"))


def in_currency(code: str) -> str:
    return MANIFEST.replace("version: 1", f"version: 1\ncurrency: {code}")


def words(text: str) -> str:
    return " ".join(text.split())


def cost_in_status(world: World) -> str:
    """What `status` says that the silent campaign costs."""
    found = re.search(r"Cost (about .*? a week) Do", words(run(world, "status").stdout))
    assert found is not None
    return found[1]


def page(world: World, monkeypatch: pytest.MonkeyPatch, name: str | None = None) -> AppTest:
    for setting, value in environment(world).items():
        monkeypatch.setenv(setting, value)
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    if name:
        app.switch_page(f"campaign_health/dashboard/pages/{name}_page.py")
        app.query_params["campaign"] = "2"
        app.run()
    assert not app.exception
    return app


def html(app: AppTest) -> str:
    return "\n".join(str(part.proto.body) for part in app.main.get("html"))


@pytest.fixture(autouse=True)
def no_cached_answers() -> Iterator[None]:
    st.cache_data.clear()
    yield
    st.cache_data.clear()


@pytest.mark.slow("histories judged again")
def test_status_tells_sums_in_the_manifests_currency(euros: World) -> None:
    text = words(run(euros, "status").stdout)
    assert re.fullmatch(
        r"about \d+ missed sends \(\d+ to \d+\); about €[\d,]+ at risk so far \(€[\d,]+ to €[\d,]+\), "
        r"about €[\d,]+ a week",
        cost_in_status(euros),
    )
    weekly = cost_in_status(euros).rpartition(", ")[2]
    assert f"{weekly} at risk" in text
    assert "$" not in text
    found = json.loads(run(euros, "status", "--json").stdout)
    assert [one.get("currency") for one in found["broken"]] == ["EUR", None]
    assert "$" not in json.dumps(found)


@pytest.mark.slow("histories judged again")
def test_the_digest_tells_them_as_text_for_slack_and_as_json(
    euros: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cost = cost_in_status(euros)
    monkeypatch.chdir(tmp_path)
    text = run(euros, "digest", "--dry-run").stdout
    (told,) = json.loads(run(euros, "digest", "--dry-run", "--json").stdout)
    assert told.pop("due") is True
    digest = digest_from_json(told)
    assert plain_text(replace(digest, announcement_id="")) in text.replace(text.split()[-1], "")
    slack = json.dumps(slack_message(digest), ensure_ascii=False)
    for said in (words(text), slack):
        assert f"A{cost[1:]}" in said
        assert f"{cost.rpartition(', ')[2]} at risk" in said
        assert "$" not in said
    assert {item.money.currency for section in digest.sections for item in section.items if item.money} == {"EUR"}


def test_the_dashboard_tells_them_on_cards_pages_and_in_tables(euros: World, monkeypatch: pytest.MonkeyPatch) -> None:
    missed, risk = cost_in_status(euros).split("; ")
    so_far, weekly = risk.split(" (")[0], risk.rpartition(", ")[2]
    overview = html(page(euros, monkeypatch))
    assert f"{so_far}, {weekly}" in overview
    assert f"{weekly} at risk" in overview
    assert "$" not in overview
    campaign = page(euros, monkeypatch, "campaign")
    assert f"A{missed[1:]}; {risk}" in html(campaign)
    assert "$" not in html(campaign)
    headings = [heading for table in campaign.dataframe for heading in table.value.columns]
    assert "At risk, €" in headings
    assert [heading for heading in headings if "$" in heading] == []


@pytest.mark.slow("commands in another currency")
def test_replay_explain_and_check_tell_no_dollars_either(euros: World) -> None:
    missed, risk = cost_in_status(euros).split("; ")
    text = words(run(euros, *REPLAYED).stdout)
    assert f"Cost until now: {missed.split(' (')[0]}; {risk.split(' (')[0]}." in text
    found = json.loads(run(euros, *REPLAYED, "--json").stdout)
    assert {one.get("currency") for one in found["announcements"] if one["revenue_at_risk"]} == {"EUR"}
    manifest = str(euros.directory / "manifest.yaml")
    for said in (text, run(euros, "explain", "upgrade").stdout, run(euros, "check", "--manifest", manifest).stdout):
        assert "$" not in said


def test_the_published_file_alone_says_what_its_sums_are_in(euros: World) -> None:
    with open_published(euros.directory) as connection:
        plans = connection.execute("SELECT campaign_id, currency FROM campaign_plan WHERE deal_value > 0").fetchall()
        seen = connection.execute("SELECT campaign_id, currency FROM campaign_health ORDER BY campaign_id").fetchall()
    assert plans == [(2, "EUR")]
    assert seen == [(1, None), (2, "EUR"), (3, None), (4, None)]


@pytest.mark.slow("histories judged again")
def test_what_the_manifest_said_of_the_currency_holds_while_it_cannot_be_read(tmp_path: Path) -> None:
    world = make_status_world(tmp_path, in_currency("GBP"))
    (tmp_path / "manifest.yaml").write_text("version: [")
    assert run(world, "judge").exit_code == 0
    assert "about £" in cost_in_status(world)


@pytest.mark.slow("files of older versions")
def test_dollars_are_what_nothing_says_also_in_a_file_of_an_older_version(tmp_path: Path) -> None:
    world = make_status_world(tmp_path)
    before = run(world, "status", "--json").stdout
    assert "currency" not in before
    assert world.rows("SELECT count(*) FROM campaign_plan WHERE currency IS NOT NULL") == [(0,)]
    with world.warehouse.open_and_publish() as connection:
        connection.execute("DROP VIEW campaign_health")
        connection.execute("ALTER TABLE campaign_plan DROP COLUMN currency")
        connection.execute("DELETE FROM schema_migration WHERE number = 7")
    assert "about $" in cost_in_status(world)
    assert run(world, "status", "--json").stdout == before
    for arguments in (("explain", "upgrade"), REPLAYED):
        assert run(world, *arguments).exit_code == 0


def test_a_workspace_whose_manifest_says_nothing_has_the_currency_of_its_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPAIGN_HEALTH_CURRENCY", "CHF")
    world = make_status_world(tmp_path)
    assert "about CHF " in cost_in_status(world)
    assert world.rows("SELECT currency FROM workspace_currency") == [("CHF",)]
    assert world.rows("SELECT DISTINCT currency FROM incident_cost_day WHERE revenue_at_risk > 0") == [("CHF",)]
    (tmp_path / "manifest.yaml").write_text(in_currency("USD"))
    assert run(world, "judge").exit_code == 0
    assert "about $" in cost_in_status(world), "what the manifest says holds"


def test_a_currency_that_is_no_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CAMPAIGN_HEALTH_CURRENCY is 'euros'"):
        load_settings({"CAMPAIGN_HEALTH_CURRENCY": "euros"}, tmp_path)


def test_sums_of_workspaces_with_different_currencies_stand_beside_each_other(tmp_path: Path) -> None:
    world = make_status_world(tmp_path, in_currency("EUR"))
    with world.warehouse.open_and_publish() as connection, transaction(connection):
        for table in workspace_tables(connection):
            connection.execute(f"CREATE TEMP TABLE copied AS SELECT * REPLACE ('west' AS workspace) FROM {table}")
            connection.execute(f"INSERT INTO {table} SELECT * FROM copied; DROP TABLE copied")
        connection.execute("UPDATE campaign_plan SET currency = NULL, declared = NULL WHERE workspace = 'west'")
    said = words(run(world, "status").stdout)
    one = re.search(r"about €([\d,]+) and \$([\d,]+) a week at risk", said) or re.search(
        r"about \$([\d,]+) and €([\d,]+) a week at risk", said
    )
    assert one is not None, said
    assert one[1] == one[2], "neither holds anything of the other"
    assert world.rows("SELECT * FROM workspace_currency ORDER BY ALL") == [("default", "EUR"), ("west", "USD")]
