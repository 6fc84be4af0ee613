"""Tells an outside watcher that a run was judged and told, so that a dead monitor is noticed (as healthchecks.io)."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from campaign_health.alerts.channels.delivery import DeliveryFailed
from campaign_health.alerts.channels.receiver import receiver
from campaign_health.settings import HttpSettings, WorkspaceSettings

_NAME = "the dead-man address"


class Signal(StrEnum):
    """What the watcher is told: a run begins, it was judged and told, or it could not be."""

    START = "/start"
    DONE = ""
    FAIL = "/fail"


def ping(workspace: WorkspaceSettings, http: HttpSettings, signal: Signal = Signal.DONE) -> str | None:
    """Asks the workspace's dead-man address; gives back why that failed, or None.

    `START` and `FAIL` are told only to services that know them (Healthchecks, hosted or one's own): elsewhere another
    address would be another thing, or a sign of life from a run that failed.
    """
    address = workspace.digest.dead_man_url
    if address is None:
        return None
    url = address.get_secret_value()
    if signal is not Signal.DONE:
        parts = urlsplit(url)
        if not _knows_signals(parts.hostname or "", parts.path):
            return None
        url = urlunsplit(parts._replace(path=parts.path.rstrip("/") + signal))
    try:
        with receiver(_NAME, url, http) as client:
            answer = client.get()
    except DeliveryFailed as failure:
        return failure.reason
    return None if 200 <= answer.status < 300 else f"{_NAME} answered HTTP {answer.status}"


def _knows_signals(host: str, path: str) -> bool:
    """`https://hc-ping.com/<id>`, or `/ping/<id>` of a Healthchecks of one's own."""
    return host == "hc-ping.com" or path.startswith("/ping/")
