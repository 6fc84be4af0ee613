"""What can go wrong in asking for a sandbox."""

from __future__ import annotations

from campaign_health.errors import CampaignHealthError


class UnreadableWorld(CampaignHealthError):
    """The CSV cannot be read as a world."""


class UnknownFault(CampaignHealthError):
    """The fault asked for does not exist, or cannot be placed."""


class PortInUse(CampaignHealthError):
    """The port asked for cannot be listened on."""
