"""The checklist on the overview, and what a marketer changes on the campaign page, in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from campaign_health.process.clock import read_clock
from campaign_health.settings import load_settings
from campaign_health.state.setup_reads import read_checklist
from tests.browser import Dashboard, settled, visit
from tests.dashboard_world import NOW

pytestmark = pytest.mark.browser
MANIFEST = """version: 1
events:
  project.created: {}
campaigns:
  - name: Project tips   # the first steps
    event: project.created
    owner: "@growth"
    deal_value: 1200
    conversion_rate: 0.1
"""


@pytest.fixture
def dashboard(server: Dashboard, dashboard_world: Path, tmp_path: Path) -> Iterator[Dashboard]:
    shutil.copytree(dashboard_world / "data", tmp_path / "data")
    (tmp_path / "manifest.yaml").write_text(MANIFEST)
    shown = server.showing(tmp_path)
    yield shown
    assert "Traceback" not in shown.log


@pytest.mark.slow("mornings in the browser")
def test_money_changed_on_the_page_shows_in_the_cards_at_once_and_the_manifest_s_change_is_offered(
    page: Page, dashboard: Dashboard
) -> None:
    visit(page, dashboard, "campaign?campaign=2")
    expect(page.get_by_text("Owner @growth · deal value $1,200")).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Deal value, in USD").fill("a lot")
    dialog.get_by_label("Your name").fill("Ada")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("The deal value is an amount of money")
    dialog.get_by_role("textbox", name="Deal value, in USD").fill("2,400")
    dialog.get_by_label("Timing").fill("within 5 min")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("deal value $2,400 · conversion rate 10 % · timing within 5 minutes")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the change of the manifest").click()
    patch = Path(waiting.value.path()).read_text()
    assert "-    deal_value: 1200\n+    deal_value: 2400\n" in patch
    assert "+    timing: within 5 minutes\n" in patch
    assert "owner" not in patch.replace('    owner: "@growth"', "")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("deal value $1,200")).to_be_visible()


@pytest.mark.slow("mornings in the browser")
def test_the_checklist_says_what_the_doctor_says_and_can_be_put_away(page: Page, dashboard: Dashboard) -> None:
    settings = load_settings({"CAMPAIGN_HEALTH_DATA_DIR": "data"}, dashboard.folder)
    found = read_checklist(settings, "default", read_clock({"CAMPAIGN_HEALTH_NOW": NOW.isoformat()}))
    assert not found.lacks_needed
    visit(page, dashboard)
    panel = page.get_by_text(found.heading)
    panel.click()
    settled(page)  # a button that is just drawn anew hears no click
    text = " ".join(page.locator(".st-key-checklist").inner_text().split())
    for point in found.points:
        assert point.said.replace("`", "") in text
    page.get_by_role("button", name="Our pipeline runs check").click()
    page.get_by_role("dialog").get_by_label("Your name").fill("Ada")
    page.get_by_role("dialog").get_by_role("button", name="It runs there").click()
    expect(page.get_by_role("button", name="Our pipeline runs check")).to_have_count(0)
    page.get_by_role("button", name="Put this list away").click()
    page.get_by_role("dialog").get_by_role("button", name="Put it away").click()
    expect(page.get_by_text("Setting up:")).to_have_count(0)
    page.get_by_role("button", name="Undo what you said").click()
    expect(page.get_by_text("Setting up:")).to_be_visible()
