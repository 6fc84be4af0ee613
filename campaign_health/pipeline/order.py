"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from campaign_health.errors import CouldNotStart
from campaign_health.settings import WorkspaceSettings
from storage.records import SOURCES, Source

MIXPANEL_SOURCES: tuple[Source, ...] = ("mixpanel_events", "mixpanel_properties", "mixpanel_lexicon")
CUSTOMERIO_SOURCES: tuple[Source, ...] = (
    "customerio_campaigns",
    "customerio_segments",
    "customerio_metrics",
    "customerio_journeys",
    "customerio_messages",
    "customerio_broadcasts",
    "customerio_transactional",
    "customerio_newsletters",
)
GROUPS: dict[str, tuple[Source, ...]] = {"mixpanel": MIXPANEL_SOURCES, "customerio": CUSTOMERIO_SOURCES}
SOURCE_NAMES = (*GROUPS, *SOURCES)

# Definitions first: which events to profile and which campaigns to ask about follows from them.
RUNNING_ORDER: tuple[Source, ...] = (
    "customerio_campaigns",
    "mixpanel_events",
    "mixpanel_properties",
    "mixpanel_lexicon",
    "customerio_segments",
    "customerio_metrics",
    "customerio_journeys",
    "customerio_messages",
    "customerio_broadcasts",
    "customerio_transactional",
    "customerio_newsletters",
)
LIGHT_SOURCES: frozenset[Source] = frozenset({"mixpanel_events", "customerio_metrics", "customerio_journeys"})


@dataclass(frozen=True)
class Order:
    """One run's task.

    Attributes:
        since: first day (workspace zone, inclusive); None for what the windows of a normal run need.
        until: last day (inclusive); None for yesterday.
        sources: which sources to run.
        light: the refresh during the day: today and yesterday, counts and sends only.
        wait: wait for the services' limits instead of ending a source when one is reached.
    """

    since: date | None = None
    until: date | None = None
    sources: frozenset[Source] = frozenset(SOURCES)
    light: bool = False
    wait: bool = False

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.since > self.until:
            raise CouldNotStart(
                f"--since {self.since} comes after --until {self.until}.", "Both are inclusive days; swap them."
            )

    def in_turn(self) -> tuple[Source, ...]:
        """The sources in the order in which they are run."""
        return tuple(source for source in RUNNING_ORDER if source in self.sources)


def order_from_names(names: Sequence[str], since: date | None, until: date | None, *, wait: bool = False) -> Order:
    """The order for sources given by name, `mixpanel` and `customerio` standing for all of a service's.

    Raises:
        CouldNotStart: a name is no source, or the days are in the wrong order.
    """
    chosen: set[Source] = set()
    for name in names or SOURCES:
        if name in GROUPS:
            chosen.update(GROUPS[name])
        elif name in SOURCES:
            chosen.add(name)
        else:
            raise CouldNotStart(f"There is no source {name!r}.", f"The sources are {', '.join(SOURCE_NAMES)}.")
    return Order(since=since, until=until, sources=frozenset(chosen), wait=wait)


def light_order() -> Order:
    """The order of the refresh during the day."""
    return Order(sources=LIGHT_SOURCES, light=True)


def with_keys(order: Order, workspace: WorkspaceSettings) -> Order:
    """The order without the sources of a service whose keys are not set: a schedule need not say so every time."""
    possible = {
        *(MIXPANEL_SOURCES if workspace.events is not None else ()),
        *(CUSTOMERIO_SOURCES if workspace.customerio is not None else ()),
    }
    return replace(order, sources=order.sources & possible)
