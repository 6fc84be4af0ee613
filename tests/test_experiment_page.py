"""The experiment on the campaign's page, in a real browser: the sentences of the terminal, readable by everybody."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import Dashboard, text_of, visit
from tests.test_dashboard_pages import beyond_the_edge, serious_barriers
from tests.test_experiment_told import CAMPAIGN, add_experiment

pytestmark = [pytest.mark.browser, pytest.mark.slow("pages in the browser")]


def test_the_page_says_whether_sending_at_once_is_worth_it(
    page: Page, server: Dashboard, dashboard_world: Path, tmp_path: Path
) -> None:
    shutil.copytree(dashboard_world / "data", tmp_path / "data")
    add_experiment(tmp_path / "data", 2000, 0.30, 0.20)
    dashboard = server.showing(tmp_path)
    visit(page, dashboard, f"campaign?campaign={CAMPAIGN}")
    assert "Is sending at once worth it" in text_of(page)
    assert "95 %" in text_of(page)
    assert serious_barriers(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollWidth <= 390")
    assert beyond_the_edge(page) == []
    assert "Traceback" not in dashboard.log
