"""Has Customer.io send an API-triggered broadcast, which the manifest names, to people who missed a message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from campaign_health.route.recovery.canary import SeenOfCanary
from campaign_health.route.recovery.careful_sending import WayName
from campaign_health.route.recovery.looking import Sources
from campaign_health.route.recovery.seen_messages import seen_since
from campaign_health.route.recovery.unnamed import unnamed
from storage.outbox.recovery_ledger import RecoveryLedger

TRIGGER_SECONDS = 10.5
"""Customer.io takes one trigger in ten seconds."""


@dataclass(frozen=True)
class BroadcastWay:
    """One broadcast; `ledger` is the broadcast's own, which knows its reports."""

    broadcast_id: int
    sources: Sources
    ledger: RecoveryLedger
    name: WayName = "broadcast"
    block: int = 10_000
    pause_seconds: float = TRIGGER_SECONDS

    def send(self, people: Sequence[str]) -> frozenset[str]:
        """Trigger it for these; asked once only, since twice would send twice."""
        path = f"/campaigns/{self.broadcast_id}/triggers"
        # Somebody who was deleted since must not make it fail for all.
        asked = (
            {"ids": list(people), "id_ignore_missing": True}
            if self.sources.by == "id"
            else {"emails": list(people), "email_ignore_missing": True}
        )
        with unnamed(people):
            self.sources.customerio.ask_json(path, asked, repeatable=False)
        return frozenset()

    def seen(self, people: Collection[str]) -> SeenOfCanary:
        """What the broadcast has sent them since."""
        since = self.sources.now.timestamp()
        client, by = self.sources.customerio, self.sources.by
        return seen_since(people, ("broadcasts", self.broadcast_id), since, client, self.ledger, by)
