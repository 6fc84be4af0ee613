"""Opens what cohorts are applied with: Customer.io's App API and Track API of one workspace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from campaign_health.errors import CouldNotStart
from campaign_health.route.cohorts.cohort_segment import CohortSegments
from campaign_health.route.track_client import track_client
from campaign_health.settings import Settings, WorkspaceSettings
from campaign_health.settings.clients import customerio_client


@contextmanager
def segments_opened(workspace: WorkspaceSettings, settings: Settings) -> Iterator[CohortSegments]:
    """Both, until the block ends.

    Raises:
        CouldNotStart: a key is missing.
        UnusableSetting: an address cannot be used.
    """
    if workspace.customerio is None:
        raise CouldNotStart(
            "The segments of cohorts cannot be made: there is no key for Customer.io's App API.",
            "Set CUSTOMERIO_APP_API_KEY.",
        )
    track = track_client(workspace.route)
    app = customerio_client(workspace.customerio, settings.http)
    try:
        yield CohortSegments(app, track, workspace.route.person)
    finally:
        app.close()
        track.close()
