"""Looks whether an event that is sent live also reaches Customer.io from elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from campaign_health.health.finding import Finding, fine, note, wrong
from campaign_health.route.event_key import ulid_of
from campaign_health.route.mapping.route_plan import RoutedEvent
from campaign_health.route.other_sender import RECENT_SECONDS, Arrival, newest_arrivals
from campaign_health.words.numbers import count
from campaign_health.words.proof_words import length_text
from collectors.customerio import CustomerioClient
from storage.outbox.events.ledger_reads import delivered_since
from storage.outbox.route_file import Connection

OLDEST_SENT = 4 * 86_400.0
"""Seconds; no event is sent that is older than 71 hours."""


def examine_senders(
    client: CustomerioClient, connection: Connection, workspace: str, live: Mapping[str, RoutedEvent], now: float
) -> Iterator[Finding]:
    """Findings on each event that is sent live, unless the manifest says that it is sent from elsewhere, too.

    Raises:
        CollectorError: Customer.io did not say.
    """
    for event, routed in sorted(live.items()):
        if routed.also_sent_by is None:
            arrivals = [one for one in newest_arrivals(client, routed.to) if now - one.at < RECENT_SECONDS]
            sent = delivered_since(connection, workspace, event, now - OLDEST_SENT)
            yield _finding(event, arrivals, foreign(arrivals, sent), bool(sent), now)


def foreign(arrivals: Sequence[Arrival], sent: Sequence[tuple[bytes, float]]) -> list[Arrival]:
    """What arrived and was not sent by us: known by its id where Customer.io shows ours, else by its second.

    Args:
        arrivals: What reached Customer.io.
        sent: Key and event time of what we sent.
    """
    ours = {ulid_of(key, int(at)) for key, at in sent}
    if any(one.id in ours for one in arrivals):
        return [one for one in arrivals if one.id not in ours]
    seconds = Counter(int(at) for _, at in sent)
    found = []
    for one in arrivals:
        if seconds[int(one.at)] > 0:
            seconds[int(one.at)] -= 1
        else:
            found.append(one)
    return found


def _finding(event: str, arrivals: Sequence[Arrival], others: Sequence[Arrival], we_sent: bool, now: float) -> Finding:
    subject = f"Senders of {event}"
    if not others:
        return fine(subject, "It reaches Customer.io from nowhere else.")
    if we_sent and len(others) == len(arrivals):
        return note(
            subject,
            "Whether somebody else sends it cannot be told: Customer.io shows neither our ids nor the events' times.",
            "`campaign-health route try` finds out what it shows.",
        )
    newest = length_text(max(now - max(one.at for one in others), 1))
    return wrong(
        subject,
        f"{count(len(others))} of the newest {count(len(arrivals))} came from elsewhere, the last {newest} ago: "
        "people get two messages.",
        "Stop the other sender, or say `also_sent_by` in the manifest.",
    )
