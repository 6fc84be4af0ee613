"""What a campaign's timeline shows, in words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from campaign_health.dashboard.figures.timeline import Shade
from campaign_health.words.dates import days_text
from campaign_health.words.numbers import plural


def timeline_text(days: pd.DataFrame, shades: Sequence[Shade]) -> str:
    """What the timeline shows, in two sentences, for people who cannot see it."""
    known = days[days["sent"].notna()]
    if not days.empty and (days["campaign_state"] == "not_expected").all():
        return "This campaign was not running in these days, so nothing was sent."
    if known.empty:
        return "No sends have been collected yet."
    last = known.iloc[-1]
    events = "" if pd.isna(last["events"]) else f" for {plural(last['events'], 'event')}"
    missing = int((days["campaign_state"] == "not_collected").sum())
    total = plural(known["sent"].sum(), "send")
    first, newest = pd.Timestamp(days["day"].iloc[0]), pd.Timestamp(days["day"].iloc[-1])
    text = (
        f"From {days_text(first.date(), newest.date())}: "
        f"{plural(last['sent'], 'send')}{events} on the newest collected day, {total} in all."
    )
    if missing:
        text += f" {missing} {'day was' if missing == 1 else 'days were'} not collected."
    if shades:
        text += " Incidents: " + "; ".join(shade.text for shade in shades) + "."
    return text
