"""The pages in a real browser: every page in light, dark and on a phone, links, filters, downloads, keyboard."""

from __future__ import annotations

import csv
import io
import re
from base64 import b64encode
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from campaign_health.dashboard.look.brand import MARK
from campaign_health.words.links import report_link
from storage.file.database import open_published
from tests.browser import Dashboard, settled, text_of, visit

pytestmark = pytest.mark.browser
OTHER_PAGES = (
    "campaign?campaign=2",
    "data",
    "campaign?campaign=7",
    "events",
    "coverage",
    "report?month=2026-11",
    "help",
)
SLOW = pytest.mark.slow("pages in the browser")


@pytest.fixture(scope="module")
def dashboard(server: Dashboard, dashboard_world: Path) -> Dashboard:
    return server.showing(dashboard_world)


@pytest.mark.parametrize("path", ["", *(pytest.param(path, marks=SLOW) for path in OTHER_PAGES)])
def test_a_page_has_no_error_no_serious_barrier_and_fits_a_phone(page: Page, dashboard: Dashboard, path: str) -> None:
    problems: list[str] = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    visit(page, dashboard, path)
    assert serious_barriers(page) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === 'dark'")
    settled(page)
    assert serious_barriers(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollWidth <= 390")
    assert serious_barriers(page) == []
    assert beyond_the_edge(page) == []
    assert widest_label(page) <= 0.45
    page.emulate_media(color_scheme="light")
    page.wait_for_function("getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === 'light'")
    settled(page)
    assert serious_barriers(page) == []
    assert problems == []
    assert [url for url in asked if not url.startswith((dashboard.url, "data:", "blob:"))] == []
    assert "Traceback" not in dashboard.log


def test_the_tab_says_how_many_are_broken_beside_our_own_icon(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard)
    expect(page).to_have_title("(4) Overview · Campaign Health")
    visit(page, dashboard, "data")
    expect(page).to_have_title("(4) Data · Campaign Health")
    mark = b64encode(MARK.encode()).decode()
    expect(page.locator("link[rel*=icon]").first).to_have_attribute("href", re.compile(mark[:60]))
    expect(page.get_by_test_id("stHeader").locator("img").first).to_be_visible()


def serious_barriers(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page, context="[data-testid=stMain]").response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    # Streamlit draws the inside of its table itself, on a canvas; what is ours must be free of barriers.
    return [(one["id"], node["html"][:160]) for one in serious for node in one["nodes"]
            if not re.search(r"stDataFrame|<canvas|dvn-|gdg-", node["html"])]  # fmt: skip


def beyond_the_edge(page: Page) -> list[str]:
    """What can be chosen, or is a row of a table, and stands beyond the right edge of the window."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMain] :is(button, input, a, .stacked [role=listitem])')]
            .filter(one => { const place = one.getBoundingClientRect();
                return place.width > 1 && place.right > innerWidth + 1; }).map(one => one.outerHTML.slice(0, 120))"""
    )
    return found


def widest_label(page: Page) -> float:
    """The widest label of a list or of a table's row, as a share of the room that it and its value have."""
    return float(page.evaluate(
        """() => Math.max(0, ...[...document.querySelectorAll('[data-testid=stMain] dl')].filter(one => one.clientWidth)
            .flatMap(list => [...list.querySelectorAll('dt')].map(one => one.offsetWidth / list.clientWidth)))"""
    ))  # fmt: skip


