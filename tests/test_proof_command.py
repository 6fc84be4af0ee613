"""`campaign-health route proof`, over real HTTP: how soon messages followed their events, and what cannot be told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from campaign_health.cli.main import campaign_health
from campaign_health.judge.judging import judge_all
from storage.file.database import Warehouse
from tests.collecting_cast import Installation
from tests.recovery_cast import BROKEN_DAYS, MANIFEST, WELCOME, company_at_hand, qualifying, run_command

pytestmark = pytest.mark.slow("recoveries")


@pytest.fixture
def installation(silent_company: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    return company_at_hand(silent_company, tmp_path, monkeypatch)


def say(*words: str) -> str:
    return " ".join(run_command("route", "proof", str(WELCOME), *words).stdout.split())


def numbers(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(say("--json", *words))
    return found


def test_a_promise_is_told_of_with_its_numbers_and_a_silent_week_keeps_none(
    installation: Installation, tmp_path: Path
) -> None:
    world = installation.sandbox.world
    days = "--since", world.day(10).isoformat(), "--until", world.day(16).isoformat()
    assert numbers(*days)["promise_seconds"] is None
    assert "sent a message for" in say(*days)
    promised = MANIFEST.replace("    event:", "    timing: within 2 hours\n    event:")
    (tmp_path / "campaign-health.yaml").write_text(promised, encoding="utf-8")
    judge_all(Warehouse(installation.data_dir), installation.settings(), installation.sandbox.now)
    found = numbers(*days)
    assert found["promise_seconds"] == 7200
    assert found["qualifying"] == found["sent"] + found["not_sent"] + found["unknown"]
    assert found["unknown"] == 0
    assert found["sent"] > 0.8 * found["qualifying"]
    assert 0 < found["within_promise"] <= found["sent"]
    assert found["p50_seconds"] <= found["p95_seconds"] <= found["p99_seconds"]
    assert sum(one["qualifying"] for one in found["hours"]) == found["qualifying"]
    assert f" of {found['qualifying']}." in say(*days)


def test_events_under_a_name_that_nobody_confirmed_are_not_counted_and_then_are(installation: Installation) -> None:
    world = installation.sandbox.world
    days = "--since", world.day(BROKEN_DAYS[0]).isoformat(), "--until", world.day(BROKEN_DAYS[-2]).isoformat()
    assert "Nothing can be told" in say(*days)
    CliRunner().invoke(campaign_health, ["decide", str(WELCOME), "renamed", "--by", "Ada"], catch_exceptions=False)
    found = numbers(*days)
    events = {event for events in qualifying(world).values() for event in events if event[0] != BROKEN_DAYS[-1]}
    assert found["qualifying"] == len(events)
    assert found["sent"] == 0
    assert found["not_sent"] + found["unknown"] == len(events)
    assert found["not_sent"] > 0.8 * len(events)
