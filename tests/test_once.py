"""`campaign-health once`: one round and the end, for programs that start it on a schedule of their own."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaign_health.process.collect_lock import collecting
from campaign_health.sandbox.slack.slack_service import running_slack
from tests.rounds_cast import running_company

pytestmark = pytest.mark.slow("rounds")


def test_a_whole_round_is_0_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    with running_slack() as slack:
        extra = {
            "SLACK_WEBHOOK_URL": slack.webhook_url, "CAMPAIGN_HEALTH_DIGEST_DAYS": "all",
            "CAMPAIGN_HEALTH_DIGEST_AT": "06:45",
        }  # fmt: skip
        with running_company(tmp_path, ("acme", "bolt"), **extra) as company:
            first = company.run("once")
            assert (first.returncode, first.stdout) == (0, ""), first.stderr
            assert company.rows("SELECT workspace, status FROM announcement ORDER BY workspace") == [
                ("acme", "sent"), ("bolt", "sent"),
            ]  # fmt: skip
            sent = len(slack.messages)
            assert sent == 2
            second = company.run("once")
            assert second.returncode == 0
            assert len(slack.messages) == sent


def test_something_that_failed_is_1_and_the_rest_is_stored(tmp_path: Path) -> None:
    with running_company(tmp_path, ("acme", "bolt")) as company:
        company.sandboxes["acme"].fail("unauthorized", endpoint="customerio", at="every", times=None)
        assert company.run("once").returncode == 1
        assert company.rows("SELECT DISTINCT workspace FROM verdict") == [("bolt",)]
        events = "SELECT outcome FROM collection WHERE workspace = 'acme' AND source = 'mixpanel_events'"
        assert company.rows(events) == [("complete",)]


def test_what_cannot_begin_is_2_and_says_who_is_at_work(tmp_path: Path) -> None:
    with running_company(tmp_path, ("acme", "bolt")) as company:
        company.data_dir.mkdir()
        with collecting(company.data_dir, ["acme", "bolt"]):
            done = company.run("once")
        assert done.returncode == 2
        assert "ERROR Another run is in progress for workspace" in done.stderr
        assert ": process " in done.stderr
        assert not company.rows_or_nothing()
        strange = company.run("once", "--workspace", "other")
        assert strange.returncode == 2
        assert "There is no workspace 'other'." in strange.stderr
        (company.folder / "campaign-health.toml").write_text("[workspace.acme]\n")
        assert company.run("once").returncode == 2


def test_only_the_workspaces_that_are_named(tmp_path: Path) -> None:
    with running_company(tmp_path, ("acme", "bolt", "crux")) as company:
        assert company.run("once", "--workspace", "bolt").returncode == 0
        assert company.rows("SELECT DISTINCT workspace FROM collection") == [("bolt",)]
        collected = company.start("run", "--workspace", "crux", "--workspace", "bolt")
        try:
            company.wait_for("SELECT count(DISTINCT workspace) FROM verdict", 2)
            collected.terminate()
            _, told = collected.communicate(timeout=90)
        finally:
            collected.kill()
        assert collected.returncode == 0
        assert "acme" not in told


def test_a_digest_says_nothing_that_the_page_does_not_say(tmp_path: Path) -> None:
    """What is told was published before: when a message arrives, its incidents stand in the published file."""
    with running_slack() as slack:
        extra = {
            "SLACK_WEBHOOK_URL": slack.webhook_url, "CAMPAIGN_HEALTH_DIGEST_DAYS": "all",
            "CAMPAIGN_HEALTH_DIGEST_AT": "06:45",
        }  # fmt: skip
        with running_company(tmp_path, ("acme",), **extra) as company:
            published = company.data_dir / "campaign_health.duckdb"
            was_there = False
            process = company.start("once")
            try:
                while not slack.messages and process.poll() is None:
                    was_there = published.exists()
                    time.sleep(0.01)
                assert process.wait(60) == 0
            finally:
                process.kill()
                process.communicate()
            assert was_there


def test_a_wrong_clock_stores_judges_and_tells_nothing(tmp_path: Path) -> None:
    """The services' clock is days away from this machine's: which day is over is not known."""
    with running_slack() as slack:
        extra = {"SLACK_WEBHOOK_URL": slack.webhook_url, "CAMPAIGN_HEALTH_DIGEST_DAYS": "all"}
        with running_company(tmp_path, ("acme", "bolt"), **extra) as company:
            for sandbox in company.sandboxes.values():
                sandbox.set_now(datetime.now(UTC) - timedelta(days=30))
            del company.environment["CAMPAIGN_HEALTH_NOW"]
            done = company.run("once")
            assert done.returncode == 1
            assert "acme: nothing is told. This machine's clock is 30 days ahead of" in done.stderr
            assert not slack.messages
            assert company.rows("SELECT count(*) FROM event_day") == [(0,)]
            assert company.rows("SELECT count(*) FROM judge_run") == [(0,)]
