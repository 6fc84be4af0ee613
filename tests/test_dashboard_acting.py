"""What people do from the dashboard, in a real browser: shown at once, undone, recorded; and new data."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from storage.file.database import Warehouse, open_published, transaction
from tests.browser import Dashboard, settled, text_of, visit

pytestmark = pytest.mark.browser
MANIFEST = """version: 1
events:
  project.created: {properties: {project_id: {type: string, required: true}}}
campaigns:
  - name: Project tips   # the first steps
    event: project.created
"""


@pytest.fixture
def dashboard(server: Dashboard, dashboard_world: Path, tmp_path: Path) -> Iterator[Dashboard]:
    shutil.copytree(dashboard_world / "data", tmp_path / "data")
    (tmp_path / "manifest.yaml").write_text(MANIFEST)
    shown = server.showing(tmp_path)
    yield shown
    assert "Traceback" not in shown.log


def decisions(dashboard: Dashboard) -> list[tuple[object, ...]]:
    with open_published(dashboard.folder / "data") as connection:
        return connection.execute(
            "SELECT kind, campaign_id, event, new_event, decided_by, reason, undone_by FROM decision "
            "ORDER BY decided_at, decision_id"
        ).fetchall()


def fill(page: Page, label: str, text: str) -> None:
    page.get_by_role("dialog").get_by_label(label).fill(text)


def press_in_dialog(page: Page, name: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


@pytest.mark.slow("mornings in the browser")
def test_a_morning_from_the_overview_to_a_confirmed_rename_and_back(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard)
    page.get_by_text("Details of Project tips").click()
    page.wait_for_url(re.compile("campaign=2"))
    expect(page.get_by_role("heading", name="Project tips", level=1)).to_be_visible()
    page.get_by_role("button", name="Yes, it was renamed").click()
    press_in_dialog(page, "Confirm")
    expect(page.get_by_role("dialog")).to_contain_text("Please fill in every field")
    fill(page, "Your name", "Ada")
    press_in_dialog(page, "Confirm")
    expect(page.get_by_text("Ada has confirmed this")).to_be_visible()
    assert decisions(dashboard) == [("confirm_rename", None, "project.created", "project_created", "Ada", None, None)]
    page.get_by_role("link", name="Events").click()
    expect(page.get_by_text("Ada has confirmed this")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="No, these are two things").click()
    fill(page, "Your name", "Ada")
    press_in_dialog(page, "Refuse")
    expect(page.get_by_text("Ada has refused this")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Yes, it was renamed").click()
    fill(page, "Your name", "Ada")
    press_in_dialog(page, "Confirm")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the change of the manifest").click()
    patch = Path(waiting.value.path()).read_text()
    assert "-    event: project.created\n+    event: project_created\n" in patch
    assert "+  - {from: project.created, to: project_created, since: 2026-11-19, owner: Ada}" in patch
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("campaigns are silent")
    settled(page)


@pytest.mark.slow("mornings in the browser")
def test_a_mute_and_an_intended_break_show_at_once_and_can_be_undone(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "campaign?campaign=3&act=mute&incident=3-2026-11-22")
    fill(page, "Your name", "Grace")
    fill(page, "Why?", "being rebuilt")
    press_in_dialog(page, "Mute")
    expect(page.get_by_text("Muted until Tue 1 Dec by Grace: being rebuilt")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Mute", exact=True)).to_be_visible()
    expect(page.get_by_text("Muted until Tue 1 Dec by Grace")).to_have_count(0)
    page.get_by_role("button", name="This is intended", exact=True).click()
    fill(page, "Why?", "paying customers only")
    press_in_dialog(page, "It is intended")
    expect(page.get_by_text("Marked as intended by Grace: paying customers only")).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 campaign is silent")
    expect(page.get_by_text("1 incident muted or intended")).to_be_visible()
    assert sorted((row[0], row[4], row[5], row[6] or "") for row in decisions(dashboard)) == [
        ("expected", "Grace", "paying customers only", ""),
        ("mute", "Grace", "being rebuilt", "Grace"),
    ]


@pytest.mark.slow("mornings in the browser")
def test_the_main_button_of_a_dialog_can_be_read_in_the_dark(page: Page, dashboard: Dashboard) -> None:
    page.emulate_media(color_scheme="dark")
    visit(page, dashboard, "campaign?campaign=3&act=mute")
    button = page.get_by_role("dialog").get_by_role("button", name="Mute", exact=True)
    expect(button).to_be_visible()
    ink, ground = button.evaluate("e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]")
    assert contrast(ink, ground) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.1's contrast ratio of two colours as the browser says them."""
    first, second = sorted((luminance(one), luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.slow("mornings in the browser")
def test_a_campaign_can_be_watched_against_another_event(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "campaign?campaign=12")
    page.get_by_role("button", name="Watch it against an event").click()
    choice = page.get_by_role("dialog").get_by_role("combobox")
    choice.click()
    choice.fill("search_perf")
    page.get_by_role("option", name="search_performed").click()
    fill(page, "Your name", "Ada")
    press_in_dialog(page, "Watch against this event")
    expect(page.get_by_text("Ada has it watched against search_performed")).to_be_visible()
    expect(page.get_by_text("triggered by")).to_contain_text("search_performed")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("triggered by a segment")).to_be_visible()


@pytest.mark.slow("mornings in the browser")
def test_two_people_and_a_collection_do_not_disturb_each_other(page: Page, dashboard: Dashboard) -> None:
    warehouse = Warehouse(dashboard.folder / "data")
    first, second = page, page.context.new_page()
    visit(first, dashboard, "campaign?campaign=3")
    visit(second, dashboard)
    first.get_by_role("button", name="Mute", exact=True).click()
    fill(first, "Your name", "Grace")
    fill(first, "Why?", "being rebuilt")
    collecting, written = threading.Event(), threading.Event()

    def collect() -> None:
        with warehouse.open() as connection, transaction(connection):
            connection.execute("UPDATE campaign SET name = 'Onboarding hello' WHERE campaign_id = 1")
            collecting.set()
            written.wait(60)
        warehouse.publish()

    running = threading.Thread(target=collect)
    running.start()
    assert collecting.wait(30)
    # The collection has the warehouse: the act waits for it, and is not lost.
    press_in_dialog(first, "Mute")
    second.get_by_text("Details of Upgrade offer").click()
    expect(second.get_by_role("heading", name="Upgrade offer", level=1)).to_be_visible()
    written.set()
    running.join()
    expect(first.get_by_text("Muted until Tue 1 Dec by Grace: being rebuilt")).to_be_visible()
    # The other page was left open: it shows both, without anybody touching it.
    expect(second.get_by_text("Muted until Tue 1 Dec by Grace: being rebuilt")).to_be_visible()
    second.get_by_role("link", name="Overview").click()
    expect(second.get_by_text("1 incident muted or intended")).to_be_visible()
    with open_published(dashboard.folder / "data") as connection:
        names = connection.execute("SELECT name FROM campaign WHERE campaign_id = 1").fetchall()
    assert names == [("Onboarding hello",)]
    for page in (first, second):
        assert "Traceback" not in text_of(page)
        assert page.get_by_test_id("stAlert").count() == 0
    second.close()


@pytest.mark.slow("mornings in the browser")
def test_new_data_does_not_throw_away_what_is_being_typed(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "campaign?campaign=3&act=mute")
    fill(page, "Why?", "half a sent")
    with Warehouse(dashboard.folder / "data").open_and_publish() as connection, transaction(connection):
        connection.execute("UPDATE campaign SET name = 'Offer of upgrades' WHERE campaign_id = 3")
    expect(page.get_by_role("button", name="There is something new: show it", include_hidden=True)).to_be_attached()
    expect(page.get_by_role("dialog").get_by_label("Why?")).to_have_value("half a sent")


@pytest.mark.slow("mornings in the browser")
def test_the_first_data_appears_by_itself(page: Page, server: Dashboard, dashboard_world: Path, tmp_path: Path) -> None:
    dashboard = server.showing(tmp_path)
    visit(page, dashboard)
    assert "made-up company" in text_of(page), "a host serves it, and nothing is set up"
    shutil.copytree(dashboard_world / "data", tmp_path / "copy")
    (tmp_path / "data").mkdir()
    (tmp_path / "copy" / "campaign_health.duckdb").replace(tmp_path / "data" / "campaign_health.duckdb")
    expect(page.get_by_role("heading", level=1)).to_contain_text("campaigns are silent")
    assert "Traceback" not in dashboard.log


@pytest.mark.slow("mornings in the browser")
def test_a_file_that_is_damaged_while_it_is_shown_is_named(page: Page, dashboard: Dashboard, tmp_path: Path) -> None:
    visit(page, dashboard)
    (tmp_path / "data" / "campaign_health.duckdb").write_bytes(b"not a database" * 1000)
    expect(page.get_by_test_id("stAlert")).to_contain_text("campaign_health.duckdb")
    assert "Traceback" not in text_of(page) + dashboard.log
