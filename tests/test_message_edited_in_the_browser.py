"""A button pressed in a real browser stands in the day's message in Slack."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from campaign_health.alerts.telling import tell_due
from campaign_health.sandbox.slack.slack_service import running_slack
from campaign_health.settings import load_settings
from storage.file.database import Warehouse
from tests.browser import running_dashboard, visit
from tests.dashboard_world import NOW
from tests.digest_sending_cast import bot

pytestmark = [pytest.mark.browser, pytest.mark.slow("mornings in the browser")]


def test_what_a_page_records_is_put_into_the_message(page: Page, dashboard_world: Path, tmp_path: Path) -> None:
    shutil.copytree(dashboard_world / "data", tmp_path / "data")
    with running_slack() as slack:
        environment = {**bot(slack), "CAMPAIGN_HEALTH_NOW": NOW.isoformat()}
        settings = load_settings(environment, tmp_path)
        tell_due(Warehouse(tmp_path / "data"), settings, settings.workspaces[0], NOW)
        [message] = slack.messages
        assert "Ada" not in json.dumps(message.payload)
        # A server of its own: the shared one knows no Slack.
        with running_dashboard(tmp_path, **environment) as dashboard:
            visit(page, dashboard, "campaign?campaign=3&act=acknowledge&incident=3-2026-11-22")
            page.get_by_role("dialog").get_by_label("Your name").fill("Ada")
            page.get_by_role("dialog").get_by_role("button", name="I am on it", exact=True).click()
            expect(page.get_by_role("button", name="Undo", exact=True).first).to_be_visible()
            deadline = time.monotonic() + 60
            while message.edits == 0 and time.monotonic() < deadline:
                time.sleep(0.1)
            assert "Traceback" not in dashboard.log
        assert "Ada is on it" in json.dumps(message.payload)
        assert len(slack.messages) == 1
