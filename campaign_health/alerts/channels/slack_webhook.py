"""Delivers a digest through a Slack incoming webhook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from campaign_health.alerts.channels.delivery import DeliveryFailed, Receipt, ReportMessage
from campaign_health.alerts.channels.receiver import receiver, wait_asked_by
from campaign_health.alerts.digest.digest_data import Digest
from campaign_health.alerts.forms.report_slack import report_slack
from campaign_health.alerts.forms.slack_blocks import slack_messages
from campaign_health.settings import HttpSettings
from campaign_health.words.visible import visible
from collectors.http.answers import Answer

# https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks
CURES = {
    "no_service": "the webhook was revoked; make a new one in Slack and set SLACK_WEBHOOK_URL",
    "no_team": "the Slack workspace is gone; set SLACK_WEBHOOK_URL to a webhook of another one",
    "invalid_token": "the webhook's address is wrong or was revoked; set SLACK_WEBHOOK_URL anew",
    "channel_not_found": "the channel was deleted; make a webhook for another channel",
    "channel_is_archived": "the channel is archived; unarchive it, or make a webhook for another channel",
    "action_prohibited": "an administrator forbids posting there; ask them to allow it",
    "posting_to_general_channel_denied": "only admins may post there; make a webhook for another channel",
    "invalid_payload": "Slack could not read the message; please report this",
}


class SlackWebhook:
    """A webhook posts to one channel and cannot edit what it posted."""

    name = "slack"
    editable = False

    def __init__(self, address: str, http: HttpSettings) -> None:
        self._address = address
        self._http = http

    def deliver(self, digest: Digest, today: Receipt | None) -> Receipt:
        """Posts the digest; raises DeliveryFailed, whose text never holds the webhook's address."""
        for message in slack_messages(digest):
            self._post(message)
        return {}

    def deliver_report(self, message: ReportMessage) -> None:
        """Posts a monthly report."""
        self._post(report_slack(message.text, message.link, message.identity))

    def _post(self, message: Mapping[str, Any]) -> None:
        with receiver("Slack", self._address, self._http) as client:
            _check(client.post_json("", json.dumps(message).encode()))


def _check(answer: Answer) -> None:
    """Raises DeliveryFailed where Slack did not take a message."""
    if answer.status == 200:
        return
    if answer.status == 429:
        raise DeliveryFailed("Slack asks to wait", retry_after=wait_asked_by(answer) or 60.0)
    if answer.status >= 500:
        raise DeliveryFailed(f"Slack has a fault of its own (HTTP {answer.status})")
    code = visible(answer.text, 60)
    cure = CURES.get(code, "check SLACK_WEBHOOK_URL")
    raise DeliveryFailed(f"Slack refused the message (HTTP {answer.status} {code}): {cure}", final=True)
