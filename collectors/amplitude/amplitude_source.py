"""Amplitude as a workspace's event source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from collectors.amplitude.amplitude_client import AmplitudeClient
from collectors.amplitude.amplitude_names import fetch_declared, fetch_listed_events
from collectors.amplitude.amplitude_profiles import fetch_amplitude_profiles
from collectors.amplitude.segmentation import fetch_segmented_counts
from collectors.event_source import CountedBatch, Definitions, EventNames, EventService, ProjectTold
from collectors.http.client import Progress
from storage.records import PropertyProfile, Source


class AmplitudeSource:
    """One Amplitude project, as `EventSource` wants it.

    Args:
        client: The project.
    """

    service: EventService = "Amplitude"
    lacks: frozenset[Source] = frozenset()

    def __init__(self, client: AmplitudeClient) -> None:
        self.client = client

    @property
    def requests_sent(self) -> int:
        """Requests so far, retries included."""
        return self.client.requests_sent

    def close(self) -> None:
        """Ends every wait and closes the connections."""
        self.client.close()

    def ask_project(self) -> ProjectTold:
        """The zone that the settings name: no API tells it, and nothing is asked."""
        return ProjectTold(self.client.project.time_zone)

    def last_day_served(self, until: date, now: datetime, zone: ZoneInfo) -> date:
        """The last day to ask for, `until` at most: today in the project's zone."""
        return min(until, now.astimezone(zone).date())

    def event_names(self, first_day: date, last_day: date, today: date) -> EventNames:
        """Names of all events that are listed, whatever the days; deleted ones are asked for too, as long as listed."""
        return EventNames(tuple(one.event for one in fetch_listed_events(self.client)), first_day)

    def event_counts(
        self, names: Sequence[str], first_day: date, last_day: date, today: date, progress: Progress | None = None
    ) -> Iterator[CountedBatch]:
        """See `fetch_segmented_counts`."""
        return fetch_segmented_counts(self.client, names, first_day, last_day, progress)

    def property_profiles(
        self, events: Sequence[str], day: date, zone: ZoneInfo, now: datetime, tell: Callable[[str], None] | None = None
    ) -> list[PropertyProfile]:
        """See `fetch_amplitude_profiles`."""
        return fetch_amplitude_profiles(self.client, events, day, zone, now, tell=tell)

    def definitions(self) -> Definitions:
        """See `fetch_declared`."""
        return fetch_declared(self.client)

    def is_declared(self, event: str) -> bool:
        """Whether a list asked for again has the event: Amplitude cannot be asked for one by its name."""
        return any(one.event == event for one in fetch_listed_events(self.client))
