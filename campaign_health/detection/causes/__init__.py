"""Why a campaign broke: ranked causes, each with evidence that a person can check."""

from campaign_health.detection.causes.case import BrokenCampaign, Cause, campaign_numbers
from campaign_health.detection.causes.ranking import find_causes

__all__ = ["BrokenCampaign", "Cause", "campaign_numbers", "find_causes"]
