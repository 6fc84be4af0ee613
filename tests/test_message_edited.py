"""The day's message in Slack says what people have said since then; nothing is announced by that."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

from campaign_health.alerts.channels.delivery import Delivery
from campaign_health.alerts.editing import edit_days_message
from campaign_health.cli.main import campaign_health
from campaign_health.dashboard.acts.days_message import message_follows
from campaign_health.decisions.record_decision import change_warehouse, record_decision, undo_decisions
from campaign_health.sandbox.slack.slack_service import SlackSandbox
from storage.file.database import Warehouse
from storage.read.decisions_made import DecisionKind
from tests.digest_sending_cast import bot, headlines, send
from tests.digest_warehouse import MONDAY, WORKSPACE, at, break_campaign, mend_campaign, settings_in

SUNDAY = MONDAY - timedelta(days=1)


def edit(warehouse: Warehouse, slack: SlackSandbox, now: datetime, **more: str) -> list[Delivery]:
    settings, workspace = settings_in(warehouse.path.parent.parent, **bot(slack, **more))
    return edit_days_message(warehouse, settings, workspace, now)


def say(warehouse: Warehouse, kind: DecisionKind, now: datetime, **about: object) -> str:
    return change_warehouse(
        warehouse,
        lambda connection: record_decision(connection, WORKSPACE, kind, "Ada", now, **about),  # type: ignore[arg-type]
    )


def shown(slack: SlackSandbox, number: int = 0) -> str:
    return json.dumps(slack.messages[number].payload["blocks"])


def test_what_somebody_says_stands_in_the_message_and_goes_when_it_is_taken_back(
    warehouse: Warehouse, slack: SlackSandbox
) -> None:
    incident_id = break_campaign(warehouse, 1, SUNDAY)
    send(warehouse, slack, at(MONDAY), **bot(slack))
    before = slack.messages[0].payload["blocks"]
    said = say(warehouse, "acknowledge", at(MONDAY, 10), incident_id=incident_id)
    assert [one.outcome for one in edit(warehouse, slack, at(MONDAY, 10))] == ["edited"]
    assert "Ada is on it" in shown(slack)
    assert headlines(slack) == ["1 campaign has broken"]
    assert edit(warehouse, slack, at(MONDAY, 11)) == []
    change_warehouse(warehouse, lambda one: undo_decisions(one, WORKSPACE, [said], "Ada", at(MONDAY, 12)))
    edit(warehouse, slack, at(MONDAY, 12))
    assert slack.messages[0].payload["blocks"] == before
    assert (len(slack.messages), slack.messages[0].edits) == (1, 2)


@pytest.mark.parametrize(
    ("kind", "about", "words"),
    [
        (
            "mute",
            {"reason": "a launch", "until": MONDAY + timedelta(days=3)},
            "Muted until Thu 26 Nov by Ada: a launch",
        ),
        *(
            pytest.param(*said, marks=pytest.mark.slow("weeks of digests"))
            for said in (
                ("expected", {"reason": "a new plan"}, "a new plan"),
                ("false_alarm", {}, "alse alarm"),
                ("fixed", {"reason": "set the trigger"}, "set the trigger"),
            )
        ),
    ],
)
def test_each_thing_that_can_be_said_is_shown(
    warehouse: Warehouse, slack: SlackSandbox, kind: DecisionKind, about: dict[str, object], words: str
) -> None:
    incident_id = break_campaign(warehouse, 1, SUNDAY)
    send(warehouse, slack, at(MONDAY), **bot(slack))
    say(warehouse, kind, at(MONDAY, 10), incident_id=incident_id, **about)
    edit(warehouse, slack, at(MONDAY, 10))
    assert words in shown(slack)
    assert len(slack.messages) == 1


def test_what_is_new_since_the_message_waits_for_the_next_one(warehouse: Warehouse, slack: SlackSandbox) -> None:
    incident_id = break_campaign(warehouse, 1, SUNDAY)
    send(warehouse, slack, at(MONDAY), **bot(slack))
    break_campaign(warehouse, 2, MONDAY)
    say(warehouse, "acknowledge", at(MONDAY, 10), incident_id=incident_id)
    edit(warehouse, slack, at(MONDAY, 10))
    assert "Campaign 2" not in shown(slack)
    send(warehouse, slack, at(MONDAY, 14), **bot(slack))
    first, reply = slack.messages
    assert reply.thread_ts == first.ts
    for message in (first, reply):
        assert "Campaign 2" in json.dumps(message.payload)
        assert "Ada is on it" in json.dumps(message.payload)


def test_what_has_recovered_since_is_said_as_that_and_told_all_the_same(
    warehouse: Warehouse, slack: SlackSandbox
) -> None:
    incident_id = break_campaign(warehouse, 1, SUNDAY)
    send(warehouse, slack, at(MONDAY), **bot(slack))
    mend_campaign(warehouse, incident_id, MONDAY)
    edit(warehouse, slack, at(MONDAY, 10))
    assert "Recovered" in shown(slack)
    send(warehouse, slack, at(MONDAY, 14), **bot(slack))
    assert "Recovered" in shown(slack, 1)


def test_an_urgent_message_and_a_route_are_edited_too(warehouse: Warehouse, slack: SlackSandbox) -> None:
    settings = {"CAMPAIGN_HEALTH_URGENT_MISSED_SENDS": "10", "CAMPAIGN_HEALTH_DIGEST_ROUTES": "tag:t1=#one"}
    incident_id = break_campaign(warehouse, 1, SUNDAY)
    break_campaign(warehouse, 2, SUNDAY, missed=1.0)
    send(warehouse, slack, at(MONDAY, 7), **bot(slack, **settings))
    say(warehouse, "acknowledge", at(MONDAY, 8), incident_id=incident_id)
    assert {one.channel for one in edit(warehouse, slack, at(MONDAY, 8), **settings)} == {"slack", "slack:#one"}
    for number in range(2):
        assert "Ada is on it" in shown(slack, number)
        assert "Campaign 2" not in shown(slack, number)


def test_yesterdays_message_stays_as_it_was(warehouse: Warehouse, slack: SlackSandbox) -> None:
    incident_id = break_campaign(warehouse, 1, SUNDAY)
    send(warehouse, slack, at(MONDAY), **bot(slack))
    tuesday = at(MONDAY + timedelta(days=1), 8)
    say(warehouse, "acknowledge", tuesday, incident_id=incident_id)
    assert edit(warehouse, slack, tuesday) == []
    assert slack.messages[0].edits == 0


def test_a_message_that_cannot_be_edited_is_told_of_and_tried_again(warehouse: Warehouse, slack: SlackSandbox) -> None:
    incident_id = break_campaign(warehouse, 1, SUNDAY)
    send(warehouse, slack, at(MONDAY), **bot(slack))
    say(warehouse, "acknowledge", at(MONDAY, 10), incident_id=incident_id)
    slack.faults.append("down")
    [failed] = edit(warehouse, slack, at(MONDAY, 10))
    assert (failed.outcome, "HTTP 503" in failed.reason) == ("failed", True)
    assert [one.outcome for one in edit(warehouse, slack, at(MONDAY, 11))] == ["edited"]
    assert "Ada is on it" in shown(slack)


def test_the_page_does_not_wait_for_slack(warehouse: Warehouse, slack: SlackSandbox) -> None:
    incident_id = break_campaign(warehouse, 1, SUNDAY)
    send(warehouse, slack, at(MONDAY), **bot(slack))
    say(warehouse, "acknowledge", at(MONDAY, 10), incident_id=incident_id)
    settings, _ = settings_in(warehouse.path.parent.parent, **bot(slack))
    message_follows(warehouse, settings, WORKSPACE, at(MONDAY, 10))
    [thread] = [one for one in threading.enumerate() if one.name == "days-message"]
    thread.join(60)
    assert "Ada is on it" in shown(slack)


def test_a_webhook_has_nothing_to_edit(warehouse: Warehouse, slack: SlackSandbox) -> None:
    incident_id = break_campaign(warehouse, 1, SUNDAY)
    send(warehouse, slack, at(MONDAY))
    say(warehouse, "acknowledge", at(MONDAY, 10), incident_id=incident_id)
    settings, workspace = settings_in(warehouse.path.parent.parent, SLACK_WEBHOOK_URL=slack.webhook_url)
    assert edit_days_message(warehouse, settings, workspace, at(MONDAY, 10)) == []


def test_the_command_that_sends_says_that_it_edited(
    warehouse: Warehouse, slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident_id = break_campaign(warehouse, 1, SUNDAY)
    send(warehouse, slack, at(MONDAY), **bot(slack))
    say(warehouse, "acknowledge", at(MONDAY, 10), incident_id=incident_id)
    monkeypatch.chdir(warehouse.path.parent.parent)
    for name, value in {**bot(slack), "CAMPAIGN_HEALTH_NOW": at(MONDAY, 11).isoformat()}.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(campaign_health, ["digest"], catch_exceptions=False)
    assert "default, slack: edited" in result.stdout
    assert "Ada is on it" in shown(slack)
