"""Looks for events of which more than a hundredth cannot be delivered for one reason."""

from __future__ import annotations

from collections.abc import Iterator

from campaign_health.health.finding import Finding, fine, wrong
from campaign_health.words.letter_words import TOLERATED_SHARE, letters_sentence
from campaign_health.words.numbers import count
from storage.outbox.events.event_letters import letter_groups
from storage.outbox.events.event_queue import LETTER_SECONDS
from storage.outbox.events.ledger_reads import received_since
from storage.outbox.route_file import Connection

SUBJECT = "Letters"


def examine_letters(connection: Connection, workspace: str, now: float) -> Iterator[Finding]:
    """Findings on the groups of letters that are a larger share of their event's last days than is usual."""
    received = received_since(connection, workspace, now - LETTER_SECONDS)
    groups = [one for one in letter_groups(connection) if one.workspace == workspace]
    large = [one for one in groups if one.count > TOLERATED_SHARE * received.get(one.event, 0)]
    for one in large:
        yield wrong(
            SUBJECT,
            f"{one.event}: {letters_sentence(one.count, received.get(one.event, 0), one.reason, one.field)}",
            "Mend it, then `campaign-health route replay`; `campaign-health route dead` lists all of them.",
        )
    if received and not large:
        yield fine(SUBJECT, f"{count(sum(one.count for one in groups))} of {count(sum(received.values()))} events.")
