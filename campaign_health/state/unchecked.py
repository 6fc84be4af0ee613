"""What could not be checked, in words for those who run campaigns: which campaigns, on which days, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from campaign_health.state.situation import Gap
from campaign_health.words.lists import joined
from campaign_health.words.status import SOURCE_WORDS
from campaign_health.words.visible import visible

NAMES_SHOWN = 3
NAME_LENGTH = 80
CURE = "The next run asks again; if it lasts, run `campaign-health doctor`."


@dataclass(frozen=True)
class Unchecked:
    """Campaigns without numbers on the same days, or (`campaigns` empty) a source that only answered in part.

    `said` is for everyone. `details` is what the services said, for whoever mends it; empty where nothing is known.
    """

    campaigns: tuple[str, ...]
    sources: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    said: str
    details: str
    workspace: str = ""

    @property
    def title(self) -> str:
        """What it is about: up to three campaigns by name, else the source."""
        return in_short(self.campaigns) if self.campaigns else joined([SOURCE_WORDS.get(s, s) for s in self.sources])


def unchecked(gaps: Iterable[Gap], troubles: Mapping[str, str], workspace: str = "") -> list[Unchecked]:
    """Everything of one workspace that could not be checked, what concerns most campaigns first.

    `troubles` is what went wrong with a source in its newest run. One that cost no campaign its numbers stands for
    itself, behind the campaigns.
    """
    groups: dict[tuple[date, date, tuple[str, ...]], list[str]] = {}
    for gap in gaps:
        groups.setdefault((gap.first_day, gap.last_day, gap.sources), []).append(gap.campaign)
    found = [
        Unchecked(tuple(names), sources, first, last, _said(names, sources), _details(sources, troubles), workspace)
        for (first, last, sources), names in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    ]
    explained = {source for _, _, sources in groups for source in sources}
    return found + [
        Unchecked(
            (), (source,), None, None, f"It could not be read in full. {CURE}", _details((source,), troubles), workspace
        )
        for source in troubles
        if source not in explained
    ]


def in_short(names: Sequence[str]) -> str:
    """Up to three names, and how many more there are: `Welcome, Survey, Tips and 4 more`."""
    shown = [visible(name, NAME_LENGTH) for name in names[:NAMES_SHOWN]]
    more = len(names) - len(shown)
    return f"{', '.join(shown)} and {more:,} more" if more else joined(shown)


def _said(names: Sequence[str], sources: Sequence[str]) -> str:
    one = len(names) == 1
    services = [name for name, sign in (("Customer.io", "customerio"), ("Mixpanel", "mixpanel"))
                if any(source.startswith(sign) for source in sources)]  # fmt: skip
    them, were = ("it", "it was") if one else ("them", "they were")
    who = f"{joined(services)} gave no usable numbers" if services else "There are no numbers"
    return f"{who} for {them}, so {were} not checked. {CURE}"


def _details(sources: Sequence[str], troubles: Mapping[str, str]) -> str:
    return " ".join(f"{SOURCE_WORDS.get(s, s)}: {troubles[s]}" for s in sources if s in troubles)
