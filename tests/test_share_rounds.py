"""Sharing at the end of a round: behind the digest, and told of where it fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from campaign_health.sandbox.slack.slack_service import running_slack
from tests.rounds_cast import running_company

pytestmark = pytest.mark.slow("rounds")


def test_a_round_is_told_and_then_shared_and_a_place_that_is_away_is_told_of_and_tried_again(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    with running_slack() as slack:
        extra = {
            "SLACK_WEBHOOK_URL": slack.webhook_url, "CAMPAIGN_HEALTH_DIGEST_DAYS": "all",
            "CAMPAIGN_HEALTH_DIGEST_AT": "06:45", "CAMPAIGN_HEALTH_SHARE": f"file://{tmp_path}/team file://{blocked}",
        }  # fmt: skip
        with running_company(tmp_path, ("acme",), **extra) as company:
            first = company.run("once")
            assert first.returncode == 1
            assert len(slack.messages) == 1, "nobody's morning is held"
            assert "acme: sharing: " in first.stderr
            newest = json.loads((tmp_path / "team" / "workspaces" / "acme" / "latest.json").read_text())
            assert newest["tables"]["announcement"]["rows"] == 1, "told, then shared"
            assert "it could not be shared" in company.run("status").stdout

            blocked.unlink()
            again = company.run("share")
            assert again.returncode == 0, again.stderr
            assert (blocked / "workspaces" / "acme" / "latest.json").exists()
