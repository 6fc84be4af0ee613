"""Stands in where no channel is set up, so that a digest can be shown all the same."""

from __future__ import annotations

from campaign_health.alerts.channels.delivery import DeliveryFailed, Receipt, ReportMessage
from campaign_health.alerts.digest.digest_data import Digest


class Terminal:
    """A channel that was never told anything and takes no messages."""

    name = "none"
    editable = False

    def deliver(self, digest: Digest, today: Receipt | None) -> Receipt:
        """Always fails: there is nobody to tell."""
        raise DeliveryFailed("no channel is set up", final=True)

    def deliver_report(self, message: ReportMessage) -> None:
        """Always fails, too."""
        raise DeliveryFailed("no channel is set up", final=True)
