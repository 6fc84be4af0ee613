"""Calls a method of Slack's Web API with a bot's token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaign_health.alerts.channels.receiver import receiver
from campaign_health.settings import HttpSettings
from campaign_health.words.visible import visible
from collectors.http.answers import Answer

SLACK_API = "https://slack.com/api"
# Slack repeats the whole message that it was told.
LARGEST_ANSWER = 256 * 1024


@dataclass(frozen=True)
class SlackAnswer:
    """What Slack answered.

    Attributes:
        answer: The answer over HTTP.
        data: Its body; where that is no JSON object, `error` says so.
    """

    answer: Answer
    data: Mapping[str, Any]

    @property
    def is_done(self) -> bool:
        """Whether Slack did what it was told."""
        return self.answer.status == 200 and bool(self.data.get("ok"))


def call_slack(
    token: str, api_url: str | None, http: HttpSettings, method: str, arguments: Mapping[str, Any]
) -> SlackAnswer:
    """Slack's answer to one call of a method, such as `chat.postMessage`.

    Args:
        token: The bot's.
        api_url: The base of the methods instead of Slack's.
        http: How long to wait.
        method: See https://docs.slack.dev/reference/methods
        arguments: As JSON has them.

    Raises:
        DeliveryFailed: no whole answer came.
    """
    with receiver("Slack", api_url or SLACK_API, http, key=token) as client:
        answer = client.post_json(f"/{method}", json.dumps(arguments).encode(), most_bytes=LARGEST_ANSWER)
    try:
        data = json.loads(answer.text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        data = {"error": visible(f"Received a response in a non-JSON format: {answer.text}", 140)}
    return SlackAnswer(answer, data)
