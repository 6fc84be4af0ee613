"""Whether a campaign of which a part answered 404 is deleted: only its own 404 says so."""

from __future__ import annotations

from collections.abc import Collection

from campaign_health.pipeline.context import WorkspaceRun
from collectors.customerio import Fetched, fetch_campaign, fetch_each
from storage.records import CampaignGone


def really_gone(run: WorkspaceRun, campaign_ids: Collection[int]) -> tuple[list[int], list[str]]:
    """Those of the campaigns that are deleted, and what is told of the others, whose numbers or messages are not known.

    Raises:
        CollectorError: what makes asking further pointless.
    """
    assert run.customerio is not None
    client = run.customerio
    gone: list[int] = []
    others: list[str] = []
    for part in fetch_each(campaign_ids, lambda one: fetch_campaign(client, one)):
        if isinstance(part, CampaignGone):
            gone.append(part.campaign_id)
        else:
            but = "but it is there." if isinstance(part, Fetched) else f"and, asked for itself: {part.reason}"
            others.append(f"Campaign {part.campaign_id}: Customer.io answered 404 (not found), {but}")
    return gone, others
