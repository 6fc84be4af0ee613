"""The campaign page in a real browser: its chart without scrolling, its title as a choice, notes on its days."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from storage.file.database import open_published
from storage.read.decisions_made import all_decisions
from tests.browser import Dashboard, settled, visit
from tests.dashboard_world import TODAY

pytestmark = [pytest.mark.browser, pytest.mark.slow("pages in the browser")]


@pytest.fixture(scope="module")
def dashboard(
    server: Dashboard, dashboard_world: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dashboard]:
    folder = tmp_path_factory.mktemp("campaign")
    shutil.copytree(dashboard_world / "data", folder / "data")
    (folder / "manifest.yaml").write_text("version: 1\n")
    shown = server.showing(folder)
    yield shown
    assert "Traceback" not in shown.log


def barriers(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page, context="[data-testid=stMain]").response["violations"]
    return [(one["id"], node["html"][:160]) for one in found if one["impact"] in ("serious", "critical")
            for node in one["nodes"] if not re.search(r"stDataFrame|<canvas|dvn-|gdg-", node["html"])]  # fmt: skip


def test_the_whole_chart_of_a_broken_campaign_is_seen_without_scrolling(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "campaign?campaign=4")
    chart = page.locator("[class*=st-key-timeline]").first
    expect(chart.locator(".main-svg").first).to_be_visible()
    box = chart.bounding_box()
    assert box
    assert box["y"] + box["height"] <= 900
    page.get_by_role("radio", name="4 weeks").click(force=True)
    page.wait_for_url(re.compile("span=4"))
    page.get_by_text("Compare with the period before").click()
    expect(page.get_by_text("Sends 28 days before")).to_be_visible()


def test_the_title_is_the_choice_of_another_campaign_and_back_leads_to_the_one_before(
    page: Page, dashboard: Dashboard
) -> None:
    visit(page, dashboard, "campaign?campaign=4")
    page.get_by_role("combobox", name="Choose another campaign").focus()
    page.keyboard.type("usage")
    expect(page.get_by_role("option", name="Usage report")).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("campaign=11"))
    expect(page.get_by_role("heading", name="Usage report", level=1)).to_be_visible()
    settled(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Team expansion", level=1)).to_be_visible()
    assert "campaign=4" in page.url
    title = page.get_by_role("heading", level=1).bounding_box()
    assert title
    page.mouse.click(title["x"] + 20, title["y"] + 10)
    expect(page.get_by_role("option", name="Usage report")).to_be_visible()


def test_a_note_on_a_day_is_written_shown_at_once_and_taken_back(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "campaign?campaign=4")
    page.get_by_role("button", name="Note a day").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Your name").fill("Ada")
    dialog.get_by_role("button", name="Note it").click()
    expect(dialog).to_contain_text("Please fill in every field")
    dialog.get_by_label("What happened?").fill("site down")
    dialog.get_by_role("button", name="Note it").click()
    expect(dialog).to_have_count(0)
    note = page.get_by_text("✎ Tue 24 Nov: site down (by Ada)")
    expect(note).to_be_visible()
    expect(page.locator(".legendtext", has_text="Notes")).to_be_visible()
    expect(page.locator(".st-key-story").get_by_text("Note: site down")).to_be_visible()
    with open_published(dashboard.folder / "data") as connection:
        (said,) = all_decisions(connection, "default")
    assert (said.kind, said.campaign_id, said.about_day, said.reason) == ("note", 4, TODAY, "site down")
    page.locator(f".st-key-undo-note-{said.decision_id} button").click()
    expect(note).to_have_count(0)
    settled(page)
    expect(page.locator(".st-key-story").get_by_text("Taken back: note: site down")).to_be_visible()
