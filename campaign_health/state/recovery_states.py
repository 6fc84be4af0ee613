"""Who missed a campaign's message, in numbers, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from campaign_health.process.clock import local_day
from campaign_health.words.dates import day_text, days_text
from campaign_health.words.numbers import count
from campaign_health.words.recovery_words import done_sentence, missed_sentence, stopped_sentence
from storage.connection import Connection
from storage.file.conversion import read_instant
from storage.read.recoveries import recoveries_of


@dataclass(frozen=True)
class RecoveryState:
    """What the newest look at some days found: numbers of people, and instants in UTC."""

    since: date
    until: date
    looked_at: datetime
    missed: int
    can_be_reached: int
    put_into_segment: int
    segment: str | None
    put_by: str | None
    put_at: datetime | None
    replayed: int = 0
    in_broadcast: int = 0
    stopped: str | None = None

    def sentences(self, zone: ZoneInfo, today: date) -> tuple[str, ...]:
        """`652 people missed it on …; 540 can still be reached.` and what became of them, for people of the zone."""
        looked = day_text(local_day(self.looked_at, zone), today)
        reachable = self.can_be_reached + self.put_into_segment + self.replayed + self.in_broadcast
        said = [f"{days_text(self.since, self.until, today)}: {missed_sentence(self.missed, reachable)}"]
        if self.put_at is None:
            return (*said, f"Looked on {looked}; nobody was reached yet.")
        who = f" by {self.put_by}" if self.put_by else ""
        done = f"{who} on {day_text(local_day(self.put_at, zone), today)}"
        if self.put_into_segment:
            where = f"the segment {self.segment or 'of the recovery'} in Customer.io"
            said.append(f"{count(self.put_into_segment)} were put into {where}{done}.")
        said += [
            done_sentence(way, people, done)
            for way, people in (("replay", self.replayed), ("broadcast", self.in_broadcast))
            if people
        ]
        if self.stopped is not None:
            said.append(stopped_sentence(self.stopped, self.can_be_reached))
        return tuple(said)


def read_recovery_states(connection: Connection, workspace: str, campaign_id: int) -> tuple[RecoveryState, ...]:
    """What was looked at of a campaign, the newest days first."""
    return tuple(
        RecoveryState(
            row["since"], row["until"], _instant(row["looked_at"]), row["missed"], row["can_be_reached"],
            row["put_into_segment"], row["segment"], row["put_by"], read_instant(row["put_at"]),
            row.get("replayed") or 0, row.get("in_broadcast") or 0, row.get("stopped"),
        )
        for row in recoveries_of(connection, workspace, campaign_id)
    )  # fmt: skip


def _instant(value: datetime) -> datetime:
    found = read_instant(value)
    assert found is not None
    return found
