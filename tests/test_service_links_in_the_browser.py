"""Pages with links into the services and with several workspaces: free of barriers, and reached by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from storage.file.database import Warehouse, transaction
from tests.browser import Dashboard, running_dashboard, settled, visit
from tests.dashboard_world import NOW, build_dashboard_world
from tests.test_all_workspaces import copied
from tests.test_dashboard_pages import beyond_the_edge, lines_of_steps, serious_barriers

pytestmark = [pytest.mark.browser, pytest.mark.slow("pages in the browser")]
KEYS = {
    "MIXPANEL_PROJECT_ID": "4242", "MIXPANEL_SERVICE_ACCOUNT": "a", "MIXPANEL_SERVICE_SECRET": "b",
    "CUSTOMERIO_APP_API_KEY": "c", "CUSTOMERIO_WORKSPACE_ID": "77",
}  # fmt: skip


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Two workspaces of the same campaigns, whose places in both services are known."""
    folder = tmp_path_factory.mktemp("linked")
    build_dashboard_world(folder / "data")
    with Warehouse(folder / "data").open_and_publish() as connection, transaction(connection):
        for statement in copied("agency"):
            connection.execute(statement)
        connection.execute("UPDATE workspace SET mixpanel_view = 5")
    keys = "".join(f'{name} = "{value}"\n' for name, value in KEYS.items())
    (folder / "campaign-health.toml").write_text(f"[workspace.default]\n{keys}[workspace.agency]\n{keys}")
    with running_dashboard(folder, CAMPAIGN_HEALTH_NOW=NOW.isoformat()) as found:
        yield found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_with_service_links_and_several_workspaces_have_no_serious_barrier(
    page: Page, dashboard: Dashboard, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in ("", "?workspace=default", "?workspace=default&view=Table", "campaign?workspace=default&campaign=2"):
        visit(page, dashboard, path)
        assert serious_barriers(page) == [], path
        page.set_viewport_size({"width": 390, "height": 844})
        settled(page)
        assert serious_barriers(page) == [], path
        assert beyond_the_edge(page) == [], path
        page.set_viewport_size({"width": 1440, "height": 900})


def test_the_first_button_of_a_card_is_the_service_in_which_the_next_step_begins(
    page: Page, dashboard: Dashboard
) -> None:
    visit(page, dashboard, "?workspace=default")
    first = page.locator("[class*=st-key-acts-open-] [data-testid=stBaseLinkButton-primary]")
    assert first.all_inner_texts() == [
        "Open trigger in Customer.io", "Open message in Customer.io", "Open event in Mixpanel",
        "Open trigger in Customer.io",
    ]  # fmt: skip
    assert "/workspaces/77/journeys/campaigns/2" in (first.first.get_attribute("href") or "")
    assert "/project/4242/view/5/" in (first.nth(2).get_attribute("href") or "")
    for width in (1440, 1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        settled(page)
        assert lines_of_steps(page) <= 2
        rows = page.evaluate(
            """() => [...document.querySelectorAll('[class*="st-key-acts-open-"]')].map(row => new Set(
                [...row.children].map(one => Math.round(one.getBoundingClientRect().y))).size)"""
        )
        assert rows == [1] * 4
        heights = page.evaluate(
            """() => [...document.querySelectorAll('[class*=st-key-incident-open-]')]
                .map(one => one.getBoundingClientRect().height)"""
        )
        assert max(heights) <= 11 * 16


def test_the_page_of_a_campaign_has_room_for_its_links(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "campaign?workspace=default&campaign=2")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        settled(page)
        for name in ("Open in Customer.io", "Open in Mixpanel"):
            link = page.locator(".st-key-acts-services").get_by_role("link", name=name).first
            place = link.bounding_box()
            assert place
            assert place["width"] > 100


def test_tables_and_service_links_are_reached_with_the_keyboard_alone(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "?workspace=default")
    assert reached(page, "a", "Open trigger in Customer.io")
    visit(page, dashboard, "?workspace=default&view=Table")
    assert reached(page, "canvas, [data-testid=stDataFrame] *", "")
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    assert reached(page, ".stacked a", "Project tips")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("campaign=2"))
    expect(page.get_by_role("heading", name="Project tips", level=1)).to_be_visible()


def reached(page: Page, selector: str, text: str) -> bool:
    """Whether the Tab key leads to an element of this kind with this text."""
    page.evaluate("document.activeElement && document.activeElement.blur()")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(
            "([kind, text]) => { const one = document.activeElement;"
            " return one.matches(kind) && (one.textContent || '').includes(text); }",
            [selector, text],
        ):
            return True
    return False
