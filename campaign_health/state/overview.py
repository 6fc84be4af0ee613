"""The state of everything in one answer: what `status`, the digest and the dashboard say is drawn from this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from campaign_health.process.clock import local_day
from campaign_health.state.beside_campaigns import TriggeredState, coverage_text
from campaign_health.state.false_alarms import FalseAlarms
from campaign_health.state.freshness import collected_text, collected_when
from campaign_health.state.not_configured import NotConfigured, read_not_configured
from campaign_health.state.some_lost import SomeLost
from campaign_health.state.source_health import SourceState
from campaign_health.state.standing import Standing
from campaign_health.state.stretches import WORTH_A_LOOK, Stretch
from campaign_health.state.unchecked import Unchecked
from campaign_health.state.workspace_state import CampaignStatus, WorkspaceState, read_workspace, workspace_names
from campaign_health.words.sentences import overview_parts
from storage.connection import Connection


@dataclass(frozen=True)
class Overview:
    """One or all workspaces now.

    `not_configured` are workspaces that are held and that nothing else here is of: their data is not of today.
    `news` and `rest` are the parts of the sentence on top: what is broken and at risk, and all else. `counts` has each
    campaign once, by status, and `coverage` says what is watched and how. `as_of` is the newest judged day by
    workspace, `stale` says why that is not today's state, `fresh` when all of it was collected. `today` is the present
    day of each workspace in its zone.
    """

    workspaces: Sequence[str]
    news: Sequence[str]
    rest: Sequence[str]
    counts: Mapping[str, int]
    as_of: Mapping[str, date]
    standing: Standing
    campaigns: Sequence[CampaignStatus]
    sources: Sequence[SourceState]
    stale: Sequence[str]
    worth_a_look: Sequence[Stretch]
    some_lost: Sequence[SomeLost]
    unchecked: Sequence[Unchecked]
    not_configured: Sequence[NotConfigured] = ()
    false_alarms: Sequence[FalseAlarms] = ()
    today: Mapping[str, date] = field(default_factory=dict)
    triggered: Sequence[TriggeredState] = ()
    coverage: str = ""
    fresh: str | None = None

    @property
    def broken_beside(self) -> Sequence[TriggeredState]:
        """Broadcasts and transactional messages that are broken."""
        return [one for one in self.triggered if one.is_broken]

    @property
    def sentence(self) -> str:
        """The state of everything in one sentence."""
        return "; ".join((*self.news, *self.rest)) + "."

    @property
    def could_not_tell(self) -> bool:
        """Whether anything that should have been judged could not be."""
        return bool(not self.campaigns or self.counts.get("not_collected", 0) or self.stale or _troubled(self.sources))

    @property
    def exit_code(self) -> int:
        """1 where anything is broken (muted included), else 2 where it could not be told, else 0."""
        broken = self.standing.broken or self.standing.muted or self.broken_beside
        return 1 if broken else 2 if self.could_not_tell else 0


def read_overview(
    connection: Connection, now: datetime, workspace: str | None = None, configured: Sequence[str] | None = None
) -> Overview:
    """The state of all workspaces that are `configured` (None: of all), or of one, as last published.

    `now` tells how old that is.
    """
    if workspace is not None:
        return overview_of([read_workspace(connection, workspace)], now)
    states = [read_workspace(connection, name) for name in workspace_names(connection, configured)]
    return replace(overview_of(states, now), not_configured=read_not_configured(connection, configured))


def overview_of(states: Sequence[WorkspaceState], now: datetime, unread: int = 0) -> Overview:
    """The state of these workspaces at the instant `now`; `unread` others could not be read."""
    standing = Standing()
    counts: dict[str, int] = {}
    for state in states:
        standing = standing.joined(state.standing(now))
        for status, number in state.counts(now).items():
            counts[status] = counts.get(status, 0) + number
    sources = [source for state in states for source in state.sources]
    stale = [text for state in states for text in state.warnings(now)]
    zones = {state.name: state.zone for state in states}
    news, rest = overview_parts(
        counts,
        risk_a_week=standing.risk.sums,
        unpriced=standing.risk.unpriced,
        # One moment for all would be said of those, too, that nothing was collected of.
        freshness=None if unread or not all(state.sources for state in states) else collected_text(sources, zones, now),
        certain=not stale and not unread and not _troubled(sources),
        unjudged=sum(state.unjudged for state in states),
        broken_beside=sum(len(state.beside.broken) for state in states),
    )
    return Overview(
        workspaces=[state.name for state in states],
        news=news,
        rest=rest,
        counts=counts,
        as_of={state.name: state.judged_day for state in states if state.judged_day is not None},
        standing=standing,
        campaigns=[one for state in states for one in state.campaigns],
        sources=sources,
        stale=stale,
        worth_a_look=sorted(
            (one for state in states for one in state.worth_a_look), key=lambda one: WORTH_A_LOOK.index(one.status)
        ),
        some_lost=[one for state in states for one in state.some_lost],
        unchecked=[one for state in states for one in state.unchecked],
        false_alarms=[state.false_alarms for state in states],
        today={state.name: local_day(now, state.zone) for state in states},
        triggered=[one for state in states for one in state.beside.triggered],
        coverage=coverage_text([state.watched for state in states], [state.beside for state in states]),
        fresh=collected_when(sources, zones, now),
    )


def _troubled(sources: Sequence[SourceState]) -> bool:
    return any(one.trouble for one in sources if one.is_core)
