"""Asks Slack whether the webhook or the bot is good, without sending a message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from campaign_health.alerts.channels.delivery import DeliveryFailed
from campaign_health.alerts.channels.slack_api import call_slack
from campaign_health.health.finding import Finding, fine, note, wrong
from campaign_health.settings import HttpSettings, SlackSettings

NEEDED_SCOPE = "chat:write"
WEBHOOK_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")
BAD_TOKEN = ("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive")


def examine_slack(slack: SlackSettings, http: HttpSettings) -> Iterator[Finding]:
    """Findings on the webhook and the bot, whichever are set."""
    if slack.bot_token is None and slack.webhook_url is None:
        yield note(
            "Slack",
            "It is not set up; incidents are only seen in the dashboard.",
            "Set SLACK_BOT_TOKEN and SLACK_CHANNEL, or SLACK_WEBHOOK_URL.",
        )
    if slack.webhook_url is not None:
        yield _webhook(slack.webhook_url.get_secret_value())
    if slack.bot_token is not None:
        yield _bot(slack, http)


def _webhook(address: str) -> Finding:
    """A webhook can only be tried by posting to it: its address alone is looked at."""
    subject = "Slack webhook"
    parts = urlsplit(address)
    if parts.hostname in WEBHOOK_HOSTS and not re.fullmatch(r"/(services|workflows|triggers)/.+/.+", parts.path):
        return wrong(subject, "Its address is not that of a webhook.", "Copy SLACK_WEBHOOK_URL from Slack again.")
    return fine(subject, "It is set; `campaign-health digest --test` sends a test message.")


def _bot(slack: SlackSettings, http: HttpSettings) -> Finding:
    subject = "Slack bot"
    assert slack.bot_token is not None
    if slack.channel is None:
        return wrong(subject, "SLACK_BOT_TOKEN is set without SLACK_CHANNEL.", "Set SLACK_CHANNEL.")
    try:
        said = call_slack(slack.bot_token.get_secret_value(), slack.api_url, http, "auth.test", {})
    except DeliveryFailed as failure:
        return wrong(subject, f"{failure.reason}.", "Check SLACK_API_URL.")
    if not said.is_done:
        code = str(said.data.get("error"))
        if code in BAD_TOKEN:
            return wrong(subject, f"Slack does not accept the token ({code}).", "Set SLACK_BOT_TOKEN anew.")
        return note(subject, f"Slack could not say whether the token works ({code}).", "Look again later.")
    scopes = said.answer.headers.get("X-OAuth-Scopes", NEEDED_SCOPE).split(",")
    if NEEDED_SCOPE not in scopes:
        return wrong(subject, f"The bot has no {NEEDED_SCOPE} scope.", "Add it in Slack and install the app again.")
    return fine(subject, f"The token works in {said.data.get('team')} (nothing was sent).")
