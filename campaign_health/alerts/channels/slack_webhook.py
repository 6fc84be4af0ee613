"""Delivers a digest through a Slack incoming webhook."""

from __future__ import annotations

from http.client import HTTPException

from slack_sdk.errors import SlackClientError
from slack_sdk.http_retry import RetryHandler
from slack_sdk.webhook import WebhookClient

from campaign_health.alerts.channels.delivery import DeliveryFailed, Receipt, asked_wait
from campaign_health.alerts.digest.digest import Digest
from campaign_health.alerts.forms.slack_blocks import slack_message
from campaign_health.words.visible import visible

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

    def __init__(self, address: str, timeout_seconds: int) -> None:
        no_retries: list[RetryHandler] = []
        self._client = WebhookClient(address, timeout=timeout_seconds, retry_handlers=no_retries)

    def deliver(self, digest: Digest, today: Receipt | None) -> Receipt:
        """Posts the digest; raises DeliveryFailed, whose text never holds the webhook's address."""
        try:
            answer = self._client.send_dict(slack_message(digest))
        except (OSError, HTTPException, SlackClientError, ValueError) as failure:
            # The library's own text may hold the address, which is a secret.
            raise DeliveryFailed(f"Slack could not be reached ({type(failure).__name__})") from None
        if answer.status_code == 200:
            return {}
        if answer.status_code == 429:
            wait = next((value for name, value in answer.headers.items() if name.lower() == "retry-after"), None)
            raise DeliveryFailed("Slack asks to wait", retry_after=asked_wait(wait) or 60.0)
        code = visible(answer.body, 60)
        if answer.status_code >= 500:
            raise DeliveryFailed(f"Slack has a fault of its own (HTTP {answer.status_code})")
        cure = CURES.get(code, "check SLACK_WEBHOOK_URL")
        raise DeliveryFailed(f"Slack refused the message (HTTP {answer.status_code} {code}): {cure}", final=True)
