"""Campaigns that are not broken, of which a part of the messages fails, waits or cannot be delivered day after day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from campaign_health.words.numbers import count, share_text
from storage.connection import Connection
from storage.read.partial_losses import partial_losses

# Every threshold of this module, with its unit.
DAYS = 10  # newest judged days that are looked at
LEAST = 10  # messages lost in one way
LEAST_DAYS = 4  # days on which any were
WORTH_SAYING = {"failed": 0.05, "drafted": 0.05, "bounced": 0.10, "undeliverable": 0.30, "suppressed": 0.30}
"""The share of the messages from which on a loss is worth a look: people without an address are usual."""

STILL = 0.5  # of that share that must be lost on the newest days: else it is over
REASONS_SHOWN = 2
_WAYS = {
    "failed": "failed",
    "drafted": "wait as drafts",
    "bounced": "were refused by the receiver (bounced)",
    "undeliverable": "were undeliverable",
    "suppressed": "were held back because the recipient is suppressed",
}

TITLE = "some messages are lost"
MEANING = "It sends, and too few are lost for a break; the people they were for get nothing."
ADVICE = "Open the newest of these messages in Customer.io and read why; mend it, or decide that it may be so."


@dataclass(frozen=True)
class SomeLost:
    """One way in which a campaign loses a part of its messages. `reasons`: what Customer.io says of them."""

    campaign_id: int
    campaign: str
    way: str
    lost: int
    made: int
    first_day: date
    last_day: date
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """How many, over which days, and why as far as it is known."""
        days = (self.last_day - self.first_day).days + 1
        said = (
            f"{share_text(self.lost / self.made)} of the messages of the last {days} days {_WAYS[self.way]}"
            f" ({count(self.lost)} of {count(self.made)})."
        )
        if self.reasons:
            said += f" Customer.io says: {'; '.join(f'“{reason}”' for reason in self.reasons[:REASONS_SHOWN])}."
        return said


def read_some_lost(connection: Connection, workspace: str) -> tuple[SomeLost, ...]:
    """Every such loss that goes on, by campaign; none of a campaign with an open incident."""
    rows = partial_losses(connection, workspace, days=DAYS, least=LEAST)
    return tuple(_some_lost(row) for row in rows if _worth_saying(row))


def _worth_saying(row: dict[str, Any]) -> bool:
    line = WORTH_SAYING[row["way"]]
    enough = row["days"] >= LEAST_DAYS and row["made"] > 0 and row["lost"] >= line * row["made"]
    return bool(enough and row["lost_lately"] > 0 and row["lost_lately"] >= STILL * line * row["made_lately"])


def _some_lost(row: dict[str, Any]) -> SomeLost:
    named = {name: row[name] for name in ("campaign_id", "campaign", "way", "first_day", "last_day")}
    return SomeLost(**named, lost=int(row["lost"]), made=int(row["made"]), reasons=tuple(row["reasons"] or ()))
