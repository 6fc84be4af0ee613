"""A campaign's days as a table for people."""

from __future__ import annotations

import pandas as pd

from campaign_health.words.status_words import shape_and_label, stage_label

NUMBERS = {
    "events": "Events",
    "started": "Journeys started",
    "activated": "Journeys activated",
    "sent": "Sent",
    "expected_low": "Sends expected from",
    "expected_high": "Sends expected to",
    "delivered": "Delivered",
    "opened": "Opened",
    "clicked": "Clicked",
    "converted": "Converted",
    "failed": "Failed",
    "undeliverable": "Undeliverable",
    "suppressed": "Suppressed",
    "drafted": "Drafted",
}
DAY_STATES = {
    "observed": "Collected",
    "provisional": "Provisional",
    "not_collected": "Not collected",
    "not_expected": "Not running",
}


def day_table(days: pd.DataFrame) -> pd.DataFrame:
    """The days as `as_known_now` gives them, newest first: numbers (empty where not collected), the verdict in words,
    what each day is worth.
    """
    newest = days.iloc[::-1]
    table = pd.DataFrame({"Day": pd.to_datetime(newest["day"]).dt.date})
    table["Verdict"] = [
        _verdict(status, is_late) for status, is_late in zip(newest["status"], newest["found_later"], strict=True)
    ]
    for column, label in NUMBERS.items():
        table[label] = pd.to_numeric(newest[column]).round()
    table["Breaks at"] = [stage_label(one).capitalize() if isinstance(one, str) else "–" for one in newest["stage"]]
    table["Events are"] = _states(newest["event_state"])
    table["Sends are"] = _states(newest["campaign_state"])
    return table


def _verdict(status: object, is_late: bool) -> str:
    if not isinstance(status, str):
        return "–"
    return f"{shape_and_label(status)}, found later" if is_late else shape_and_label(status)


def _states(column: pd.Series) -> list[str]:
    return [DAY_STATES.get(one, one) if isinstance(one, str) else "–" for one in column]
