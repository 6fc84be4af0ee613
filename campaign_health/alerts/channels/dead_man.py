"""Tells an outside watcher that a run was complete, so that a dead monitor is noticed (healthchecks.io style)."""

from __future__ import annotations

import requests

from campaign_health.settings import HttpSettings, WorkspaceSettings


def ping(workspace: WorkspaceSettings, http: HttpSettings) -> str | None:
    """Asks the workspace's dead-man address; gives back why that failed, or None. Call it after a complete run only."""
    address = workspace.digest.dead_man_url
    if address is None:
        return None
    try:
        answer = requests.get(address.get_secret_value(), timeout=(http.connect_seconds, http.read_seconds))
    except requests.RequestException as failure:
        return f"the dead-man address could not be reached ({type(failure).__name__})"
    return None if answer.ok else f"the dead-man address answered HTTP {answer.status_code}"
