"""The doctor: what is wrong with the installation, and how to mend it."""

from campaign_health.doctor.examination import examine
from campaign_health.health.finding import Finding, Level

__all__ = ["Finding", "Level", "examine"]
