"""What each message of a campaign sent lately. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from campaign_health.words.dates import day_text
from campaign_health.words.numbers import count

LINE_DAYS = 28


def message_rows(messages: pd.DataFrame, days: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """The messages (rows of `campaign_messages`), `sends_28d` as a list or None; the only one of a campaign with the
    campaign's own sends, for it is not asked for by itself. `days` are the campaign's.
    """
    rows = messages.to_dict("records")
    for row in rows:
        line = row["sends_28d"]
        row["sends_28d"] = [float(value) for value in line] if hasattr(line, "__len__") else None
    # What is provisional may still grow.
    observed = days[(days["campaign_state"] == "observed") & days["sent"].notna()]
    if len(rows) == 1 and pd.isna(rows[0]["known_until"]) and not observed.empty:
        idle = days[(days["campaign_state"] == "not_expected") & days["sent"].notna()]
        rows[0] |= _of_campaign(observed, idle)
    return rows


def week_text(message: Mapping[Hashable, Any], today: date) -> str:
    """A message's sends over the seven days up to the newest that is known of it; a dash where none is."""
    until = message["known_until"]
    if pd.isna(until):
        return "–"
    return f"{count(int(message['sent_in_week']))} until {day_text(pd.Timestamp(until).date(), today)}"


def week_before_text(message: Mapping[Hashable, Any]) -> str:
    """Its sends over the seven days before those; a dash where not all of these are known."""
    sent = message["sent_week_before"]
    return "–" if pd.isna(sent) else count(sent)


def last_sent_text(message: Mapping[Hashable, Any], today: date) -> str:
    """The last of the known days on which it sent; a dash where no day is known."""
    if pd.isna(message["known_until"]):
        return "–"
    last = message["last_sent"]
    return "on no known day" if pd.isna(last) else day_text(pd.Timestamp(last).date(), today)


def _of_campaign(observed: pd.DataFrame, idle: pd.DataFrame) -> dict[Hashable, Any]:
    """The sends up to the newest of the observed days; on the idle ones the campaign did not run, and sent none."""
    sent, none = (
        pd.Series(part["sent"].astype(float).to_numpy(), pd.to_datetime(part["day"])) for part in (observed, idle)
    )
    until = sent.index[-1]
    line = pd.concat([sent, none]).reindex(pd.date_range(end=until, periods=LINE_DAYS))
    before, sending = line.iloc[-14:-7], sent[sent > 0]
    return {
        "sent_in_week": line.iloc[-7:].sum(),
        "sent_week_before": before.sum() if before.notna().all() else None,
        "known_until": until,
        "last_sent": sending.index[-1] if len(sending) else None,
        "sends_28d": list(line),
    }
