"""Which campaign deserves real time: page Coverage, its download and the terminal say the same, to the digit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page

from storage.file.database import Warehouse, transaction
from tests.browser import Dashboard, text_of, visit
from tests.dashboard_world import NOW
from tests.delivery_world import add_route
from tests.recovery_cast import run_command
from tests.test_dashboard_pages import beyond_the_edge, downloaded, serious_barriers

pytestmark = [pytest.mark.browser, pytest.mark.slow("pages in the browser")]
TIMINGS = {2: "within 2 minutes", 3: "within 5 minutes", 4: "within 30 minutes", 5: "daily", 6: "15 minutes",
           7: "within an hour", 12: "within 5 minutes"}  # fmt: skip


def test_page_download_and_terminal_say_the_same(
    page: Page, server: Dashboard, dashboard_world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(dashboard_world / "data", tmp_path / "data")
    add_route(tmp_path / "data")
    with Warehouse(tmp_path / "data").open_and_publish() as connection, transaction(connection):
        for number, timing in TIMINGS.items():
            connection.execute("UPDATE campaign_plan SET timing = ? WHERE campaign_id = ?", [timing, number])
        connection.execute("UPDATE route_day SET only_by_export = received WHERE event = 'project.created'")
        connection.execute("DELETE FROM route_hold WHERE candidate_of = 'project.created'")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", NOW.isoformat())
    told = json.loads(run_command("route", "coverage", "--json").stdout)["campaigns"]
    by_name = {one["campaign"]: one for one in told}
    assert [one["campaign"] for one in told][:2] == ["Upgrade offer", "Project tips"], "first what is not kept"
    offer = by_name["Upgrade offer"]
    assert [offer[name] for name in ("way", "half_within_seconds", "measured", "kept")] == [
        "live", 40, "95 % within 4.7 minutes", "60 % of 280",
    ]  # fmt: skip
    assert offer["would_take"].endswith("route release paywall_limit_reached")
    assert {name: one["way"] for name, one in by_name.items() if one["way"] != "another_sender"} == {
        "Upgrade offer": "live", "Project tips": "export", "Receipt follow-up": "shadow", "VIP invitation": "batch",
        "Webinar reminder": "not_carried",
    }  # fmt: skip
    assert by_name["Re-engagement"]["promise"] == "daily"
    assert by_name["Activation, next step"]["would_take"] == "No promise yet: write “within 15 minutes” as its timing."
    assert "Spring promotion" not in by_name, "it does not run"

    dashboard = server.showing(tmp_path)
    visit(page, dashboard, "coverage")
    rows = downloaded(page, "Download as CSV")
    assert [row["campaign"] for row in rows] == [one["campaign"] for one in told]
    for row, one in zip(rows, told, strict=True):
        for name, value in row.items():
            said = one[name]
            number = isinstance(said, int | float)
            assert (float(value) if number else value.lstrip("'")) == (said if number else said or ""), (name, value)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollWidth <= 390")
    page.get_by_text("Show 4 more rows").first.click()
    terminal, shown = run_command("route", "coverage").stdout, text_of(page)
    for one in told:
        for name in ("campaign", "promise", "measured", "kept", "carried_by", "would_take"):
            assert one[name] in shown or one[name] == "–", one[name]
            assert one[name] in terminal, one[name]
    assert beyond_the_edge(page) == []
    assert serious_barriers(page) == []
    assert "Traceback" not in dashboard.log
