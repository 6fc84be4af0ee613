"""When each known campaign could send, from what is stored of it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from campaign_health.pipeline.day_states import CampaignLife, campaign_life
from storage.connection import Connection
from storage.read.collected import campaign_instants, state_changes


def campaign_lives(connection: Connection, workspace: str, zone: ZoneInfo) -> dict[int, CampaignLife]:
    """When each known campaign, deleted ones included, could send."""
    versions = state_changes(connection, workspace)
    return {
        campaign_id: campaign_life(first_started, versions.get(campaign_id, []), updated, gone_at, zone)
        for campaign_id, (first_started, updated, gone_at) in campaign_instants(connection, workspace).items()
    }
