"""The page Delivery and the strip on the campaign's page, in a real browser: the same as `route status` and `dead`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from storage.file.database import Warehouse, open_published, transaction
from tests.browser import Dashboard, settled, text_of, visit
from tests.dashboard_world import NOW
from tests.delivery_world import MOVED, add_route
from tests.recovery_cast import run_command
from tests.shared_worlds import built_once
from tests.test_dashboard_acting import decisions, fill, press_in_dialog
from tests.test_dashboard_pages import beyond_the_edge, downloaded, serious_barriers, widest_label

pytestmark = [pytest.mark.browser, pytest.mark.slow("pages in the browser")]


@pytest.fixture(scope="module")
def built(dashboard_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    def build(folder: Path) -> None:
        shutil.copytree(dashboard_world / "data", folder / "data")
        add_route(folder / "data")

    return built_once(tmp_path_factory, "delivery", build)


@pytest.fixture
def dashboard(server: Dashboard, built: Path, tmp_path: Path) -> Iterator[Dashboard]:
    shutil.copytree(built / "data", tmp_path / "data")
    shown = server.showing(tmp_path)
    yield shown
    assert "Traceback" not in shown.log


def told(folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", NOW.isoformat())
    return json.loads(run_command("route", *words, "--json").stdout)


def test_page_downloads_and_commands_say_the_same_to_the_digit(
    page: Page, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = told(dashboard.folder, monkeypatch, "status")["workspaces"]["default"]
    groups = told(dashboard.folder, monkeypatch, "dead")["groups"]
    visit(page, dashboard, "delivery")
    rows = downloaded(page, "Download as CSV")
    names = ("waiting", "held", "dead", "delivered", "shadowed", "suppressed_once", "expired")
    assert {row["event"]: {name: int(row[name]) for name in names} for row in rows} == {
        event: {name: numbers[name] for name in names} for event, numbers in status["events"].items()
    }
    assert {row["event"]: row["mode"] for row in rows} == {
        event: numbers["mode"] for event, numbers in status["events"].items()
    }
    dead = downloaded(page, "Download these as CSV")
    assert [(row["event"], row["reason"], row["field"], int(row["count"])) for row in dead] == [
        (one["event"], one["reason"], one["field"], one["count"]) for one in groups
    ]
    held, lying = (sum(one[name] for one in status["events"].values()) for name in ("held", "dead"))
    assert held
    assert f"{lying} events could not be delivered and {held} events are kept back." in text_of(page)
    days = downloaded(page, "Download the days as CSV")
    for name in names:
        assert sum(int(row[name]) for row in days) == sum(one[name] for one in status["events"].values()), name
    on_page = text_of(page)
    for hold in status["holds"]:
        assert f"Waiting\n{hold['waiting']} event" in on_page
        assert hold["why"] in on_page


def test_in_five_seconds_it_is_seen_what_is_the_matter_since_when_why_and_what_to_do(
    page: Page, dashboard: Dashboard
) -> None:
    visit(page, dashboard, "delivery")
    seen = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMain] :is(h1, h3, p, dd, button)')]
            .filter(e => { const r = e.getBoundingClientRect(); return r.height && r.bottom <= innerHeight; })
            .map(e => e.innerText).join(' | ')"""
    )
    for part in (
        "Upgrade offer",
        "events are kept back. Since",
        "paywall_limit_reached",
        "its property plan is of another type than the manifest says",
        "properties: {plan: {type: object}}",
        "campaign-health route release paywall_limit_reached",
        "it may be the new name of project.created",
        "Let it go",
    ):
        assert part in seen, part


def test_it_has_no_serious_barrier_and_fits_a_phone_in_light_and_dark(page: Page, dashboard: Dashboard) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    visit(page, dashboard, "delivery")
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
    assert problems == []


def test_the_campaigns_page_has_a_strip_that_leads_there(page: Page, dashboard: Dashboard) -> None:
    with open_published(dashboard.folder / "data") as connection:
        (held,) = connection.execute("SELECT held FROM route_event WHERE event = 'paywall_limit_reached'").fetchone()
    visit(page, dashboard, "campaign?campaign=3")
    assert f"Moved: live · 0 wait · {held} kept back · 0 could not be delivered today" in text_of(page)
    page.get_by_test_id("stMain").get_by_role("link", name="Delivery").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delivery")
    visit(page, dashboard, "campaign?campaign=1")
    assert "Moved:" not in text_of(page), "its event is not moved"


