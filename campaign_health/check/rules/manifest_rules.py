"""The manifest against itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from campaign_health.check.findings import Finding
from campaign_health.check.labels import labels, stopped
from campaign_health.manifest.dependencies import CampaignDependency
from campaign_health.manifest.manifest_reading import ReadManifest
from campaign_health.names.likeness import nearest_names


def check_manifest(read: ReadManifest, file: str, campaigns: Sequence[CampaignDependency]) -> list[Finding]:
    """Campaigns, broadcasts and transactional messages that name an event the manifest does not have. An event that is
    being renamed counts as there.
    """
    by_event: dict[str, list[CampaignDependency]] = defaultdict(list)
    for campaign in campaigns:
        if campaign.index is not None and campaign.event and not is_known(read, campaign.event):
            by_event[campaign.event].append(campaign)
    found = []
    for event, hit in sorted(by_event.items()):
        line = min(read.line(campaign.part, campaign.index or 0, "event") for campaign in hit)
        found.append(
            Finding(
                rule="unknown_event",
                severity="violation",
                message=(
                    f"{stopped(hit)} hang{'s' if len(hit) == 1 else ''} on `{event}`, which is not among the "
                    f"manifest's events.{_nearest(read, event)}"
                ),
                event=event,
                campaigns=labels(hit),
                file=file,
                line=line,
                head_file=file,
                head_line=line,
            )
        )
    return found


def is_known(read: ReadManifest, event: str) -> bool:
    """Whether the manifest has an event, under this name or the one it is being renamed to."""
    manifest = read.manifest
    return manifest.event(event) is not None or (
        manifest.newest_name(event) != event.strip() and manifest.event(manifest.newest_name(event)) is not None
    )


def _nearest(read: ReadManifest, event: str) -> str:
    near = next((name for name in read.manifest.events if name.strip().lower() == event.lower()), None)
    if near is not None:
        return f" It has `{near}`; case counts."
    nearest = nearest_names(event, read.manifest.events, limit=1)
    return f" Did you mean `{nearest[0][0]}`?" if nearest else " Add it to `events:`, or name another."
