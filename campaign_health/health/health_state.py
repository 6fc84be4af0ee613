"""Healthy, degraded or failing, and why: decided from facts alone.

Failing is what people must be told by somebody else, since the digest does not reach them or is not made: the schedule
stands still or does not get its rounds done, what it published cannot be read, or no channel of a workspace was told
anything for hours. What the digest itself tells (a source that fails), and what has not yet led to one of these, is
degraded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from campaign_health.health.health_facts import DiskFacts, Facts, ScheduleFacts, WorkspaceFacts
from campaign_health.state.freshness import CLOCKS_DIFFER_BY, staleness
from campaign_health.words.dates import clock_text
from campaign_health.words.numbers import plural
from campaign_health.words.source_names import source_name

LOOKS_WITHIN = timedelta(minutes=5)
"""The schedule looks once a minute what is due: one that did not for so long stands still."""

AFTER_A_RUN = timedelta(hours=1)
"""Beyond the time that its collection may take, what a round may need to be judged, published and told."""


class State(IntEnum):
    """From well to not; the number is what `/metrics` says."""

    HEALTHY = 0
    DEGRADED = 1
    FAILING = 2

    @property
    def word(self) -> str:
        """`healthy`, `degraded` or `failing`."""
        return self.name.lower()


@dataclass(frozen=True)
class Reason:
    """Why the state is not healthy: how bad, and a sentence without keys and people."""

    state: State
    text: str


@dataclass(frozen=True)
class WorkspaceHealth:
    """One workspace: its facts, when its newest round was done, since when one is overdue, and what is wrong.

    A round is done where its full collection was judged and published. `overdue` is how long ago one that is not done
    was due, counted from the start of the schedule where that was later; zero where none is.
    """

    facts: WorkspaceFacts
    round_at: datetime | None
    overdue: timedelta
    reasons: tuple[Reason, ...]

    @property
    def state(self) -> State:
        """The worst of its reasons."""
        return _worst(self.reasons)


@dataclass(frozen=True)
class Health:
    """Everything that is told: the facts, what follows for each workspace, and what is wrong with the whole."""

    facts: Facts
    workspaces: tuple[WorkspaceHealth, ...]
    own_reasons: tuple[Reason, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """All reasons, the worst first."""
        found = (*self.own_reasons, *(reason for one in self.workspaces for reason in one.reasons))
        return tuple(sorted(found, key=lambda reason: -reason.state))

    @property
    def state(self) -> State:
        """The worst of all reasons."""
        return _worst(self.reasons)

    @property
    def is_up(self) -> bool:
        """Whether `/healthz` answers 200, and not 503: all but failing."""
        return self.state is not State.FAILING

    @property
    def clock_ahead(self) -> timedelta | None:
        """The furthest that this machine's clock was ahead of the services' (negative: behind); None: they agree."""
        found = [one.clock_ahead for one in self.facts.workspaces if one.clock_ahead is not None]
        return max(found, key=abs, default=None)


def health_of(facts: Facts) -> Health:
    """What follows from the facts."""
    own = (
        *_of_schedule(facts.schedule),
        *([Reason(State.FAILING, facts.unreadable)] if facts.unreadable else ()),
        *_of_disk(facts.disk),
    )
    return Health(facts, tuple(_of_workspace(one, facts) for one in facts.workspaces), tuple(own))


def _of_workspace(workspace: WorkspaceFacts, facts: Facts) -> WorkspaceHealth:
    now = facts.now
    # What lies in the future was written under a clock that was ahead, and says nothing of today.
    collected_at, judged_at = (
        _not_of_the_future(workspace.full_run_at, now),
        _not_of_the_future(workspace.judged_at, now),
    )
    round_at = judged_at if collected_at is not None else None
    overdue = _overdue(workspace, collected_at, judged_at, facts)
    patience = facts.run_may_take + AFTER_A_RUN
    reasons = (
        *_of_rounds(workspace, overdue, patience),
        *_of_channels(workspace, now, patience),
        *_of_sources(workspace, now),
        *_of_clock(workspace),
    )
    return WorkspaceHealth(workspace, round_at, overdue, reasons)


def _overdue(
    workspace: WorkspaceFacts, collected_at: datetime | None, judged_at: datetime | None, facts: Facts
) -> timedelta:
    due = workspace.due.last_round
    if due is None or due > facts.now:
        return timedelta(0)
    # A round is judged by the clock of its beginning, which is a little before it asks for anything.
    if collected_at is not None and judged_at is not None and min(collected_at, judged_at) >= due:
        return timedelta(0)
    since = due if facts.schedule is None else max(due, facts.schedule.started_at)
    return max(facts.now - since, timedelta(0))


def _of_rounds(workspace: WorkspaceFacts, overdue: timedelta, patience: timedelta) -> list[Reason]:
    if overdue <= patience or workspace.due.last_round is None:
        return []
    when = clock_text(workspace.due.last_round, workspace.zone)
    hours = plural(int(overdue.total_seconds() // 3600), "hour")
    return [Reason(State.FAILING, f"{_where(workspace)}the round due at {when} is not done after {hours}.")]


def _of_channels(workspace: WorkspaceFacts, now: datetime, patience: timedelta) -> list[Reason]:
    failing = [one for one in workspace.channels if one.failing_since is not None]
    nobody_is_told = len(failing) == len(workspace.channels) and all(
        one.failing_since is not None and now - one.failing_since > patience for one in failing
    )
    state = State.FAILING if nobody_is_told else State.DEGRADED
    return [
        Reason(
            state,
            f"{_where(workspace)}nothing has arrived on the channel {one.channel} since "
            f"{clock_text(one.failing_since, workspace.zone)}.",
        )
        for one in failing
        if one.failing_since is not None
    ]


def _of_sources(workspace: WorkspaceFacts, now: datetime) -> list[Reason]:
    found = [
        f"{_where(workspace)}{source_name(one.source, one.events)}: not complete since "
        f"{clock_text(one.failing_since, workspace.zone)}."
        for one in workspace.sources
        if one.failing_since is not None
    ]
    # The same sentence as `status` and the digest say.
    old = staleness(workspace.name, workspace.sources, workspace.judged_day, workspace.zone, now)
    return [Reason(State.DEGRADED, text) for text in (*found, *([old] if old else ()))]


def _of_clock(workspace: WorkspaceFacts) -> list[Reason]:
    ahead = workspace.clock_ahead
    if ahead is None:
        return []
    minutes = plural(round(abs(ahead).total_seconds() / 60), "minute")
    direction = "ahead of" if ahead > timedelta(0) else "behind"
    return [Reason(State.DEGRADED, f"{_where(workspace)}this machine's clock is {minutes} {direction} the services'.")]


def _of_schedule(schedule: ScheduleFacts | None) -> list[Reason]:
    if schedule is None or schedule.looked_ago <= LOOKS_WITHIN:
        return []
    minutes = plural(int(schedule.looked_ago.total_seconds() // 60), "minute")
    return [Reason(State.FAILING, f"The schedule has not looked what is due for {minutes}.")]


def _of_disk(disk: DiskFacts | None) -> list[Reason]:
    if disk is None:
        return [Reason(State.DEGRADED, "The data directory cannot be looked at.")]
    if disk.free >= disk.needed:
        return []
    return [Reason(State.DEGRADED, "There is not enough room on the disk to publish.")]


def _where(workspace: WorkspaceFacts) -> str:
    return "" if workspace.name == "default" else f"{workspace.name}: "


def _not_of_the_future(instant: datetime | None, now: datetime) -> datetime | None:
    return None if instant is None or instant - now > CLOCKS_DIFFER_BY else instant


def _worst(reasons: tuple[Reason, ...]) -> State:
    return max((reason.state for reason in reasons), default=State.HEALTHY)