@pytest.mark.slow("pages in the browser")
def test_five_questions_are_answered_without_scrolling(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard)
    seen = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMain] h1, [data-testid=stMain] h2,'
            + '[data-testid=stMain] summary, [data-testid=stMain] p, [data-testid=stMain] h2 ~ span')]
            .filter(e => { const r = e.getBoundingClientRect(); return r.height && r.bottom > 0
                && r.bottom <= innerHeight; }).map(e => e.innerText).join(' | ')"""
    )
    assert "2 campaigns are silent, 1 has lost its event and 1 is losing sends; about $75,000 a week at risk" in seen
    assert "(2 have no deal value set)." in seen
    for campaign in ("Project tips", "Upgrade offer", "Team expansion", "Webinar reminder"):
        assert campaign in seen  # what is broken?
    assert "Event renamed since Thu 19 Nov, 5 days ago" in seen  # why, and since when?
    assert "$45,000 a week" in seen  # what does it cost?
    assert "Change the trigger's event to project_created." in seen  # what do I do?


def test_the_rest_of_a_card_opens_in_place_with_the_keyboard(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard)
    rest = page.locator("[class*=st-key-incident-open-2-] details")
    said = rest.get_by_text("About 269 missed sends; about $32,000 at risk so far, about $45,000 a week")
    expect(said).to_be_hidden()
    rest.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(said).to_be_visible()


@pytest.mark.slow("pages in the browser")
def test_the_worst_incident_is_whole_on_a_phone_and_six_fit_on_a_desk(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard)
    heights = page.evaluate(
        "[...document.querySelectorAll('[class*=st-key-incident-open-]')].map(e => e.getBoundingClientRect().height)"
    )
    assert len(heights) == 4
    assert max(heights) <= 11 * 16
    first = page.locator("[class*=st-key-incident-open-]").first.bounding_box()
    # Two rows of three and the room between them.
    assert first
    assert first["y"] + 2 * 11 * 16 + 12 <= 900
    assert first["width"] <= (1440 - 3 * 12) / 3
    assert lines_of_steps(page) <= 2
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    assert lines_of_steps(page) <= 2
    first = page.locator("[class*=st-key-incident-open-]").first.bounding_box()
    assert first
    assert first["y"] + first["height"] <= 844


def lines_of_steps(page: Page) -> float:
    """Lines of the longest next step; nothing of any may be cut off."""
    return float(page.evaluate(
        """() => Math.max(...[...document.querySelectorAll('details.rest .step')].map(one => {
            const style = getComputedStyle(one);
            if (style.webkitLineClamp !== 'none' || style.overflow !== 'visible') return 99;
            return one.getBoundingClientRect().height / parseFloat(style.lineHeight); }))"""
    ))  # fmt: skip


@pytest.mark.slow("pages in the browser")
def test_a_figure_filters_every_view_and_going_back_takes_it_off(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "?view=Table&owner=%40growth")
    assert "2 of 13 campaigns" in text_of(page)
    page.get_by_role("button", name="Broken").click()
    page.wait_for_url(re.compile("show=broken"))
    expect(page.get_by_text("1 of 13 campaigns: broken.")).to_be_visible()
    page.get_by_role("radio", name="Cards").click(force=True)
    page.wait_for_url(re.compile("view=Cards|^(?!.*view=)"))
    expect(page.get_by_role("heading", name="Project tips", level=2)).to_be_visible()
    expect(page.get_by_role("heading", name="Upgrade offer", level=2)).to_have_count(0)
    assert "show=broken" in page.url
    assert "owner=" in page.url
    page.get_by_text("Details of Project tips").click()
    page.wait_for_url(re.compile("campaign=2"))
    settled(page)
    page.go_back()
    page.wait_for_url(re.compile("show=broken"))
    expect(page.get_by_text("1 of 13 campaigns: broken.")).to_be_visible()
    assert "owner=" in page.url


@pytest.mark.slow("pages in the browser")
def test_the_wall_shows_every_campaign_in_the_chosen_order_and_leads_to_it(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "?view=Wall")
    names = page.locator(".st-key-wall a").all_inner_texts()
    assert len(names) == 13
    assert names[:4] == ["Project tips", "Upgrade offer", "Team expansion", "Webinar reminder"]
    assert page.locator(".st-key-wall img").count() == 13
    assert serious_barriers(page) == []
    visit(page, dashboard, "?view=Wall&sort=Name")
    assert page.locator(".st-key-wall a").first.inner_text() == "Activation, next step"
    page.get_by_role("link", name="Usage report").click()
    page.wait_for_url(re.compile("campaign=11"))


@pytest.mark.parametrize("width", [1280, 390])
def test_a_cards_buttons_stand_on_one_line(page: Page, dashboard: Dashboard, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    visit(page, dashboard)
    places = page.evaluate(
        """() => [...document.querySelectorAll('[class*="st-key-acts-open-"]')].map(
            row => [...row.children].map(one => Math.round(one.getBoundingClientRect().y)))"""
    )
    assert len(places) == 4
    for row in places:
        assert len(row) == 2
        assert len(set(row)) == 1
    expect(page.get_by_role("link", name="Details of Project tips")).to_have_css("border-top-style", "solid")


def test_an_incident_can_be_opened_with_the_keyboard_alone(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard)
    for _ in range(30):
        page.keyboard.press("Tab")
        if "Details of Project tips" in page.evaluate(
            "[...document.querySelectorAll('a:focus')].map(e => e.textContent).join()"
        ):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("campaign=2"))
    expect(page.get_by_role("heading", name="Project tips", level=1)).to_be_visible()


@pytest.mark.slow("pages in the browser")
def test_a_link_leads_to_the_same_view_after_a_reload(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "campaign?campaign=4&span=4+weeks&day=2026-11-20")
    page.reload()
    settled(page)
    expect(page.get_by_role("heading", name="Team expansion", level=1)).to_be_visible()
    assert "From Tue 27 Oct 2026 to Mon 23 Nov 2026" in text_of(page)
    assert page.get_by_role("radio", name="4 weeks").is_checked()


@pytest.mark.slow("pages in the browser")
def test_a_campaign_that_is_not_there_is_said_in_words(page: Page, dashboard: Dashboard) -> None:
    for number in ("999999", "12345678901234567890123", "abc"):
        visit(page, dashboard, f"campaign?campaign={number}")
        assert f"There is no campaign with the number {number} here." in text_of(page)


@pytest.mark.slow("pages in the browser")
def test_filters_and_order_stand_in_the_address(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "?view=Table&q=tips")
    assert "1 of 13 campaigns" in text_of(page)
    search = page.get_by_role("textbox", name="Search")
    search.fill("re-engagement")
    search.press("Enter")
    page.wait_for_url(re.compile("q=re-engagement"))
    visit(page, dashboard, "?view=Table&status=Silent&sort=Name")
    assert "2 of 13 campaigns" in text_of(page)
    assert "sort=Name" in page.url
    visit(page, dashboard, "?view=Wall&owner=%40growth")
    assert "2 of 13 campaigns" in text_of(page)
    visit(page, dashboard, "events?event=project_created")
    assert "1 of 16 events" in text_of(page)


@pytest.mark.slow("pages in the browser")
def test_the_csv_holds_the_numbers_of_the_file(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "campaign?campaign=1")
    rows = downloaded(page, "Download all days as CSV")
    with open_published(dashboard.folder / "data") as connection:
        stored = connection.execute(
            "SELECT day, sent, events, delivered FROM event_vs_campaign WHERE campaign_id = 1 ORDER BY day"
        ).fetchall()
    names = ("day", "sent", "events", "delivered")
    read = [[row[name] for name in names] for row in rows]
    assert len(stored) == 146
    assert [[day, *(n and float(n) for n in numbers)] for day, *numbers in read] == [
        [str(day), *("" if n is None else float(n) for n in numbers)] for day, *numbers in stored
    ]


def downloaded(page: Page, button: str) -> list[dict[str, str]]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    return list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8-sig"))))


@pytest.mark.slow("pages in the browser")
def test_the_report_of_a_month_is_kept_in_the_address(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "report?month=2026-10")
    expect(page.get_by_role("heading", level=1)).to_have_text("Caught and saved in October 2026")
    page.get_by_label("Month").click()
    page.get_by_role("option", name="September 2026").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Caught and saved in September 2026")
    page.wait_for_url(re.compile(r"month=September"))
    page.goto(report_link(dashboard.url, "default", date(2026, 11, 1)))
    expect(page.get_by_role("heading", level=1)).to_have_text("Caught and saved in November 2026")
    settled(page)
    assert "4 breaks found in November 2026 so far" in text_of(page)