def test_what_is_kept_back_is_let_go_by_a_button_that_asks_who(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "delivery")
    page.get_by_role("button", name="It is the new name: let it go").click()
    expect(page.get_by_role("dialog")).to_contain_text("project_created is the new name of project.created")
    press_in_dialog(page, "Let it go")
    expect(page.get_by_role("dialog")).to_contain_text("Please fill in every field")
    fill(page, "Your name", "Ada")
    press_in_dialog(page, "Let it go")
    expect(page.get_by_text("It is let go within seconds of somebody's word")).to_be_visible()
    assert decisions(dashboard) == [("release", None, "project_created", None, "Ada", None, None)]
    expect(page.get_by_role("button", name="Let it go", exact=True)).to_have_count(1)


def test_where_nothing_is_moved_there_is_no_such_page(page: Page, server: Dashboard, dashboard_world: Path) -> None:
    visit(page, server.showing(dashboard_world))
    expect(page.get_by_role("link", name="Coverage").first).to_be_visible()
    expect(page.get_by_role("link", name="Delivery")).to_have_count(0)


def test_an_event_can_be_looked_at_alone(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "delivery")
    everything = text_of(page)
    choice = page.get_by_role("combobox", name="Days of")
    choice.scroll_into_view_if_needed()  # a list that opens closes where the page moves
    settled(page)
    choice.click()
    page.get_by_role("option", name="invoice_paid").click()
    with open_published(dashboard.folder / "data") as connection:
        (received,) = connection.execute("SELECT sum(received) FROM route_day WHERE event = 'invoice_paid'").fetchone()
    said = f"{received:,} events received, 0 delivered, {received:,} only in shadow."
    assert said not in everything
    expect(page.get_by_text(said).first).to_be_visible()
    assert set(MOVED) == {"project.created", "paywall_limit_reached", "invoice_paid"}


def test_the_overview_says_the_same_first_and_leads_there(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "")
    line = page.locator(".st-key-delivery-line")
    said = line.locator("p", has_text="kept back").inner_text()
    said = said[said.index("6 events") :]
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollWidth <= 390")
    assert beyond_the_edge(page) == []
    assert serious_barriers(page) == []
    line.get_by_role("link", name="Delivery").click()
    expect(page.get_by_role("heading", name="Delivery", exact=True)).to_be_visible()
    assert said.endswith(" are kept back.")
    assert said in text_of(settled(page))


def test_names_and_reasons_from_outside_are_shown_as_text(page: Page, dashboard: Dashboard) -> None:
    hostile = "<img src=x onerror=window.hacked=1>`**[a](javascript:alert(1))\n" + "long" * 60
    with Warehouse(dashboard.folder / "data").open_and_publish() as connection, transaction(connection):
        for table in ("route_event", "route_hold", "route_letter_group", "route_day"):
            connection.execute(f"UPDATE {table} SET event = ? || event", [hostile])
        connection.execute("UPDATE route_hold SET why = ?, mended_by = ?", [hostile, hostile])
        connection.execute("UPDATE route_letter_group SET reason = ? || reason, field = ?", [hostile, hostile])
        connection.execute("UPDATE route_source SET source = ? || source", [hostile])
    visit(page, dashboard, "delivery")
    assert page.evaluate("window.hacked") is None
    assert "<img src=x onerror=window.hacked=1>" in text_of(page)
    assert page.locator("[data-testid=stMain] a[href^=javascript]").count() == 0
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollWidth <= 390")
    assert beyond_the_edge(page) == []


def test_where_all_is_well_it_says_so_and_where_the_route_is_silent_that_too(page: Page, dashboard: Dashboard) -> None:
    def change(*statements: str) -> None:
        with Warehouse(dashboard.folder / "data").open_and_publish() as connection, transaction(connection):
            for statement in statements:
                connection.execute(statement)

    change("DELETE FROM route_hold", "DELETE FROM route_letter_group", "UPDATE route_event SET held = 0, dead = 0")
    visit(page, dashboard, "delivery")
    assert "Everything that came in was delivered, or waits for its turn (4)." in text_of(page)
    assert "Nothing: everything that was received was delivered, or waits." in text_of(page)
    assert "The route has noted nothing" not in text_of(page)
    change("UPDATE route_event SET noted_at = noted_at - INTERVAL 4 HOURS, breaker = 'open'")
    visit(page, dashboard, "delivery")
    assert "Customer.io takes nothing just now: 4 events wait." in text_of(page)
    assert "The route has noted nothing since today at 04:56." in text_of(page)
