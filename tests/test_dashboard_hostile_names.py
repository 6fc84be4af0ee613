"""Names that try to be markup, Markdown, formulas or the other direction stay text on every page, in every CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import VIEWPORT, Dashboard, text_of, visit
from tests.hostile_world import CAMPAIGNS, FORMULA, LONG, MARKDOWN, MARKUP, SLACK, build_hostile_world

pytestmark = pytest.mark.browser
SLOW = pytest.mark.slow("hostile names")
OVERVIEW = ("", "?view=Table", "?view=Wall")
PAGES = (*(f"campaign?campaign={number}" for number in CAMPAIGNS), "events", "coverage", "data")
ON_A_PHONE = (*OVERVIEW, "campaign?campaign=5", "campaign?campaign=2", "events", "data")
WITH_CSV = ("?view=Table", "events", "data")
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


@dataclass
class Seen:
    """What the browser had of the pages, each opened once; by the path of the page."""

    harm: dict[str, list[str]] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    widths: dict[str, int] = field(default_factory=dict)
    csv_files: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def dashboard(server: Dashboard, tmp_path_factory: pytest.TempPathFactory) -> Dashboard:
    folder = tmp_path_factory.mktemp("hostile")
    build_hostile_world(folder / "data")
    return server.showing(folder)


@pytest.fixture(scope="module")
def overview(tab: Page, dashboard: Dashboard) -> Seen:
    """The page on which all of the names stand."""
    return look(tab, dashboard, OVERVIEW)


@pytest.fixture(scope="module")
def seen(tab: Page, dashboard: Dashboard) -> Seen:
    return look(tab, dashboard, PAGES)


def look(tab: Page, dashboard: Dashboard, paths: tuple[str, ...]) -> Seen:
    """Opens each page once, half of them on a phone, and asks for its CSV."""
    seen = Seen()
    tab.on("request", lambda request: seen.asked.append(request.url))
    tab.on("dialog", lambda dialog: seen.asked.append(f"dialog {dialog.message}"))
    for path in paths:
        if path in ON_A_PHONE:
            tab.set_viewport_size({"width": 390, "height": 844})
        visit(tab, dashboard, path)
        seen.widths[path] = tab.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        tab.set_viewport_size(VIEWPORT)
        seen.headings[path] = tab.inner_text("h1").strip() if tab.locator("h1").count() else ""
        if path in WITH_CSV:
            with tab.expect_download() as waiting:
                tab.get_by_role("button", name="Download as CSV", exact=True).click()
            seen.csv_files[path] = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
        tab.evaluate("document.querySelectorAll('details:not([open]) > summary').forEach(one => one.click())")
        tab.wait_for_timeout(100)
        seen.texts[path] = text_of(tab)
        seen.harm[path] = tab.evaluate(HARM)
    return seen


def check_that_nothing_came_of_them(seen: Seen, paths: tuple[str, ...], dashboard: Dashboard) -> None:
    assert seen.harm == {path: [] for path in paths}
    assert seen.asked
    assert [url for url in seen.asked if "evil" in url or url.startswith("dialog")] == []
    assert "Traceback" not in dashboard.log


@pytest.mark.slow("hostile names")
def test_hostile_names_are_text_on_the_overview_and_as_they_are(overview: Seen, dashboard: Dashboard) -> None:
    check_that_nothing_came_of_them(overview, OVERVIEW, dashboard)
    assert MARKUP in overview.texts[""]
    assert MARKUP[:50] in overview.texts["?view=Wall"]


@SLOW
def test_hostile_names_are_text_on_every_other_page(seen: Seen, dashboard: Dashboard) -> None:
    check_that_nothing_came_of_them(seen, PAGES, dashboard)


@SLOW
def test_hostile_names_are_shown_as_they_are(seen: Seen, page: Page, dashboard: Dashboard) -> None:
    for number, name in ((1, MARKUP), (2, MARKDOWN), (3, FORMULA), (5, LONG), (6, SLACK)):
        assert seen.headings[f"campaign?campaign={number}"] == name
    visit(page, dashboard, "campaign?campaign=2&act=mute")
    assert "**bold** [lure](javascript:window.pwned=1)" in page.get_by_role("dialog").inner_text()


@pytest.mark.slow("pages in the browser")
def test_the_overview_is_not_wider_than_a_phone(overview: Seen) -> None:
    assert max(overview.widths.values()) <= 390


@SLOW
@pytest.mark.parametrize("path", [path for path in ON_A_PHONE if path not in OVERVIEW])
def test_nothing_is_wider_than_a_phone(seen: Seen, path: str) -> None:
    assert seen.widths[path] <= 390


@pytest.mark.slow("hostile names")
def test_no_cell_of_the_overviews_csv_is_a_formula(overview: Seen) -> None:
    assert "'" + FORMULA in cells_without_formulas(overview, "?view=Table")


@SLOW
@pytest.mark.parametrize("path", [path for path in WITH_CSV if path not in OVERVIEW])
def test_no_cell_of_a_csv_is_a_formula(seen: Seen, path: str) -> None:
    assert cells_without_formulas(seen, path)


def cells_without_formulas(seen: Seen, path: str) -> list[str]:
    cells = [cell for row in csv.reader(io.StringIO(seen.csv_files[path])) for cell in row]
    assert len(cells) > 50
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    return cells
