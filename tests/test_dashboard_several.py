"""Two hundred incidents at once, in a real browser: said of all of them in one go, seen by others, taken back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from storage.file.database import Warehouse, open_published, transaction
from tests.browser import Dashboard, settled, visit
from tests.dashboard_world import build_dashboard_world

pytestmark = [pytest.mark.browser, pytest.mark.slow("mornings in the browser")]
MANY, BROKEN_BEFORE = 196, 4
TABLES = ("campaign", "campaign_plan", "campaign_day", "journey_day", "verdict", "incident")


@pytest.fixture
def dashboard(server: Dashboard, tmp_path: Path) -> Iterator[Dashboard]:
    """The world of the other pages, where the third campaign's break is that of 196 others, too."""
    warehouse: Warehouse = build_dashboard_world(tmp_path / "data")
    with warehouse.open_and_publish() as connection, transaction(connection):
        for table in TABLES:
            named = ", name = 'Offer ' || n" if table == "campaign" else ""
            own = ", incident_id = (1000 + n) || '-2026-11-22'" if table == "incident" else ""
            connection.execute(f"CREATE TEMP TABLE copies AS SELECT t.*, n FROM {table} t, range({MANY}) r(n) "
                               "WHERE campaign_id = 3")  # fmt: skip
            connection.execute(f"UPDATE copies SET campaign_id = 1000 + n{named}{own}")
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * EXCLUDE n FROM copies")
            connection.execute("DROP TABLE copies")
    shown = server.showing(tmp_path)
    yield shown
    assert "Traceback" not in shown.log


def standing(dashboard: Dashboard) -> tuple[int, int]:
    """How many open incidents are muted, and how many decisions hold."""
    with open_published(dashboard.folder / "data") as connection:
        (muted,) = connection.execute("SELECT count(*) FROM incident WHERE muted_by IS NOT NULL").fetchall()
        (held,) = connection.execute("SELECT count(*) FROM decision WHERE undone_at IS NULL").fetchall()
    return muted[0], held[0]


def test_two_hundred_incidents_are_muted_at_once_and_one_press_takes_it_back(page: Page, dashboard: Dashboard) -> None:
    other = page.context.new_page()
    visit(other, dashboard)
    visit(page, dashboard)
    expect(page.get_by_text("Show 194 more incidents")).to_be_visible()
    page.get_by_role("button", name="Act on several…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").first.click()
    page.get_by_role("option", name="Mute").click()
    dialog.get_by_label("Your name").fill("Grace")
    dialog.get_by_label("Why?").fill("the whole app is being moved")
    began = time.monotonic()
    dialog.get_by_role("button", name="Mute: 200 incidents").click()
    expect(page.get_by_text("200 incidents muted or intended")).to_be_visible()
    took = time.monotonic() - began
    assert standing(dashboard) == (200, 200)
    assert took < 20, took
    # The one who only looks sees it without a touch; the one who said it takes all of it back.
    expect(other.get_by_text("200 incidents muted or intended")).to_be_visible()
    expect(page.get_by_text("(the same of 200 incidents)")).to_be_visible()
    page.get_by_role("button", name="Undo what you said").click()
    expect(page.get_by_text("Show 194 more incidents")).to_be_visible()
    assert standing(dashboard) == (0, 0)
    expect(other.get_by_text("Show 194 more incidents")).to_be_visible()
    settled(page)
    other.close()


def test_only_some_of_them_can_be_chosen(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard)
    page.get_by_role("button", name="Act on several…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("only some").click()
    expect(dialog.get_by_role("button", name="Acknowledge: 0 incidents")).to_be_disabled()
    dialog.get_by_role("combobox").last.fill("Offer 17")
    page.get_by_role("option", name="Offer 17", exact=True).click()
    page.keyboard.press("Escape")
    dialog.get_by_label("Your name").fill("Ada")
    dialog.get_by_role("button", name="Acknowledge: 1 incident").click()
    expect(page.get_by_text("You said: Taken on.")).to_be_visible()
    with open_published(dashboard.folder / "data") as connection:
        assert connection.execute("SELECT campaign_id FROM decision").fetchall() == [(1017,)]
