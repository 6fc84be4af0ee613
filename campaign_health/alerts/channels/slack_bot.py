"""Delivers digests with a Slack bot token: the day's message is edited in place, what changed goes in its thread.

It is edited, too, when somebody says what is done about what it tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from campaign_health.alerts.channels.delivery import DeliveryFailed, Receipt, ReportMessage
from campaign_health.alerts.channels.receiver import wait_asked_by
from campaign_health.alerts.channels.slack_api import SlackAnswer, call_slack
from campaign_health.alerts.digest.digest_data import Digest
from campaign_health.alerts.forms.report_slack import report_slack
from campaign_health.alerts.forms.slack_blocks import slack_message, slack_messages
from campaign_health.settings import HttpSettings
from campaign_health.words.visible import visible

CURES = {
    "invalid_auth": "the token is wrong; set SLACK_BOT_TOKEN anew",
    "not_authed": "set SLACK_BOT_TOKEN",
    "token_revoked": "the token was revoked; install the app again and set SLACK_BOT_TOKEN",
    "token_expired": "the token has expired; set SLACK_BOT_TOKEN anew",
    "account_inactive": "the bot was removed; install the app again",
    "missing_scope": "the app lacks the scope chat:write; add it and install the app again",
    "channel_not_found": "there is no such channel, or the bot cannot see it; check SLACK_CHANNEL and invite the bot",
    "not_in_channel": "invite the bot to the channel",
    "is_archived": "the channel is archived; unarchive it, or set SLACK_CHANNEL to another",
    "restricted_action": "an administrator forbids posting there; ask them to allow it",
}
# Slack's own faults, which pass: https://api.slack.com/methods/chat.postMessage#errors
PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
# The day's message was deleted by somebody.
GONE = frozenset({"thread_not_found", "message_not_found", "cannot_reply_to_message"})


class SlackBot:
    """Posts to one channel as the bot."""

    editable = True

    def __init__(self, token: str, channel: str, api_url: str | None, http: HttpSettings, name: str) -> None:
        self.name = name
        self._token = token
        self._channel = channel
        self._api_url = api_url
        self._http = http

    def deliver(self, digest: Digest, today: Receipt | None) -> Receipt:
        """Posts the digest, or edits the day's message and says in its thread what changed."""
        message, *continued = slack_messages(digest)
        if not today or not today.get("ts"):
            return self._post_with(message, continued)
        try:
            self._post({**message, "thread_ts": today["ts"]}, channel=today["channel"])
        except DeliveryFailed as failure:
            if failure.code in GONE:
                return self._post_with(message, continued)
            raise
        self._continue(today, continued)
        # From here on it has been said; a message that can no longer be edited is no reason to say it again.
        try:
            self.edit(digest, today)
        except DeliveryFailed as failure:
            return {**today, "not_edited": failure.reason}
        return dict(today)

    def edit(self, digest: Digest, receipt: Receipt) -> None:
        """Puts the digest in place of a message's text; what goes on in its thread stays as it is."""
        message = _editable(slack_message(digest))
        self._call("chat.update", {**message, "channel": receipt["channel"], "ts": receipt["ts"]})

    def deliver_report(self, message: ReportMessage) -> None:
        """Posts a monthly report as a message of its own."""
        self._post(report_slack(message.text, message.link, message.identity))

    def _post_with(self, message: dict[str, Any], continued: Sequence[dict[str, Any]]) -> Receipt:
        receipt = self._post(message)
        self._continue(receipt, continued)
        return receipt

    def _continue(self, of: Receipt, continued: Sequence[dict[str, Any]]) -> None:
        for part in continued:
            self._post({**part, "thread_ts": of["ts"]}, channel=of["channel"])

    def _post(self, message: dict[str, Any], channel: str | None = None) -> dict[str, Any]:
        answer = self._call("chat.postMessage", {**message, "channel": channel or self._channel})
        return {"channel": str(answer.get("channel") or channel or self._channel), "ts": str(answer.get("ts") or "")}

    def _call(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answer = call_slack(self._token, self._api_url, self._http, method, arguments)
        if not answer.is_done:
            raise _failed(answer)
        return dict(answer.data)


def _editable(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if not name.startswith("unfurl_")}


def _failed(slack: SlackAnswer) -> DeliveryFailed:
    status = slack.answer.status
    code = visible(slack.data["error"], 60) if slack.data.get("error") else ""
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return DeliveryFailed("Slack asks to wait", retry_after=wait_asked_by(slack.answer) or 60.0)
    if status >= 500 or code in PASSING or not code:
        return DeliveryFailed(f"Slack has a fault of its own (HTTP {status} {code})".replace(" )", ")"))
    cure = CURES.get(code, "see Slack's list of errors")
    return DeliveryFailed(f"Slack refused the message ({code}): {cure}", final=True, code=code)
