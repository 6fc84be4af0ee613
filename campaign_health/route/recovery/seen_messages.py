"""What has become of messages to some people: from the reports, and from Customer.io's list."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from campaign_health.route.person import PersonBy
from campaign_health.route.recovery.canary import SeenOfCanary
from campaign_health.route.recovery.customerio_people import newest_messages
from campaign_health.route.recovery.missed import EARLY_SECONDS
from collectors.customerio import CustomerioClient
from storage.outbox.recovery_ledger import RecoveryLedger

FAILED = ("failed", "bounced", "undeliverable", "dropped")
_SLOW_SECONDS = 86_400.0
SenderKind = Literal["campaigns", "broadcasts"]


def seen_since(
    people: Collection[str],
    sender: tuple[SenderKind, int],
    since: float,
    client: CustomerioClient,
    ledger: RecoveryLedger,
    by: PersonBy,
) -> SeenOfCanary:
    """How many of the people were sent a message since the instant (Unix seconds), and of how many it failed.

    Args:
        people: Whom to look for.
        sender: The campaign or broadcast.
        since: When it was sent.
        client: Asked for its list of messages, which may be behind the reports, or ahead where none are kept.
        ledger: The ledger of the sender, which knows its reports.
        by: How people are known.
    """
    kind, number = sender
    earliest = since - EARLY_SECONDS
    found = {}
    for metric in ("sent", *FAILED):
        listed, _ = newest_messages(client, number, metric, earliest, since + _SLOW_SECONDS, by, of=kind)
        told = {one for one, at in ledger.reported(people, metric).items() if at >= earliest}
        found[metric] = told | listed.keys() & set(people)
    failed = set().union(*(found[metric] for metric in FAILED))
    return SeenOfCanary(len(people), len(found["sent"] - failed), len(failed))
