"""Whether campaigns kept their promises: how soon their messages followed their events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaign_health.words.proof_words import kept_text, rest_text
from storage.connection import Connection
from storage.read.promise_hours import promise_sums

SHOWN_DAYS = 7
LEAST_KEPT = 0.9
"""A promise that was kept less often than that is told of in the digest."""
LEAST_KNOWN = 20
"""Of fewer events one more or less would move the share by more than five in a hundred."""


@dataclass(frozen=True)
class PromiseState:
    """Events of one campaign for which a message was due, by what became of them.

    `qualifying` = `sent` + `not_sent` + `unknown`; of the sent ones `within` kept the promise (None: nothing is
    promised, or not all the time).
    """

    campaign_id: int
    promise_seconds: float | None
    qualifying: int
    sent: int
    within: int | None
    not_sent: int
    unknown: int

    @property
    def known(self) -> int:
        """Those of which it can be told."""
        return self.sent + self.not_sent

    @property
    def late(self) -> int:
        """Sent, and not within the promise."""
        return 0 if self.within is None else self.sent - self.within

    @property
    def was_missed(self) -> bool:
        """Whether the promise was kept too seldom to be passed over."""
        is_enough = self.promise_seconds is not None and self.known >= LEAST_KNOWN
        return is_enough and self.within is not None and self.within < LEAST_KEPT * self.known

    def sentence(self, campaign: str) -> str:
        """`Upgrade offer kept its 5 minutes for 94 % of 118.`"""
        return kept_text(campaign, self.promise_seconds, self.within, self.sent, self.known)

    def rest(self) -> str:
        """`5 were late. 2 sent nothing. 3 cannot be told yet.`; empty where there is nothing of it."""
        return rest_text(self.late, self.not_sent, self.unknown)


def promises_of_days(
    connection: Connection, workspace: str, zone: ZoneInfo, first: date, last: date
) -> dict[int, PromiseState]:
    """Of each campaign that was looked at on some of the days of the workspace's zone, by its id."""
    begin, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, last + timedelta(days=1)))
    return {
        row["campaign_id"]: PromiseState(
            row["campaign_id"], row["promise_seconds"], row["qualifying"], row["sent"], row["within_promise"],
            row["not_sent"], row["unknown"],
        )
        for row in promise_sums(connection, workspace, begin, end)
    }  # fmt: skip


def promise_of_week(
    connection: Connection, workspace: str, zone: ZoneInfo, campaign_id: int, today: date
) -> PromiseState | None:
    """Of one campaign over today and the six days before; None where nothing was looked at."""
    first = today - timedelta(days=SHOWN_DAYS - 1)
    return promises_of_days(connection, workspace, zone, first, today).get(campaign_id)
