"""Every workspace in one line, worst first: for whoever looks after several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from campaign_health.state.key_figures import KeyFigures, key_figures
from campaign_health.state.overview import Overview, overview_of
from campaign_health.state.workspace_state import WorkspaceState
from storage.errors import ExpectedFailure


@dataclass(frozen=True)
class WorkspaceLine:
    """One workspace now.

    `overview` is that of its own page; None where its data could not be read, and `failure` says why. `events_from` is
    the service that counts its events, where others have another.
    """

    name: str
    overview: Overview | None = None
    failure: ExpectedFailure | None = None
    events_from: str | None = None

    @property
    def figures(self) -> KeyFigures | None:
        """The figures on top of its own overview; None where its data could not be read."""
        return None if self.overview is None else key_figures(self.overview)

    @property
    def is_certain(self) -> bool:
        """Whether what is said of it is the whole state of today."""
        return self.overview is not None and not self.overview.could_not_tell


def workspace_lines(found: Mapping[str, WorkspaceState | ExpectedFailure], now: datetime) -> tuple[WorkspaceLine, ...]:
    """A line for each workspace by name, worst first at the instant `now`.

    First those with anything broken: the most money a week (whatever its currency), the most missed sends, the most
    campaigns. Then those of which not everything is known, for they may be broken as well; then the rest, by name.
    """
    services = {
        name: state.numbers.event_service
        for name, state in found.items()
        if not isinstance(state, ExpectedFailure) and state.numbers.event_service is not None
    }
    differ = len(set(services.values())) > 1
    lines = [
        WorkspaceLine(name, failure=state)
        if isinstance(state, ExpectedFailure)
        else WorkspaceLine(name, overview_of([state], now), events_from=services.get(name) if differ else None)
        for name, state in found.items()
    ]
    return tuple(sorted(lines, key=_worst_first))


def overview_across(found: Mapping[str, WorkspaceState | ExpectedFailure], now: datetime) -> Overview:
    """The state of all that could be read; nothing else is said to be well where a workspace could not be."""
    states = [state for state in found.values() if not isinstance(state, ExpectedFailure)]
    return overview_of(states, now, unread=len(found) - len(states))


def _worst_first(line: WorkspaceLine) -> tuple[int, float, float, int, str]:
    figures = line.figures
    if figures is None or line.overview is None:
        return 1, 0.0, 0.0, 0, line.name
    is_broken = figures.broken > 0 or bool(line.overview.broken_beside)
    place = 0 if is_broken else 2 if line.is_certain else 1
    return place, -sum(figures.risk.sums.values()), -(figures.missed_sends or 0), -figures.broken, line.name
