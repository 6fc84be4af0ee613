"""Sends people's own events to Customer.io once more, which lets the campaign send by itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from campaign_health.route.lanes.verdict import verdict_of
from campaign_health.route.recovery.canary import SeenOfCanary
from campaign_health.route.recovery.careful_sending import WayName
from campaign_health.route.recovery.looking import Sources
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from campaign_health.route.recovery.replays import Replays
from campaign_health.route.recovery.seen_messages import seen_since
from campaign_health.route.recovery.unnamed import unnamed
from campaign_health.route.track_event import BATCH_PATH
from collectors.errors import UnexpectedShape
from collectors.http.client import HttpClient
from storage.outbox.recovery_ledger import RecoveryLedger


@dataclass(frozen=True)
class ReplayWay:
    """Customer.io's Track API, a hundred events a request, and a second between two."""

    replays: Replays
    plan: RecoveryPlan
    sources: Sources
    track: HttpClient
    ledger: RecoveryLedger
    name: WayName = "replay"
    block: int = 100
    pause_seconds: float = 1.0

    def send(self, people: Sequence[str]) -> frozenset[str]:
        """Send the event of each; the same one sent twice is one to Customer.io, by its ULID."""
        with unnamed(people):
            answer = self.track.tell_json(BATCH_PATH, {"batch": [self.replays.operations[one] for one in people]})
        return frozenset() if answer.status != 207 else _refused(answer.text, people)

    def seen(self, people: Collection[str]) -> SeenOfCanary:
        """What the campaign has sent them since."""
        since = self.sources.now.timestamp()
        client, by = self.sources.customerio, self.sources.by
        return seen_since(people, ("campaigns", self.plan.campaign_id), since, client, self.ledger, by)


def _refused(text: str, people: Sequence[str]) -> frozenset[str]:
    """Those of a batch whose event was refused; all others were taken."""
    verdict = verdict_of(207, text, len(people))
    if verdict.kind != "taken":
        raise UnexpectedShape(
            "Customer.io took a part of the events, and did not say which.",
            "Nobody of them is sent to again. Look at the campaign in Customer.io.",
            source="Customer.io (Track)",
            field="errors",
        )
    return frozenset(people[place] for place in verdict.refused)
