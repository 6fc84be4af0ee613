"""What Customer.io knows: campaigns, their messages, and what was sent."""

from collectors.customerio.campaigns import CampaignList, fetch_campaigns, with_messages
from collectors.customerio.client import CustomerioClient
from collectors.customerio.failures import fetch_failures
from collectors.customerio.journeys import fetch_journey_metrics
from collectors.customerio.messages import fetch_messages
from collectors.customerio.metrics import fetch_campaign_metrics
from collectors.customerio.several import Fetched, fetch_each

__all__ = [
    "CampaignList",
    "CustomerioClient",
    "Fetched",
    "fetch_campaign_metrics",
    "fetch_campaigns",
    "fetch_each",
    "fetch_failures",
    "fetch_journey_metrics",
    "fetch_messages",
    "with_messages",
]
