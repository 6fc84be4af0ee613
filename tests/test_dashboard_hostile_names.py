"""Names that try to be markup, Markdown, formulas or the other direction stay text on every page, in every CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Dashboard, new_page, running_browser, running_dashboard, text_of, visit
from tests.dashboard_world import NOW
from tests.hostile_world import CAMPAIGNS, FORMULA, LONG, MARKDOWN, MARKUP, SLACK, build_hostile_world

pytestmark = pytest.mark.browser
PAGES = ("", *(f"campaign?campaign={number}" for number in CAMPAIGNS), "events", "coverage", "data")
# What must never come of a name: an element of its own, a link out, a picture from elsewhere, a drawn formula or icon.
HARM = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    const found = [];
    if (window.pwned) found.push('a script ran');
    for (const e of app.querySelectorAll('img, image, a, script, iframe')) {
        const target = e.getAttribute('src') ?? e.getAttribute('href') ?? e.getAttribute('xlink:href') ?? '';
        if (/evil|javascript:/.test(target) || target === 'x') found.push(e.outerHTML.slice(0, 120));
    }
    for (const e of app.querySelectorAll('b, strong, em, i, code, a, span, tspan, p, s, del')) {
        if (['bold', 'red', 'lure', 'it'].includes(e.textContent.trim())) found.push(e.outerHTML.slice(0, 120));
    }
    for (const e of app.querySelectorAll('.katex, [data-testid=stIconMaterial]')) {
        if (e.matches('.katex') || e.textContent.includes('bug_report')) found.push(e.outerHTML.slice(0, 120));
    }
    if (/[\\u202a-\\u202e\\u2066-\\u2069]/.test(app.innerText)) found.push('a sign that turns the direction');
    return found;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as found:
        yield found


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    folder = tmp_path_factory.mktemp("hostile")
    build_hostile_world(folder / "data")
    with running_dashboard(folder, CAMPAIGN_HEALTH_NOW=NOW.isoformat()) as found:
        yield found


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    return new_page(browser)


def test_hostile_names_are_text_on_every_page(page: Page, dashboard: Dashboard) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))
    for path in PAGES:
        visit(page, dashboard, path)
        page.evaluate("document.querySelectorAll('details:not([open]) > summary').forEach(one => one.click())")
        page.wait_for_timeout(100)
        assert page.evaluate(HARM) == [], path
    assert [url for url in asked if "evil" in url or url.startswith("dialog")] == []
    assert "Traceback" not in dashboard.log


def test_hostile_names_are_shown_as_they_are(page: Page, dashboard: Dashboard) -> None:
    for number, name in ((1, MARKUP), (2, MARKDOWN), (3, FORMULA), (5, LONG), (6, SLACK)):
        visit(page, dashboard, f"campaign?campaign={number}")
        assert page.inner_text("h1").strip() == name
    visit(page, dashboard, "campaign?campaign=2&act=mute")
    assert "**bold** [lure](javascript:window.pwned=1)" in page.get_by_role("dialog").inner_text()
    visit(page, dashboard)
    assert MARKUP in text_of(page)


def test_nothing_is_wider_than_a_phone(page: Page, dashboard: Dashboard) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("", "campaign?campaign=5", "campaign?campaign=2", "events", "data"):
        visit(page, dashboard, path)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390, path
    page.set_viewport_size({"width": 1440, "height": 900})


def test_no_cell_of_a_csv_is_a_formula(page: Page, dashboard: Dashboard) -> None:
    for path, button in (("", "Download as CSV"), ("events", "Download as CSV"), ("data", "Download as CSV")):
        visit(page, dashboard, path)
        with page.expect_download() as waiting:
            page.get_by_role("button", name=button, exact=True).click()
        text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert len(cells) > 50
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
        if path == "":
            assert "'" + FORMULA in cells
