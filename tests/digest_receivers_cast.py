"""A small digest, and the channels that send it over HTTP to one address."""

from __future__ import annotations

from datetime import date

from campaign_health.alerts.channels.delivery import Channel, DeliveryFailed
from campaign_health.alerts.channels.slack_bot import SlackBot
from campaign_health.alerts.channels.slack_webhook import SlackWebhook
from campaign_health.alerts.channels.webhook import JsonWebhook
from campaign_health.alerts.digest.digest_data import Digest
from campaign_health.settings import HttpSettings

DIGEST = Digest(
    announcement_id="abc",
    workspace="default",
    kind="digest",
    day=date(2026, 11, 24),
    headline="Nothing new",
    rest="No other campaigns.",
    sections=(),
    change_ids=(),
    link=None,
)
KINDS = ("bot", "slack", "webhook")
TOKEN = "xoxb-secret-token-of-the-bot"
SECRET_PATH = "/services/T000/B000/secret-part-of-the-address"


def http_settings(read_seconds: float) -> HttpSettings:
    """Settings that give a receiver so long between two bytes."""
    return HttpSettings(
        connect_seconds=2, read_seconds=read_seconds, source_minutes=45, run_minutes=120, is_replay=False
    )


def channel_at(kind: str, url: str, read_seconds: float = 2.0) -> Channel:
    """A channel of one of the `KINDS` that asks the server at `url`."""
    http = http_settings(read_seconds)
    if kind == "bot":
        return SlackBot(TOKEN, "#c", url, http, "slack")
    if kind == "slack":
        return SlackWebhook(url + SECRET_PATH, http)
    return JsonWebhook(url + SECRET_PATH, None, http, lambda: 0)


def failed_delivery(channel: Channel) -> DeliveryFailed:
    """Why the digest did not arrive."""
    try:
        channel.deliver(DIGEST, None)
    except DeliveryFailed as failure:
        return failure
    raise AssertionError("it was delivered")
