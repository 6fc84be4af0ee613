"""Workspaces on Mixpanel, on Amplitude and on a database in one installation: real processes, and the pages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from playwright.sync_api import Page
from streamlit.testing.v1 import AppTest

from campaign_health.check.look_up.published_answers import observe_published
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from storage.file.database import open_published
from tests.browser import APP, Dashboard, running_dashboard, text_of, visit
from tests.partial_cast import company
from tests.sql_cast import QUERY, fill, rows_of
from tests.test_dashboard_pages import beyond_the_edge

pytestmark = pytest.mark.slow("whole runs")
PAGES = "campaign_health/dashboard/pages"
SERVICES = {"amp": "Amplitude", "mix": "Mixpanel", "own": "Lakehouse"}


@dataclass
class Both:
    """A folder with the settings of all workspaces, and what stands in the environment beside them."""

    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The real program in a process of its own."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        return subprocess.run(
            [sys.executable, "-m", "campaign_health", *arguments],
            env={**kept, **self.environment, "PYTHONPATH": str(Path(__file__).parents[1])},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


def table(name: str, values: dict[str, str]) -> str:
    return f"[workspace.{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("both")
    with running_sandbox(company(), limits=Limits.unlimited()) as sandbox:
        mixpanel = sandbox.environment
        sandbox.events_from = "Amplitude"
        amplitude = sandbox.environment
        now = mixpanel.pop("CAMPAIGN_HEALTH_NOW")
        amplitude.pop("CAMPAIGN_HEALTH_NOW")
        own = {
            "AMPLITUDE_COST_PER_HOUR": "108000",
            "AMPLITUDE_COST_PER_FIVE_MINUTES": "100000",
            "CAMPAIGN_HEALTH_BACKFILL_DAYS": "60",
            "AMPLITUDE_EVENT_PAGE": "https://app.amplitude.com/data/acme/default/events/main/latest/{event}",
        }
        mixpanel |= {"MIXPANEL_QUERIES_PER_HOUR": "1000", "CAMPAIGN_HEALTH_BACKFILL_DAYS": "60"}
        url = f"sqlite:///{folder / 'own.db'}"
        fill(url, rows_of(sandbox.world, sandbox.now.date() - timedelta(days=1)))
        database = {name: value for name, value in amplitude.items() if not name.startswith("AMPLITUDE_")}
        database |= {
            "EVENTS_SQL_URL": url,
            "EVENTS_SQL_QUERY": QUERY,
            "EVENTS_SQL_NAME": "Lakehouse",
            "EVENTS_SQL_TIMEZONE": sandbox.world.time_zone,
            "CAMPAIGN_HEALTH_BACKFILL_DAYS": "60",
        }
        (folder / "campaign-health.toml").write_text(
            table("mix", mixpanel) + table("amp", amplitude | own) + table("own", database)
        )
        made = Both(folder, {"CAMPAIGN_HEALTH_DATA_DIR": str(folder / "data"), "CAMPAIGN_HEALTH_NOW": now})
        done = made.run("collect", "--json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)["workspaces"]
        assert {one["outcome"] for of in told for one in of["sources"]} == {"complete"}
        assert "Amplitude event counts: complete" in done.stderr
        assert "Mixpanel event counts: complete" in done.stderr
        assert "Lakehouse event counts: complete" in done.stderr
        judged = made.run("judge")
        assert judged.returncode in (0, 1), judged.stderr
        yield made


def rows(both: Both, sql: str) -> list[tuple[Any, ...]]:
    with open_published(both.folder / "data") as connection:
        return connection.execute(sql).fetchall()


def others(workspace: str) -> list[str]:
    return [service for name, service in SERVICES.items() if name != workspace]


def test_both_have_the_same_verdicts_and_their_causes_name_their_own_service(both: Both) -> None:
    assert rows(both, "SELECT workspace, event_service FROM workspace ORDER BY 1") == sorted(SERVICES.items())
    of = "SELECT campaign_id, day, status, stage, cause FROM verdict WHERE workspace = '{}' ORDER BY ALL"
    assert rows(both, of.format("amp")) == rows(both, of.format("mix"))
    assert rows(both, of.format("own")) == rows(both, of.format("mix"))
    said = dict(rows(both, "SELECT workspace, string_agg(evidence || summary, ' ') FROM incident GROUP BY ALL"))
    for workspace, service in SERVICES.items():
        assert service in said[workspace]
        assert not [other for other in others(workspace) if other in said[workspace]]


def test_status_and_digest_tell_of_both(both: Both) -> None:
    status = both.run("status")
    assert status.returncode == 0, status.stderr
    told = both.run("digest", "--dry-run")
    assert told.returncode == 0, told.stderr
    for text in (status.stdout, told.stdout):
        assert not [name for name in SERVICES if name not in text]


@pytest.mark.parametrize("workspace", SERVICES)
def test_the_digest_of_each_names_its_own_service_only(both: Both, workspace: str) -> None:
    done = both.run("digest", "--dry-run", "--json", "--workspace", workspace)
    assert done.returncode == 0, done.stderr
    assert SERVICES[workspace] in done.stdout
    assert not [other for other in others(workspace) if other in done.stdout]
    assert ("amplitude_link" in done.stdout) is (workspace == "amp")


@pytest.mark.parametrize("workspace", SERVICES)
def test_doctor_and_explain_name_its_own_service(both: Both, workspace: str) -> None:
    [(number,)] = rows(both, f"SELECT min(campaign_id) FROM incident WHERE workspace = '{workspace}'")
    done = both.run("explain", str(number), "--workspace", workspace)
    assert done.returncode == 0, done.stderr
    assert not [other for other in others(workspace) if other in done.stdout]
    found = both.run("doctor")
    assert "Amplitude key" in found.stdout
    assert "Mixpanel key" in found.stdout
    assert "Lakehouse query" in found.stdout


@pytest.mark.parametrize("workspace", SERVICES)
@pytest.mark.parametrize("page", ["overview", "data", "events", "coverage", "campaign"])
def test_every_page_names_its_own_service_only(
    both: Both, workspace: str, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in both.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(both.folder)
    st.cache_data.clear()
    app = AppTest.from_file(str(APP), default_timeout=60)
    if page == "overview":
        app.query_params["workspace"] = workspace
        app.run()
    else:
        app.run()
        app.switch_page(f"{PAGES}/{page}_page.py")
        if page == "campaign":
            app.query_params["campaign"] = str(rows(both, "SELECT min(campaign_id) FROM incident")[0][0])
        app.run()
        app.selectbox(key="workspace").set_value(workspace).run()
    assert app.selectbox(key="workspace").value == workspace
    st.cache_data.clear()
    assert not app.exception
    shown = " ".join(str(part) for part in [*app.main, *app.main.get("html")]) + json.dumps(
        [str(one.value) for one in [*app.markdown, *app.caption, *app.info, *app.success, *app.warning]]
        + [one.value.to_json(date_format="iso") for one in app.dataframe]
        + [str(one.proto.body) for one in app.main.get("html")]
    )
    assert re.findall(f".{{0,60}}(?:{'|'.join(others(workspace))}).{{0,40}}", shown) == []
    if page in ("data", "events"):
        assert SERVICES[workspace] in shown


@pytest.fixture(scope="module")
def dashboard(both: Both) -> Iterator[Dashboard]:
    with running_dashboard(both.folder, **both.environment) as found:
        yield found
        assert "Traceback" not in found.log


@pytest.mark.browser
@pytest.mark.parametrize("workspace", SERVICES)
def test_in_a_browser_each_page_has_no_mistake_and_names_its_own_service_only(
    page: Page, both: Both, dashboard: Dashboard, workspace: str
) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    of = f"SELECT min(campaign_id) FROM incident WHERE workspace = '{workspace}' AND kind = "
    [(lost,)], [(silent,)] = (rows(both, f"{of}'{kind}'") for kind in ("event_lost", "silent"))
    for path in ("?", f"campaign?campaign={lost}&", "events?", "coverage?", "data?", "report?"):
        visit(page, dashboard, f"{path}workspace={workspace}")
        assert not [other for other in others(workspace) if other in text_of(page)], path
    visit(page, dashboard, f"campaign?campaign={silent}&workspace={workspace}")
    assert ("route recover" in text_of(page)) is (workspace == "mix"), "it reads no export of Amplitude's"
    in_its_place = {"amp": "a cohort in Amplitude", "own": "a query of Lakehouse"}
    assert {name for name, said in in_its_place.items() if said in text_of(page)} == {workspace} - {"mix"}
    visit(page, dashboard, f"campaign?campaign={lost}&workspace={workspace}")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollWidth <= 390")
    assert beyond_the_edge(page) == []
    links = page.get_by_test_id("stMain").get_by_role("link", name="Open in Amplitude")
    addresses = [link.get_attribute("href") for link in links.all()]
    assert addresses == (
        ["https://app.amplitude.com/data/acme/default/events/main/latest/event_0003"] if workspace == "amp" else []
    )
    assert problems == []


@pytest.mark.browser
def test_the_list_of_all_workspaces_says_whose_events_come_from_where(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard)
    shown = text_of(page)
    assert all(f"Events from {service}." in shown for service in SERVICES.values())


@pytest.mark.parametrize("workspace", SERVICES)
def test_an_exported_snapshot_names_its_own_service(both: Both, workspace: str, tmp_path: Path) -> None:
    file = tmp_path / "snapshot.json"
    assert both.run("export", str(file), "--workspace", workspace).returncode == 0
    observed = observe_published(file, None, datetime.fromisoformat(both.environment["CAMPAIGN_HEALTH_NOW"]).date())
    assert observed.event_service == SERVICES[workspace]
    assert f"{SERVICES[workspace]}'s events as published" in observed.parts
