"""The names of the verdicts, and what may change about an alert."""

from __future__ import annotations

from enum import IntEnum


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
    JOURNEYS_ONLY = 10  # of a campaign: healthy as far as its journeys tell, for no event is known to compare with


STATUS_NAMES: tuple[str, ...] = tuple(status.name.lower() for status in Status)


class Change(IntEnum):
    """What happened to a pair's alert on a day."""

    NONE = 0
    OPENED = 1
    WORSENED = 2  # degraded became silent
    RECOVERED = 3  # sends are back
    ACCEPTED = 4  # a steady new level is the new normal
    CLOSED = 5  # the campaign stopped running
