"""What Customer.io knows: campaigns, their messages, and what was sent."""

from collectors.customerio.campaign_metrics import fetch_campaign_metrics
from collectors.customerio.campaigns import CampaignList, fetch_campaign, fetch_campaigns, with_messages
from collectors.customerio.failure_reasons import fetch_failures
from collectors.customerio.journeys import fetch_journey_metrics
from collectors.customerio.message_metrics import fetch_message_metrics
from collectors.customerio.messages import fetch_messages
from collectors.customerio.segments import fetch_people_count, fetch_segments
from collectors.customerio.several import Fetched, fetch_each
from collectors.customerio.workspace_api import CustomerioClient
from collectors.customerio.workspace_number import fetch_workspace_number

__all__ = [
    "CampaignList",
    "CustomerioClient",
    "Fetched",
    "fetch_campaign",
    "fetch_campaign_metrics",
    "fetch_campaigns",
    "fetch_each",
    "fetch_failures",
    "fetch_journey_metrics",
    "fetch_message_metrics",
    "fetch_messages",
    "fetch_people_count",
    "fetch_segments",
    "fetch_workspace_number",
    "with_messages",
]
