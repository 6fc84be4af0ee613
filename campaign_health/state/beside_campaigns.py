"""What is sent beside campaigns: broadcasts and transactional messages with how they do, and newsletters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from campaign_health.state.source_health import SourceState
from campaign_health.words.beside_words import KIND_WORDS, SOURCE_WORDS, broken_sentence, listed_in_words
from storage.connection import Connection
from storage.file.conversion import read_instant
from storage.read.triggered_sends import (
    all_newsletters,
    all_triggered,
    has_triggered,
    triggered_days,
    triggered_verdicts,
)

CHARTED = "charted"
"""The status of what is not judged, as no event is known to compare it with."""
BROKEN_BESIDE = ("silent", "degraded")
RECENT_DAYS = 28


@dataclass(frozen=True)
class TriggeredState:
    """A broadcast or transactional message now. Days are US Eastern ones.

    `status` is a verdict's, or `charted` where it is not judged; `since` is the first day of its break. `sent_recently`
    are the sends of those of the last 28 days that are known, None where none is; `last_sent` the newest day with any.
    """

    workspace: str
    kind: str
    object_id: int
    name: str
    status: str
    event: str | None = None
    owner: str | None = None
    since: date | None = None
    day: date | None = None
    events: float | None = None
    sent: int | None = None
    expected_low: float | None = None
    expected_high: float | None = None
    state: str | None = None
    queues_drafts: bool | None = None
    sent_recently: int | None = None
    last_sent: date | None = None

    @property
    def is_broken(self) -> bool:
        """Whether it has fallen silent or lost part of its sends."""
        return self.status in BROKEN_BESIDE

    @property
    def title(self) -> str:
        """Its kind and name: `Transactional message Password reset`."""
        return f"{KIND_WORDS[self.kind].one} {self.name}"

    @property
    def sentence(self) -> str:
        """What is broken about it: since when, what was sent and what was expected; empty where nothing is."""
        if not self.is_broken:
            return ""
        return broken_sentence(
            self.status, self.since, self.day, self.events, self.event, self.sent, self.expected_low,
            self.expected_high,
        )  # fmt: skip


@dataclass(frozen=True)
class Newsletter:
    """A newsletter; `sent_at` in UTC, None where it was not sent yet."""

    newsletter_id: int
    name: str
    channel: str | None
    sent_at: datetime | None


@dataclass(frozen=True)
class BesideCampaigns:
    """All that a workspace sends beside campaigns; `lacking` are the sources of it that have never answered."""

    triggered: tuple[TriggeredState, ...] = ()
    newsletters: tuple[Newsletter, ...] = ()
    lacking: tuple[str, ...] = tuple(SOURCE_WORDS)

    @property
    def broken(self) -> tuple[TriggeredState, ...]:
        """Those that are broken, whole stops first."""
        return tuple(
            sorted((one for one in self.triggered if one.is_broken), key=lambda one: BROKEN_BESIDE.index(one.status))
        )


def read_beside(connection: Connection, workspace: str, sources: Sequence[SourceState]) -> BesideCampaigns:
    """What is sent beside campaigns; nothing in a file of an older version, which did not know of it."""
    if not has_triggered(connection):
        return BesideCampaigns()
    answered = {one.source for one in sources if one.answered_at is not None}
    judged = {(row["kind"], row["object_id"]): row for row in triggered_verdicts(connection, workspace)}
    days: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for row in triggered_days(connection, workspace):
        days.setdefault((row["kind"], row["object_id"]), []).append(row)
    return BesideCampaigns(
        tuple(
            _state(workspace, row, judged.get(key), days.get(key, []))
            for row in all_triggered(connection, workspace)
            for key in [(row["kind"], row["object_id"])]
        ),
        tuple(
            Newsletter(row["newsletter_id"], row["name"], row["channel"], read_instant(row["sent_at"]))
            for row in all_newsletters(connection, workspace)
        ),
        tuple(source for source in SOURCE_WORDS if source not in answered),
    )  # fmt: skip


def coverage_text(watched: Sequence[tuple[int, int]], beside: Sequence[BesideCampaigns]) -> str:
    """What is watched and how, and what is not, in a sentence or two with the numbers.

    `watched` are the numbers of campaigns watched by their event, and by their journeys only, of each workspace.
    """
    triggered = [one for each in beside for one in each.triggered]
    judged = [one for one in triggered if one.status != CHARTED]
    return listed_in_words(
        by_event=sum(by_event for by_event, _ in watched),
        by_journeys=sum(by_journeys for _, by_journeys in watched),
        judged={kind: sum(one.kind == kind for one in judged) for kind in KIND_WORDS},
        charted={kind: sum(one.kind == kind and one.status == CHARTED for one in triggered) for kind in KIND_WORDS},
        newsletters=sum(len(each.newsletters) for each in beside),
        lacking=[words for source, words in SOURCE_WORDS.items() if any(source in each.lacking for each in beside)],
    )


def triggered_day_rows(connection: Connection, workspace: str) -> list[Mapping[str, Any]]:
    """Kind, object_id, day (US Eastern), sent, drafted, failed and state; none in a file of an older version."""
    return list(triggered_days(connection, workspace)) if has_triggered(connection) else []


def _state(
    workspace: str, row: Mapping[str, Any], verdict: Mapping[str, Any] | None, days: Sequence[Mapping[str, Any]]
) -> TriggeredState:
    known = [one for one in days if one["sent"] is not None]
    newest = known[-1]["day"] if known else date.min
    recent = [one["sent"] for one in known if newest - one["day"] < timedelta(days=RECENT_DAYS)]
    last_sent = max((one["day"] for one in known if one["sent"]), default=None)
    named = ("kind", "object_id", "name", "state", "queues_drafts")
    judged = ("status", "event", "owner", "since", "day", "events", "sent", "expected_low", "expected_high")
    return TriggeredState(
        workspace=workspace,
        **{name: row[name] for name in named},
        **({name: verdict[name] for name in judged} if verdict else {"status": CHARTED}),
        sent_recently=sum(recent) if recent else None,
        last_sent=last_sent,
    )
