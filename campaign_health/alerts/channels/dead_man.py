"""Tells an outside watcher that a run was complete, so that a dead monitor is noticed (healthchecks.io style)."""

from __future__ import annotations

from campaign_health.alerts.channels.delivery import DeliveryFailed
from campaign_health.alerts.channels.receiver import receiver
from campaign_health.settings import HttpSettings, WorkspaceSettings


def ping(workspace: WorkspaceSettings, http: HttpSettings) -> str | None:
    """Asks the workspace's dead-man address; gives back why that failed, or None. Call it after a complete run only."""
    address = workspace.digest.dead_man_url
    if address is None:
        return None
    name = "the dead-man address"
    try:
        with receiver(name, address.get_secret_value(), http) as client:
            answer = client.get()
    except DeliveryFailed as failure:
        return failure.reason
    return None if 200 <= answer.status < 300 else f"{name} answered HTTP {answer.status}"
