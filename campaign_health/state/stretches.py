"""Campaigns that could not be checked, surge or are down in volume: since when, and with which numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from storage.connection import Connection
from storage.read.newest_stretches import stretch_rows

_LACKING = {
    "lacks_events": "mixpanel_events",
    "lacks_sends": "customerio_metrics",
    "lacks_journeys": "customerio_journeys",
}
WORTH_A_LOOK = ("volume_down", "surging")
"""What is odd without being broken, in the order in which it is told."""


@dataclass(frozen=True)
class Stretch:
    """The newest run of days of one campaign that are `not_collected`, `surging` or `volume_down`.

    `days` counts those of that status from `since` to `day`, the newest judged. Numbers are of `day`, or of
    the middle day: of the run, and of the four weeks before. `lacking` are the sources that did not answer.
    """

    campaign_id: int
    campaign: str
    status: str
    since: date
    day: date
    days: int
    events: int | None
    sent: int | None
    expected_low: float | None
    expected_high: float | None
    events_a_day: float | None
    events_a_day_before: float | None
    sent_a_day: float | None
    sent_a_day_before: float | None
    lacking: tuple[str, ...]


def read_stretches(connection: Connection, workspace: str) -> tuple[Stretch, ...]:
    """The stretches that are on, by status and name; none of a campaign with an open incident."""
    return tuple(_stretch(row) for row in stretch_rows(connection, workspace))


def _stretch(row: dict[str, Any]) -> Stretch:
    lacking = tuple(source for column, source in _LACKING.items() if row.pop(column))
    return Stretch(**row, lacking=lacking)
