"""Has the day's message say what somebody has just said on a page, without letting them wait for it."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from campaign_health.alerts.editing import edit_days_message
from campaign_health.settings import Settings
from storage.errors import ExpectedFailure
from storage.file.database import Warehouse

_log = logging.getLogger(__name__)


def message_follows(warehouse: Warehouse, settings: Settings, name: str, now: datetime) -> None:
    """Edits the workspace's message of the day beside the page that is drawn: Slack may take its time, and what it
    cannot take now the schedule puts right when it next looks at the digest.
    """
    workspace = next((one for one in settings.workspaces if one.name == name), None)
    if workspace is None or workspace.slack.bot_token is None:
        return

    def edit() -> None:
        try:
            for one in edit_days_message(warehouse, settings, workspace, now):
                if one.outcome == "failed":
                    _log.warning("The message of today on %s was not edited: %s", one.channel, one.reason)
        except ExpectedFailure as failure:
            _log.warning("The message of today was not edited: %s", failure)

    threading.Thread(target=edit, name="days-message", daemon=True).start()
