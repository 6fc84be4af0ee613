"""The channels that a workspace's settings name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from campaign_health.alerts.channels.apprise_channel import AppriseChannel
from campaign_health.alerts.channels.apprise_library import scheme_of
from campaign_health.alerts.channels.delivery import Channel
from campaign_health.alerts.channels.mail import Mail
from campaign_health.alerts.channels.slack_bot import SlackBot
from campaign_health.alerts.channels.slack_webhook import SlackWebhook
from campaign_health.alerts.channels.webhook import JsonWebhook
from campaign_health.alerts.digest.situation import Situation
from campaign_health.errors import SettingsError
from campaign_health.settings import HttpSettings, Settings, SlackSettings, WorkspaceSettings
from campaign_health.state.incident import Incident


@dataclass(frozen=True)
class Route:
    """Which incidents a channel hears of: those of a tag or an owner."""

    kind: Literal["tag", "owner"]
    value: str

    def takes(self, incident: Incident) -> bool:
        """Whether the incident goes this way: that of a source to whomever one of its campaigns goes to."""
        return self.value in (incident.tags if self.kind == "tag" else (incident.owner, *incident.owners))


def channels_of(
    workspace: WorkspaceSettings, settings: Settings, now: datetime
) -> list[tuple[Channel, tuple[Route, ...]]]:
    """Every channel of the workspace, with the routes that narrow it; no route: it hears of everything.

    Raises:
        SettingsError: routes to Slack channels are set without a bot token, or a bot token without a channel.
    """
    slack = workspace.slack
    found: list[tuple[Channel, tuple[Route, ...]]] = []
    if slack.bot_token is not None:
        if slack.channel is None:
            raise SettingsError(
                "SLACK_BOT_TOKEN is set without SLACK_CHANNEL.", "Say which channel the digest goes to."
            )
        found.append((_bot(slack, slack.channel, settings.http, "slack"), ()))
        routed: dict[str, list[Route]] = {}
        for kind, value, channel in workspace.digest.routes:
            routed.setdefault(channel, []).append(Route(kind, value))
        found += [(_bot(slack, channel, settings.http, f"slack:{channel}"), tuple(r)) for channel, r in routed.items()]
    elif slack.webhook_url is not None:
        found.append((SlackWebhook(slack.webhook_url.get_secret_value(), settings.http), ()))
    if workspace.digest.routes and slack.bot_token is None:
        raise SettingsError(
            "CAMPAIGN_HEALTH_DIGEST_ROUTES needs SLACK_BOT_TOKEN.", "A webhook posts to its own channel only."
        )
    if webhook := workspace.digest.webhook:
        secret = webhook.secret.get_secret_value() if webhook.secret else None
        seconds = int(now.timestamp())
        found.append((JsonWebhook(webhook.url.get_secret_value(), secret, settings.http, lambda: seconds), ()))
    if workspace.digest.smtp:
        found.append((Mail(workspace.digest.smtp, settings.http.read_seconds), ()))
    counted: dict[str, int] = {}
    for address in workspace.digest.apprise:
        scheme = scheme_of(address.get_secret_value())
        counted[scheme] = counted.get(scheme, 0) + 1
        # By its place, not by what is in it: a key that is set anew leaves the channel what it was told.
        name = f"apprise:{scheme}" if counted[scheme] == 1 else f"apprise:{scheme}-{counted[scheme]}"
        found.append((AppriseChannel(address.get_secret_value(), name, settings.http), ()))
    return found


def narrowed(situation: Situation, routes: tuple[Route, ...]) -> Situation:
    """What a channel with `routes` hears of: its own incidents, and nothing of what could not be checked."""
    if not routes:
        return situation
    incidents = tuple(i for i in situation.incidents if any(route.takes(i) for route in routes))
    ids = {incident.incident_id for incident in incidents}
    changes = tuple(change for change in situation.changes if change.incident_id in ids)
    return replace(
        situation, incidents=incidents, changes=changes, failed_sources=(), unchecked=(), late=(), early=(), delivery=()
    )


def _bot(slack: SlackSettings, channel: str, http: HttpSettings, name: str) -> SlackBot:
    if slack.bot_token is None:
        raise SettingsError("SLACK_BOT_TOKEN is not set.", "Set it to the bot's token.")
    return SlackBot(slack.bot_token.get_secret_value(), channel, slack.api_url, http, name)
