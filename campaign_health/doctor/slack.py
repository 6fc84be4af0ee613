"""Asks Slack whether the webhook or the bot is good, without sending a message."""

from __future__ import annotations

from collections.abc import Iterator

import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from campaign_health.alerts.slack_webhook import CURES
from campaign_health.doctor.finding import Finding, fine, note, wrong
from campaign_health.settings import HttpSettings, SlackSettings

NEEDED_SCOPE = "chat:write"
# What Slack answers to an empty message on a webhook that works.
NOTHING_TO_SAY = ("no_text", "invalid_payload", "missing_text_or_fallback_or_attachments")


def examine_slack(slack: SlackSettings, http: HttpSettings) -> Iterator[Finding]:
    """Findings on the webhook and the bot, whichever are set."""
    if slack.bot_token is None and slack.webhook_url is None:
        yield note("Slack", "It is not set up; incidents are only seen in the dashboard.", "Set SLACK_WEBHOOK_URL.")
    if slack.webhook_url is not None:
        yield _webhook(slack.webhook_url.get_secret_value(), http)
    if slack.bot_token is not None:
        yield _bot(slack, http)


def _webhook(address: str, http: HttpSettings) -> Finding:
    subject = "Slack webhook"
    try:
        # An empty message is refused before it is posted: the refusal tells whether the webhook exists.
        answer = requests.post(address, json={}, timeout=(http.connect_seconds, http.read_seconds))
    except requests.RequestException as failure:
        return wrong(subject, f"It could not be reached ({type(failure).__name__}).", "Check SLACK_WEBHOOK_URL.")
    code = answer.text.strip()[:60]
    if answer.status_code == 400 and code in NOTHING_TO_SAY:
        return fine(subject, "It works (nothing was sent).")
    if answer.status_code >= 500:
        return note(subject, f"Slack has a fault of its own (HTTP {answer.status_code}).", "Look again later.")
    cure = CURES.get(code, "Check SLACK_WEBHOOK_URL.")
    return wrong(subject, f"Slack answered HTTP {answer.status_code} {code}.", cure[0].upper() + cure[1:])


def _bot(slack: SlackSettings, http: HttpSettings) -> Finding:
    subject = "Slack bot"
    assert slack.bot_token is not None
    if slack.channel is None:
        return wrong(subject, "SLACK_BOT_TOKEN is set without SLACK_CHANNEL.", "Set SLACK_CHANNEL.")
    base = WebClient.BASE_URL if slack.api_url is None else f"{slack.api_url}/"
    client = WebClient(slack.bot_token.get_secret_value(), base_url=base, timeout=int(http.read_seconds) or 1)
    try:
        answer = client.auth_test()
    except SlackApiError as failure:
        return wrong(subject, f"Slack answered {failure.response.get('error')}.", "Check SLACK_BOT_TOKEN.")
    except (SlackClientError, OSError) as failure:
        return wrong(subject, f"Slack could not be reached ({type(failure).__name__}).", "Check SLACK_API_URL.")
    scopes = str(answer.headers.get("x-oauth-scopes", NEEDED_SCOPE)).split(",") if answer.headers else [NEEDED_SCOPE]
    if NEEDED_SCOPE not in scopes:
        return wrong(subject, f"The bot has no {NEEDED_SCOPE} scope.", "Add it in Slack and install the app again.")
    return fine(subject, f"The token works in {answer.get('team')} (nothing was sent).")
