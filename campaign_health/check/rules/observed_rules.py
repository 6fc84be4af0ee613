"""The manifest against what Customer.io and Mixpanel were seen to have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from campaign_health.check.findings import Coverage, Finding
from campaign_health.check.rules.customerio_rules import check_customerio
from campaign_health.check.rules.mixpanel_rules import check_mixpanel
from campaign_health.manifest.dependencies import CampaignDependency
from campaign_health.manifest.manifest_reading import ReadManifest
from campaign_health.manifest.observed import Observed
from campaign_health.words.event_service import speaking_of


def check_observed(
    read: ReadManifest,
    file: str,
    campaigns: Sequence[CampaignDependency],
    observed: Observed,
    today: date,
    coverage: Coverage,
) -> list[Finding]:
    """Both comparisons, each where it was looked at."""
    found: list[Finding] = []
    if observed.campaigns is not None:
        found += check_customerio(read, file, campaigns, observed.campaigns, coverage)
    if observed.events is not None:
        with speaking_of(observed.event_service):
            found += check_mixpanel(read, file, campaigns, observed, today)
    return found
