"""The hourly early sign: a campaign whose events came and whose messages did not, before the day is over.

It is no verdict: the daily look judges by days and knows weekends, volumes and pauses. The sign only says sooner that
somebody might look, and gives way to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_health.process.clock import local_day
from campaign_health.state.incident import open_incidents
from campaign_health.words.dates import day_text
from campaign_health.words.numbers import count
from campaign_health.words.proof_words import length_text
from storage.connection import Connection
from storage.file.conversion import read_instant
from storage.read.campaign_names import running_names
from storage.read.promise_hours import promised_hours
from storage.read.verdicts_now import judged_until

LEAST_UNSENT = 5
RAREST = 1e-7
"""So improbable must it be that all of them were left out by chance: one look in ten million, so that a hundred
campaigns looked at every hour raise one false sign in ten years."""
LEAST_USUAL = 0.5
"""A campaign that sends for fewer of its events than that is silent often."""
LEAST_KNOWN = 20
LEAST_HISTORY = timedelta(days=6)
"""So long must hours be known before a silence: each kind of night, and the last weekend, are among them."""
TIMES_THE_LONGEST = 2
"""Messages that are held over night, or over a weekend, are too late for their events by habit and not one by one by
chance. So many times the events of the longest silence before this one must be without a message."""
LOOKED_WITHIN = timedelta(hours=3)
NEWEST_WITHIN = timedelta(hours=24)
LOOK_BACK = timedelta(days=8)
"""A silence on a Saturday is compared with that of the Saturday before."""


@dataclass(frozen=True)
class PromisedHour:
    """One hour in which events qualified: how many sent a message, and how many none after four times the promise."""

    hour: datetime
    sent: int
    not_sent: int


@dataclass(frozen=True)
class EarlySign:
    """A campaign of which nothing went out for so many events since an hour, and that sends for most otherwise."""

    campaign_id: int
    campaign: str
    since: datetime
    newest: datetime
    unsent: int
    promise_seconds: float

    def sentence(self, zone: ZoneInfo) -> str:
        """`Early sign: since Mon 23 Nov at 14:00, none of 12 events sent a message within 20 minutes. …`"""
        local = self.since.astimezone(zone)
        waited = length_text(4 * self.promise_seconds)
        return (
            f"Early sign: since {day_text(local.date(), local.date())} at {local:%H:%M}, none of "
            f"{count(self.unsent)} events sent a message within {waited}. The daily look says "
            "tomorrow morning whether it is broken."
        )


def early_sign(
    campaign_id: int, campaign: str, hours: Sequence[PromisedHour], promise_seconds: float
) -> EarlySign | None:
    """The sign that a campaign's hours give, the oldest first; None where they give none.

    All events since the newest hour with a message must have sent nothing, and be so many that chance does not explain
    it: with the share of events that usually send one, taken carefully (one more without than there were), the
    probability that each of them sends nothing is below `RAREST`. They must also be twice as many as in any silence
    before, of which six days must be known: quiet hours are none. After a silence that was a break, a sign therefore
    waits longer for some days.
    """
    silent: list[PromisedHour] = []
    for one in reversed(hours):
        if one.sent:
            break
        silent.append(one)
    unsent = sum(one.not_sent for one in silent)
    before = hours[: len(hours) - len(silent)]
    sent, without = sum(one.sent for one in before), sum(one.not_sent for one in before)
    if unsent < LEAST_UNSENT or sent + without < LEAST_KNOWN or sent < LEAST_USUAL * (sent + without):
        return None
    if ((without + 1) / (sent + without + 2)) ** unsent > RAREST:
        return None
    if silent[-1].hour - before[0].hour < LEAST_HISTORY or unsent <= TIMES_THE_LONGEST * _longest_silence(before):
        return None
    with_events = [one.hour for one in silent if one.not_sent]
    return EarlySign(campaign_id, campaign, min(with_events), max(with_events), unsent, promise_seconds)


def _longest_silence(hours: Sequence[PromisedHour]) -> int:
    """The most events without a message in a stretch of hours in which none went out."""
    longest = stretch = 0
    for one in hours:
        stretch = 0 if one.sent else stretch + one.not_sent
        longest = max(longest, stretch)
    return longest


@dataclass(frozen=True)
class EarlyState:
    """What the hours of a workspace say now: signs, and the campaigns that sent again after an hour."""

    signs: tuple[EarlySign, ...] = ()
    newest_sent: Mapping[int, datetime] | None = None


def read_early_state(
    connection: Connection,
    workspace: str,
    zone: ZoneInfo,
    now: datetime,
    judged_day: date | None,
    broken: Collection[int],
    names: Mapping[int, str],
) -> EarlyState:
    """The signs that stand at `now`.

    A campaign with an open incident (`broken`) has none: it is told of already. Nor has one whose hours were all on
    days that were judged since, or that nobody has looked at for three hours. `names` are the campaigns that run.
    """
    signs: list[EarlySign] = []
    newest_sent: dict[int, datetime] = {}
    for campaign_id, rows in promised_hours(connection, workspace, now - LOOK_BACK).items():
        hours = [PromisedHour(_utc(row["hour"]), row["sent"], row["not_sent"]) for row in rows]
        with_messages = [one.hour for one in hours if one.sent]
        if with_messages:
            newest_sent[campaign_id] = max(with_messages)
        # A look at older days alone says nothing of now: the newest hour's own look counts.
        proved_at, promise = _utc(rows[-1]["proved_at"]), rows[-1]["promise_seconds"]
        if campaign_id in broken or campaign_id not in names or promise is None or now - proved_at > LOOKED_WITHIN:
            continue
        found = early_sign(campaign_id, names[campaign_id], hours, promise)
        if found is None or now - found.newest > NEWEST_WITHIN:
            continue
        if judged_day is None or local_day(found.newest, zone) > judged_day:
            signs.append(found)
    return EarlyState(tuple(signs), newest_sent)


def read_signs(connection: Connection, workspace: str, zone: ZoneInfo, now: datetime) -> tuple[EarlySign, ...]:
    """The signs of a workspace that stand at `now`, for whoever shows them."""
    broken = {of for one in open_incidents(connection, workspace) for of in one.of_campaigns}
    names, (judged_day, _) = running_names(connection, workspace), judged_until(connection, workspace)
    return read_early_state(connection, workspace, zone, now, judged_day, broken, names).signs


def _utc(value: datetime) -> datetime:
    found = read_instant(value)
    assert found is not None
    return found.astimezone(UTC)
