"""What Customer.io knows: campaigns, their messages, and what was sent."""

from collectors.customerio.api_triggered import ENDPOINTS, TriggeredList, fetch_triggered, fetch_triggered_list
from collectors.customerio.campaign_metrics import fetch_campaign_metrics
from collectors.customerio.campaigns import CampaignList, fetch_campaign, fetch_campaigns, with_messages
from collectors.customerio.eastern_days import (
    UndatedMetrics,
    day_told_by_hours,
    eastern_day,
    eastern_day_over,
    fetch_undated,
)
from collectors.customerio.failure_reasons import fetch_failures
from collectors.customerio.journeys import fetch_journey_metrics
from collectors.customerio.message_metrics import fetch_message_metrics
from collectors.customerio.messages import fetch_messages
from collectors.customerio.newsletters import fetch_newsletters
from collectors.customerio.segments import fetch_people_count, fetch_segments
from collectors.customerio.several import Fetched, fetch_each
from collectors.customerio.workspace_api import CustomerioClient
from collectors.customerio.workspace_number import fetch_workspace_number

__all__ = [
    "ENDPOINTS",
    "CampaignList",
    "CustomerioClient",
    "Fetched",
    "TriggeredList",
    "UndatedMetrics",
    "day_told_by_hours",
    "eastern_day",
    "eastern_day_over",
    "fetch_campaign",
    "fetch_campaign_metrics",
    "fetch_campaigns",
    "fetch_each",
    "fetch_failures",
    "fetch_journey_metrics",
    "fetch_message_metrics",
    "fetch_messages",
    "fetch_newsletters",
    "fetch_people_count",
    "fetch_segments",
    "fetch_triggered",
    "fetch_triggered_list",
    "fetch_undated",
    "fetch_workspace_number",
    "with_messages",
]
