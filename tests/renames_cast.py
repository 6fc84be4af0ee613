"""Projects of a hundred days in which one event takes another's place."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from campaign_health.detection.event.event_panel import EventPanel
from campaign_health.detection.rename.rename import Rename

FIRST = date(2026, 8, 3)  # a Monday
DAYS = 100
OFFICE = np.array([1.1, 1.2, 1.1, 1.0, 0.9, 0.1, 0.05])
NAN = float("nan")


def series(level: float, seed: int, days: int = DAYS, pattern: np.ndarray = OFFICE) -> np.ndarray:
    rate = level * pattern[np.arange(days) % 7]
    return np.random.default_rng(seed).poisson(rate).astype(float)


def background(count: int = 20) -> dict[str, np.ndarray]:
    words = ["report", "dashboard", "task", "board", "invoice", "comment", "file", "team", "page", "search"]
    actions = ["viewed", "exported"]
    return {
        f"{words[index % 10]}_{actions[index // 10 % 2]}": series(40 + 10 * index, 100 + index)
        for index in range(count)
    }


def panel(events: dict[str, np.ndarray]) -> EventPanel:
    counts = np.array(list(events.values()), dtype=float)
    for row in counts:
        happened = np.flatnonzero(np.nan_to_num(row) > 0)
        row[: happened[0] if len(happened) else len(row)] = NAN
    return EventPanel(tuple(events), FIRST, counts)


def handed_over(
    at: int, old: str = "project.created", new: str = "project_created", volume: float = 0.97
) -> EventPanel:
    before, after = series(140, 1), series(140 * volume, 2)
    before[at:], after[:at] = 0, 0
    return panel({old: before, new: after} | background())


def pairs(found: list[Rename]) -> set[tuple[str, str]]:
    return {(rename.old, rename.new) for rename in found}


def properties(day: date, **events: list[str]) -> pd.DataFrame:
    rows = [
        {"event": name, "property": prop, "type": "string", "day": day, "share": 1.0, "events_read": 100}
        for name, props in events.items()
        for prop in props
    ]
    return pd.DataFrame(rows)
