"""What could not be checked, in words for those who run campaigns: which campaigns, on which days, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from campaign_health.state.source_health import SourceState, troubled_core
from campaign_health.state.stretches import Stretch
from campaign_health.words.dates import days_text
from campaign_health.words.lists import joined
from campaign_health.words.source_names import service_names, source_name, source_names
from campaign_health.words.visible import visible

NAMES_SHOWN = 3
NAME_LENGTH = 80
CURE = "The next run asks again; if it lasts, run `campaign-health doctor`."


@dataclass(frozen=True)
class Unchecked:
    """Campaigns without numbers on the same days, or (`campaigns` empty) a source that only answered in part.

    `said` is for everyone. `details` is what the services said, for whoever mends it; empty where nothing is known.
    `events` is what counts the workspace's events.
    """

    campaigns: tuple[str, ...]
    sources: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    said: str
    details: str
    workspace: str = ""
    events: str | None = None

    @property
    def title(self) -> str:
        """What it is about: up to three campaigns by name, else the source."""
        return in_short(self.campaigns) if self.campaigns else source_names(self.sources, self.events)

    @property
    def when(self) -> str:
        """Its days, `Fri 20 Nov to Mon 23 Nov`; empty where they are not known."""
        return days_text(self.first_day, self.last_day, self.last_day) if self.first_day and self.last_day else ""


def in_brief(found: Sequence[Unchecked]) -> str:
    """All of it in one sentence: `Could not be checked: Welcome, Fri 20 Nov to Mon 23 Nov.`"""
    parts = [f"{visible(one.title, 300)}{f', {one.when}' if one.when else ''}" for one in found[:NAMES_SHOWN]]
    more = len(found) - len(parts)
    return f"Could not be checked: {'; '.join(parts)}{f'; and {more} more' if more else ''}."


def unchecked(stretches: Iterable[Stretch], sources: Sequence[SourceState], workspace: str) -> tuple[Unchecked, ...]:
    """Everything of one workspace that could not be checked, what concerns most campaigns first.

    A campaign with an open incident is not among it: of that its last known state is told. A source that nothing can
    be judged without and that cost no campaign its numbers stands for itself, behind the campaigns.
    """
    troubled = {one.source: one for one in troubled_core(sources)}
    events = next((one.events for one in sources), None)
    groups: dict[tuple[date, date, tuple[str, ...]], list[str]] = {}
    for one in stretches:
        if one.status == "not_collected":
            groups.setdefault((one.since, one.day, one.lacking), []).append(one.campaign)
    found = [
        Unchecked(
            tuple(names),
            lacking,
            first,
            last,
            _said(names, lacking, events),
            _details(lacking, troubled),
            workspace,
            events,
        )
        for (first, last, lacking), names in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    ]
    explained = {source for _, _, lacking in groups for source in lacking}
    return (*found, *(_source(one, workspace) for name, one in troubled.items() if name not in explained))


def in_short(names: Sequence[str]) -> str:
    """Up to three names, and how many more there are: `Welcome, Survey, Tips and 4 more`."""
    return joined([visible(name, NAME_LENGTH) for name in names], NAMES_SHOWN)


def _source(one: SourceState, workspace: str) -> Unchecked:
    return Unchecked(
        (), (one.source,), one.failing_first_day, one.failing_last_day, f"It could not be read in full. {CURE}",
        _details((one.source,), {one.source: one}), workspace, one.events,
    )  # fmt: skip


def _said(names: Sequence[str], sources: Sequence[str], events: str | None) -> str:
    services = service_names(sources, events)
    who = f"{services} gave no usable numbers" if services else "There are no numbers"
    return f"{who} for {'it' if len(names) == 1 else 'them'}. {CURE}"


def _details(names: Sequence[str], troubled: dict[str, SourceState]) -> str:
    return " ".join(
        f"{source_name(name, troubled[name].events)}: {troubled[name].trouble}" for name in names if name in troubled
    )
