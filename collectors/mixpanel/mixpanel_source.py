"""Mixpanel as a workspace's event source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from collectors.event_source import CountedBatch, Definitions, EventNames, EventService, ProjectTold
from collectors.http.client import Progress
from collectors.mixpanel.event_counts import fetch_event_counts
from collectors.mixpanel.lexicon import fetch_definitions, is_declared
from collectors.mixpanel.names import fetch_event_names
from collectors.mixpanel.project import ask_project
from collectors.mixpanel.project_apis import MixpanelClient
from collectors.mixpanel.properties import fetch_property_profiles
from collectors.mixpanel.window import last_day_served
from storage.records import PropertyProfile, Source


class MixpanelSource:
    """One Mixpanel project, as `EventSource` wants it.

    Args:
        client: The project.
    """

    service: EventService = "Mixpanel"
    lacks: frozenset[Source] = frozenset()

    def __init__(self, client: MixpanelClient) -> None:
        self.client = client

    @property
    def requests_sent(self) -> int:
        """Requests so far, retries included."""
        return self.client.requests_sent

    def close(self) -> None:
        """Ends every wait and closes the connections."""
        self.client.close()

    def ask_project(self) -> ProjectTold:
        """See `ask_project`."""
        return ask_project(self.client)

    def last_day_served(self, until: date, now: datetime, zone: ZoneInfo) -> date:
        """See `last_day_served`."""
        return last_day_served(until, now, zone)

    def event_names(self, first_day: date, last_day: date, today: date) -> EventNames:
        """See `fetch_event_names`."""
        return fetch_event_names(self.client, first_day, last_day, today)

    def event_counts(
        self, names: Sequence[str], first_day: date, last_day: date, today: date, progress: Progress | None = None
    ) -> Iterator[CountedBatch]:
        """See `fetch_event_counts`."""
        return fetch_event_counts(self.client, names, first_day, last_day, today, progress)

    def property_profiles(
        self, events: Sequence[str], day: date, zone: ZoneInfo, now: datetime, tell: Callable[[str], None] | None = None
    ) -> list[PropertyProfile]:
        """See `fetch_property_profiles`."""
        return fetch_property_profiles(self.client, events, day, zone, now, tell=tell)

    def definitions(self) -> Definitions:
        """See `fetch_definitions`."""
        return fetch_definitions(self.client)

    def is_declared(self, event: str) -> bool:
        """See `is_declared`."""
        return is_declared(self.client, event)
