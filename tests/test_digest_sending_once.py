"""Each change is told once, over real HTTP and from a real database file."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest

from campaign_health.alerts.sending import send_due_digest
from campaign_health.sandbox.slack.slack_service import SlackSandbox
from storage.file.database import Warehouse
from tests.digest_sending_cast import headlines, send
from tests.digest_warehouse import MONDAY, at, break_campaign, judged, mend_campaign, run_ended, settings_in


def test_a_break_and_its_recovery_are_told_once_each(warehouse: Warehouse, slack: SlackSandbox) -> None:
    incident = break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    for hour in (8, 9, 10, 11):
        send(warehouse, slack, at(MONDAY, hour))
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    send(warehouse, slack, at(tuesday))
    mend_campaign(warehouse, incident, tuesday)
    send(warehouse, slack, at(wednesday))
    send(warehouse, slack, at(wednesday, 12))
    assert headlines(slack) == ["1 campaign has broken", "1 campaign has recovered"]


def test_without_a_channel_it_says_so_and_stores_nothing(warehouse: Warehouse, slack: SlackSandbox) -> None:
    settings, workspace = settings_in(warehouse.path.parent.parent)
    assert [d.outcome for d in send_due_digest(warehouse, settings, workspace, at(MONDAY))] == ["not_set_up"]


@pytest.mark.slow("weeks of digests")
def test_quiet_weeks_have_one_sign_of_life_each(warehouse: Warehouse, slack: SlackSandbox) -> None:
    for day in range(21):
        judged(warehouse, MONDAY + timedelta(days=day - 1))
        send(warehouse, slack, at(MONDAY + timedelta(days=day)))
    assert headlines(slack) == ["All clear: every campaign that could be checked sends as expected"] * 3


@pytest.mark.slow("weeks of digests")
def test_a_failed_source_is_told_once_until_it_works_again(warehouse: Warehouse, slack: SlackSandbox) -> None:
    for day in range(3):
        run_ended(warehouse, at(MONDAY + timedelta(days=day), 6), "failed")
        send(warehouse, slack, at(MONDAY + timedelta(days=day)))
    run_ended(warehouse, at(MONDAY + timedelta(days=3), 6), "complete")
    send(warehouse, slack, at(MONDAY + timedelta(days=3)))
    run_ended(warehouse, at(MONDAY + timedelta(days=4), 6), "partial")
    send(warehouse, slack, at(MONDAY + timedelta(days=4)))
    assert headlines(slack) == ["Some data could not be checked"] * 2


def test_a_heavy_new_incident_is_announced_at_once_and_not_again(warehouse: Warehouse, slack: SlackSandbox) -> None:
    environment = {"SLACK_WEBHOOK_URL": slack.webhook_url, "CAMPAIGN_HEALTH_URGENT_MISSED_SENDS": "100"}
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1), missed=900)
    break_campaign(warehouse, 2, MONDAY - timedelta(days=1), missed=5)
    send(warehouse, slack, at(MONDAY, 7), **environment)
    assert "Campaign 2" not in json.dumps(slack.messages[0].payload)
    send(warehouse, slack, at(MONDAY, 9), **environment)
    send(warehouse, slack, at(MONDAY, 10), **environment)
    assert headlines(slack) == ["1 campaign has broken", "1 campaign has broken and 1 is still broken"]


def test_two_at_once_send_once(warehouse: Warehouse, slack: SlackSandbox) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    threads = [threading.Thread(target=send, args=(warehouse, slack, at(MONDAY))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send(warehouse, slack, at(MONDAY, 10))
    assert headlines(slack) == ["1 campaign has broken"]
