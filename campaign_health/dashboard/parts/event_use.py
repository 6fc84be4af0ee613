"""Which campaigns use an event, and how they are doing."""

from __future__ import annotations

import pandas as pd

from campaign_health.dashboard.look.markup import shown
from campaign_health.words.status_words import shape_and_label

IN_USE = "● in use"


def usage(is_seen: bool, used: pd.DataFrame) -> str:
    """Whether a running campaign uses an event; `used` are the rows of `campaign_mappings` of that event."""
    if not is_seen:
        return "○ never seen"
    return IN_USE if (used["state"] == "running").any() else "◔ not in use"


def users(used: pd.DataFrame) -> str:
    """The campaigns, running ones first, each with how it is doing now, or with why it does not run."""
    return ", ".join(
        f"{shown(row['name'])} ({shape_and_label(row['status']) if row['state'] == 'running' else row['state']})"
        for row in used.sort_values("state", key=lambda state: state != "running", kind="stable").to_dict("records")
    )
