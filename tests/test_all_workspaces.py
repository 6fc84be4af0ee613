"""All workspaces on one page: one line each, worst first, with the figures of each one's own overview."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from campaign_health.state.key_figures import FIGURES
from storage.file.database import Warehouse, transaction
from tests.browser import APP
from tests.dashboard_world import NOW
from tests.test_dashboard_states import DENSE, with_data

COPIED = tuple(name for name in DENSE if name not in ("event", "event_day"))
PAGES = "campaign_health/dashboard/pages"


def copied(name: str) -> list[str]:
    return [f"INSERT INTO {table} SELECT * REPLACE ('{name}' AS workspace) FROM {table} WHERE workspace = 'default'"
            for table in COPIED]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dashboard_world: Path) -> Iterator[Path]:
    """Four workspaces: `default` and a worse one, a healthy one, and one whose zone nobody knows; a fifth is new."""
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", NOW.isoformat())
    monkeypatch.chdir(tmp_path)
    with_data(tmp_path, dashboard_world / "data")
    with Warehouse(tmp_path / "data").open_and_publish() as connection, transaction(connection):
        for statement in (*copied("bigger <b>"), *copied("healthy"), *copied("mars")):
            connection.execute(statement)
        connection.execute("UPDATE incident SET revenue_at_risk = 3 * revenue_at_risk, missed_sends = 2 * missed_sends "
                           "WHERE workspace = 'bigger <b>'")  # fmt: skip
        connection.execute("DELETE FROM incident WHERE workspace = 'healthy'")
        connection.execute("UPDATE verdict SET status = 'healthy' WHERE workspace = 'healthy'")
        connection.execute("UPDATE workspace SET time_zone = 'Mars/Olympus' WHERE workspace = 'mars'")
    names = ("default", "bigger <b>", "healthy", "mars", "just begun")
    (tmp_path / "campaign-health.toml").write_text("".join(f'[workspace."{name}"]\n' for name in names))
    st.cache_data.clear()
    yield tmp_path
    st.cache_data.clear()


def drawn(**query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def html_of(app: AppTest) -> list[str]:
    return [str(part.proto.body) for part in app.main.get("html")]


def lines(app: AppTest) -> list[str]:
    """Each workspace's line as plain text."""
    return [" ".join(unescape(re.sub(r"<[^>]*>", " ", one)).split())
            for one in html_of(app) if 'class="workspace"' in one]  # fmt: skip


def figures_of_its_own_overview(workspace: str) -> dict[str, str]:
    app = drawn(workspace=workspace)
    labels = {figure: app.button(key=f"figure-{figure}").label for figure in FIGURES}
    found = {figure: re.match(r"\*\*(.*)\*\* (.*)", label) for figure, label in labels.items()}
    return {figure: re.sub(r"\\(.)", r"\1", one.group(1)) for figure, one in found.items() if one}


def test_all_workspaces_are_shown_first_worst_first_and_agree_with_each_ones_own_overview(folder: Path) -> None:
    app = drawn()
    found = lines(app)
    assert [re.split(r" Broken | could not | nothing coll", one)[0] for one in found] == [
        "bigger <b>", "default", "just begun", "mars", "healthy",
    ]  # fmt: skip
    for line, name in ((found[0], "bigger <b>"), (found[1], "default"), (found[4], "healthy")):
        own = figures_of_its_own_overview(name)
        assert len(own) == 5
        assert line.startswith(
            f"{name} Broken {own['broken']} At risk a week {own['risk']} Missed sends {own['missed']} "
            f"Data fresh at {own['unchecked']}"
        )
    assert "2 have no deal value set." in found[0]
    assert "Broken 0 At risk a week 0 Missed sends 0" in found[4]


def test_a_workspace_that_cannot_be_read_and_one_without_data_are_said_and_not_silent(folder: Path) -> None:
    app = drawn(workspace="*")
    (warning,) = [re.sub(r"\\(.)", r"\1", one.value) for one in app.warning]
    assert warning.startswith("**mars could not be read** and is in none of these numbers.")
    assert "Mars/Olympus" in warning
    found = lines(app)
    assert "mars could not be read" in found
    assert "just begun nothing collected yet" in found
    opened = {one.label for one in app.button if str(one.key).startswith("open-workspace-")}
    assert opened == {"Open default", "Open bigger \\<b\\>", "Open healthy", "Open mars"}
    heading = " ".join(html_of(app))
    assert "all sources collected" not in heading


def test_nothing_is_said_to_be_well_while_a_workspace_cannot_be_read(folder: Path) -> None:
    with Warehouse(folder / "data").open_and_publish() as connection, transaction(connection):
        for table in COPIED:
            connection.execute(f"DELETE FROM {table} WHERE workspace IN ('default', 'bigger <b>')")
    (folder / "campaign-health.toml").write_text("[workspace.healthy]\n[workspace.mars]\n")
    heading = next(one for one in html_of(drawn()) if one.startswith("<h1"))
    assert "Nothing is known to be broken." in heading


def test_a_line_opens_its_workspace_and_another_page_shows_one_workspace(folder: Path) -> None:
    app = drawn()
    next(one for one in app.button if one.label == "Open default").click().run()
    assert not app.exception
    assert app.selectbox(key="workspace").value == "default"
    assert any("Project tips" in one for one in html_of(app))
    app = drawn(workspace="*")
    app.switch_page(f"{PAGES}/data_page.py").run()
    assert not app.exception
    assert app.selectbox(key="workspace").value != "*"
    assert not any("no workspace" in one.value for one in app.warning)
