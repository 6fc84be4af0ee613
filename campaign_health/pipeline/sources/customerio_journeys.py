"""Source `customerio_journeys`: each campaign's journeys by the day they started."""

from __future__ import annotations

from datetime import date

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.campaign_days import CampaignDays, collect_campaign_days, state_of_campaign_day
from collectors.customerio import fetch_journey_metrics
from storage.connection import Connection
from storage.records import JourneyMetrics
from storage.save import save_journey_metrics


def collect_customerio_journeys(run: WorkspaceRun, tally: Tally) -> None:
    """Saves the journeys of every campaign that ever ran.

    Raises:
        CollectorError: what ended it; what was complete is saved.
    """
    assert run.customerio is not None
    client = run.customerio

    def fetch(campaign_id: int, first_day: date, last_day: date) -> JourneyMetrics:
        return fetch_journey_metrics(client, campaign_id, first_day, last_day, run.zone, run.now)

    def save(connection: Connection, plan: CampaignDays, journeys: list[JourneyMetrics]) -> int:
        return save_journey_metrics(
            connection, run.name, journeys, state_of_campaign_day(run, plan), run.clock.instant()
        )

    collect_campaign_days(run, tally, "customerio_journeys", fetch, save, "campaigns' journeys", "journey_day")
