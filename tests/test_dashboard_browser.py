"""The pages in a real browser: every page and state, the path of a morning, links, downloads, acting, accessibility."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from storage.database import open_published
from tests.browser import Dashboard, running_browser, running_dashboard, settled
from tests.dashboard_world import NOW, build_dashboard_world

pytestmark = pytest.mark.browser
PAGES = ("", "campaign?campaign=2", "events", "coverage", "data", "help")
ENVIRONMENT = {"CAMPAIGN_HEALTH_NOW": NOW.isoformat()}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as found:
        yield found


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    folder = tmp_path_factory.mktemp("dashboard")
    build_dashboard_world(folder / "data")
    with running_dashboard(folder, **ENVIRONMENT) as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def visit(page: Page, dashboard: Dashboard, path: str) -> Page:
    page.goto(f"{dashboard.url}/{path}")
    return settled(page)


def text_of(page: Page) -> str:
    return page.inner_text("[data-testid=stMain]")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_draws_without_an_error(page: Page, dashboard: Dashboard, path: str) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    visit(page, dashboard, path)
    assert problems == []
    assert "Traceback" not in text_of(page)


def test_five_questions_are_answered_without_scrolling(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "")
    seen = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMain] h1, [data-testid=stMain] h2,'
            + '[data-testid=stMain] dd, [data-testid=stMain] p')]
            .filter(e => { const r = e.getBoundingClientRect(); return r.bottom > 0 && r.bottom <= innerHeight; })
            .map(e => e.innerText).join(' | ')"""
    )
    assert "2 campaigns are silent, 1 has lost its event and 1 is losing sends" in seen  # what is broken?
    assert "Thu 19 Nov, 5 days ago" in seen  # since when?
    assert "Event renamed. project.created stopped" in seen  # why?
    assert "at risk" in seen  # what does it cost?
    assert "Ask the team that sends the event which name is right" in seen  # what do I do?


def test_a_morning_from_the_overview_to_a_confirmed_rename_and_back(browser: Browser, tmp_path: Path) -> None:
    build_dashboard_world(tmp_path / "data")
    with running_dashboard(tmp_path, **ENVIRONMENT) as dashboard:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        visit(page, dashboard, "")
        page.get_by_text("Open Project tips").click()
        page.wait_for_url(re.compile("campaign=2"))
        settled(page)
        expect(page.get_by_role("heading", name="Project tips", level=1)).to_be_visible()
        page.get_by_role("button", name="Yes, it was renamed").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Your name").fill("Ada")
        dialog.get_by_label("Your name").press("Enter")
        dialog.get_by_role("button", name="Confirm").click()
        expect(page.get_by_text("Ada has confirmed this")).to_be_visible(timeout=20_000)
        with open_published(tmp_path / "data") as connection:
            decided = connection.execute("SELECT kind, event, new_event, decided_by FROM decision").fetchall()
        assert decided == [("confirm_rename", "project.created", "project_created", "Ada")]
        page.get_by_role("link", name="Overview").click()
        settled(page)
        expect(page.get_by_role("heading", level=1)).to_contain_text("campaigns are silent")
        page.close()


def test_a_mute_shows_at_once_and_can_be_undone(browser: Browser, tmp_path: Path) -> None:
    build_dashboard_world(tmp_path / "data")
    with running_dashboard(tmp_path, **ENVIRONMENT) as dashboard:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        visit(page, dashboard, "campaign?campaign=3&act=mute&incident=3-2026-11-22")
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Your name").fill("Grace")
        dialog.get_by_label("Why?").fill("being rebuilt")
        dialog.get_by_label("Why?").press("Enter")
        dialog.get_by_role("button", name="Mute").click()
        expect(page.get_by_text("Muted by Grace until")).to_be_visible(timeout=20_000)
        page.get_by_role("button", name="Undo").first.click()
        expect(page.get_by_role("button", name="Mute")).to_be_visible(timeout=20_000)
        expect(page.get_by_text("Muted by Grace until")).to_have_count(0)
        page.close()


def test_a_link_leads_to_the_same_view_after_a_reload(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "campaign?campaign=4")
    expect(page.get_by_role("heading", name="Team expansion", level=1)).to_be_visible()
    page.reload()
    settled(page)
    expect(page.get_by_role("heading", name="Team expansion", level=1)).to_be_visible()


def test_a_filter_stands_in_the_address(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "?q=tips")
    assert "1 of 13 campaigns" in text_of(page)
    search = page.get_by_role("textbox", name="Search")
    search.fill("re-engagement")
    search.press("Enter")
    page.wait_for_url(re.compile("q=re-engagement"))
    visit(page, dashboard, "?status=Silent")
    assert "2 of 13 campaigns" in text_of(page)


def test_the_csv_holds_the_numbers_of_the_file(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "campaign?campaign=1")
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8-sig"))))
    with open_published(dashboard.folder / "data") as connection:
        stored = connection.execute(
            "SELECT day, sent, events FROM event_vs_campaign WHERE campaign_id = 1 ORDER BY day"
        ).fetchall()
    read = [(r["day"], r["sent"] and float(r["sent"]), r["events"] and float(r["events"])) for r in rows]
    assert read == [(str(d), "" if s is None else s, "" if e is None else e) for d, s, e in stored]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_no_serious_barrier_on_any_page(browser: Browser, dashboard: Dashboard, path: str, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1440, "height": 900}, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    visit(page, dashboard, path)
    results = Axe().run(page, context="[data-testid=stMain]")
    serious = [v for v in results.response["violations"] if v["impact"] in ("serious", "critical")]
    # Streamlit draws these itself; what is ours must be free of them.
    own = [(v["id"], n["html"][:160]) for v in serious for n in v["nodes"] if not is_streamlits_own(n["html"])]
    context.close()
    assert own == []


def is_streamlits_own(html: str) -> bool:
    return "stDataFrame" in html or 'data-testid="stDataFrame' in html or "dvn-" in html or "<canvas" in html


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone(browser: Browser, dashboard: Dashboard, path: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    visit(page, dashboard, path)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    page.close()


def test_without_data_the_page_says_what_to_type(browser: Browser, tmp_path: Path) -> None:
    with running_dashboard(tmp_path, **ENVIRONMENT) as dashboard:
        page = browser.new_page()
        visit(page, dashboard, "")
        assert "campaign-health collect" in text_of(page)
        build_dashboard_world(tmp_path / "data")
        page.reload()
        settled(page)
        assert "campaigns are silent" in text_of(page)
        page.close()


def test_old_data_is_called_old(browser: Browser, tmp_path: Path) -> None:
    build_dashboard_world(tmp_path / "data")
    with running_dashboard(tmp_path, CAMPAIGN_HEALTH_NOW="2026-11-27T08:00:00+00:00") as dashboard:
        page = browser.new_page()
        visit(page, dashboard, "")
        assert "These numbers are old" in text_of(page)
        page.close()


def test_a_damaged_file_is_named_with_the_cure(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "campaign_health.duckdb").write_bytes(b"not a database" * 1000)
    with running_dashboard(tmp_path, **ENVIRONMENT) as dashboard:
        page = browser.new_page()
        visit(page, dashboard, "")
        assert "campaign_health.duckdb" in text_of(page).replace("\\", "")
        assert "Traceback" not in text_of(page)
        page.close()
