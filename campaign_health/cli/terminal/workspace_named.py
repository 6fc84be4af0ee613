"""The workspace that a command is asked about."""

from __future__ import annotations

from campaign_health.errors import SettingsError
from campaign_health.settings import Settings


def check_workspace(settings: Settings, name: str | None) -> None:
    """Raise SettingsError where there is no workspace of that name."""
    names = [workspace.name for workspace in settings.workspaces]
    if name is not None and name not in names:
        raise SettingsError(f"There is no workspace {name!r}.", f"Known: {', '.join(names)}.")
