"""kill -9 between every two steps of sending: no change is lost, and a duplicate carries the same id."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign_health.alerts.sending import send_due_digest
from campaign_health.sandbox.slack.slack_service import TOKEN, running_slack
from tests.digest_warehouse import MONDAY, at, break_campaign, settings_in, warehouse_in

# Runs the real sending in a process of its own, which is killed right before or after the named step.
KILLED_RUN = """
import os, signal, sys
from pathlib import Path
from campaign_health.alerts import sending
from campaign_health.alerts.channels import slack_bot, slack_webhook
from storage.file.database import Warehouse
from tests.digest_warehouse import MONDAY, at, settings_in

folder, step, moment = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
owner = {"deliver": slack_webhook.SlackWebhook, "_call": slack_bot.SlackBot, "publish": Warehouse}.get(step, sending)
real = getattr(owner, step)

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def wrapped(*arguments, **options):
    if moment == "before":
        die()
    answer = real(*arguments, **options)
    die()
    return answer

setattr(owner, step, wrapped)
settings, workspace = settings_in(folder, **dict(item.split("=", 1) for item in sys.argv[4:]))
sending.send_due_digest(Warehouse(folder / "data"), settings, workspace, at(MONDAY))
"""
STEPS = ["read_situation", "claim_announcement", "tried", "deliver", "settle_announcement", "publish"]
MOMENTS = [(step, moment) for step in STEPS for moment in ("before", "after")]
# One that loses nothing and one that may say it twice; the others are slow.
QUICK = [("claim_announcement", "after"), ("deliver", "after")]


def killed_at(moments: list[tuple[str, str]]) -> list[Any]:
    return [pytest.param(*one, marks=[] if one in QUICK else pytest.mark.slow("kills")) for one in moments]


def announcement_ids(messages: list[str]) -> list[str]:
    return [found for message in messages for found in re.findall(r"id ([0-9a-f]{12})", message)]


@pytest.mark.slow("kills")
@pytest.mark.parametrize(("step", "moment"), killed_at(MOMENTS))
def test_no_change_is_lost_and_a_duplicate_can_be_told(tmp_path: Path, step: str, moment: str) -> None:
    warehouse = warehouse_in(tmp_path)
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    with running_slack() as slack:
        address = f"SLACK_WEBHOOK_URL={slack.webhook_url}"
        killed = subprocess.run(
            [sys.executable, "-c", KILLED_RUN, str(tmp_path), step, moment, address],
            check=False,
            cwd=Path(__file__).parents[1],
        )
        assert killed.returncode == -9
        settings, workspace = settings_in(tmp_path, SLACK_WEBHOOK_URL=slack.webhook_url)
        for minute in (5, 10):
            send_due_digest(warehouse, settings, workspace, at(MONDAY, 9, minute))
        told = [json.dumps(message.payload) for message in slack.messages]
    assert all("Campaign 1" in message for message in told)
    # Only a death after the message left and before that was stored may say it twice, under one id.
    uncertain = (step, moment) in {("deliver", "after"), ("tried", "after"), ("settle_announcement", "before"),
                                   ("settle_announcement", "after")}  # fmt: skip
    assert len(told) == (2 if uncertain else 1)
    assert len(set(announcement_ids(told))) == 1


@pytest.mark.parametrize("moment", [pytest.param("before", marks=pytest.mark.slow("kills")), "after"])
def test_a_bot_killed_in_the_middle_of_an_edit_loses_nothing(tmp_path: Path, moment: str) -> None:
    warehouse = warehouse_in(tmp_path)
    with running_slack() as slack:
        environment = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_CHANNEL": "#c", "SLACK_API_URL": slack.api_url}
        settings, workspace = settings_in(tmp_path, **environment)
        break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
        send_due_digest(warehouse, settings, workspace, at(MONDAY))
        break_campaign(warehouse, 2, MONDAY - timedelta(days=1))
        pairs = [f"{name}={value}" for name, value in environment.items()]
        killed = subprocess.run(
            [sys.executable, "-c", KILLED_RUN, str(tmp_path), "_call", moment, *pairs],
            check=False,
            cwd=Path(__file__).parents[1],
        )
        assert killed.returncode == -9
        send_due_digest(warehouse, settings, workspace, at(MONDAY, 10))
        first = slack.messages[0]
    assert "Campaign 2" in json.dumps(first.payload)
    replies = [message for message in slack.messages if message.thread_ts == first.ts]
    assert 1 <= len(replies) <= 2
    assert len(set(announcement_ids([json.dumps(reply.payload) for reply in replies]))) == 1
