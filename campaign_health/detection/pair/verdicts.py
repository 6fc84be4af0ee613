"""The names of the verdicts, what may change about an alert, and the sentence that says a verdict with numbers."""

from __future__ import annotations

import math
from enum import IntEnum

from campaign_health.words.numbers import how_rare


class Status(IntEnum):
    """One per pair and day. `STATUS_NAMES[status]` is its spelling in tables and files."""

    HEALTHY = 0
    SILENT = 1
    DEGRADED = 2
    EVENT_LOST = 3
    SURGING = 4
    VOLUME_DOWN = 5
    NOT_RUNNING = 6
    LEARNING = 7
    TOO_QUIET = 8
    NOT_COLLECTED = 9


STATUS_NAMES: tuple[str, ...] = tuple(status.name.lower() for status in Status)


class Change(IntEnum):
    """What happened to a pair's alert on a day."""

    NONE = 0
    OPENED = 1
    WORSENED = 2  # degraded became silent
    RECOVERED = 3  # sends are back
    ACCEPTED = 4  # a steady new level is the new normal
    CLOSED = 5  # the campaign stopped running


def sentence(
    status: Status | str,
    upstream: float | None,
    downstream: float | None,
    expected_low: float | None,
    expected_high: float | None,
    probability: float | None,
    upstream_word: str = "events",
    downstream_word: str = "sends",
) -> str:
    """A verdict in one sentence with its numbers.

    "0 sends for 118 events; 52 to 71 were expected; a healthy campaign does this less than once in a thousand
    years". Counts and range may be None or NaN where nothing is known.
    """
    name = status if isinstance(status, str) else STATUS_NAMES[status]
    if name == "not_collected":
        return "not collected: nothing can be said about this day"
    if name == "not_running":
        return "not running: no sends are expected"
    up, down = _count(upstream), _count(downstream)
    if up is None or down is None:
        return "not collected: nothing can be said about this day"
    seen = f"{down} {_noun(down, downstream_word)} for {up} {_noun(up, upstream_word)}"
    low, high = _count(expected_low), _count(expected_high)
    if name == "learning":
        return f"{seen}; still learning what is normal"
    if name == "too_quiet":
        return f"{seen}; too quiet to tell a stop from chance"
    expected = "" if low is None or high is None else f"; {_range(low, high)} expected"
    if name == "event_lost":
        return f"{up} {_noun(up, upstream_word)}{expected and ', far below its own history'}"
    if name == "volume_down":
        return f"{seen}{expected}; the {upstream_word} themselves fell, and the {downstream_word} with them"
    if name == "healthy" or probability is None or math.isnan(probability):
        return f"{seen}{expected}"
    return f"{seen}{expected}; a healthy campaign does this {how_rare(probability)}"


def _count(value: float | None) -> str | None:
    if value is None or math.isnan(value):
        return None
    return f"{round(value):,}"


def _noun(count: str, word: str) -> str:
    return word[:-1] if count == "1" and word.endswith("s") else word


def _range(low: str, high: str) -> str:
    return f"{low} {'was' if low == '1' else 'were'}" if low == high else f"{low} to {high} were"
