"""Looks for what Customer.io answered with 200 and then did not do: only its list of activities tells."""

from __future__ import annotations

from collections.abc import Iterator

from campaign_health.health.finding import Finding, fine, note
from campaign_health.route.other_sender import PAGE, RECENT_SECONDS, newest_activities
from campaign_health.words.numbers import count
from collectors.customerio import CustomerioClient

SUBJECT = "Accepted by Customer.io"
KINDS = {"failed_event": "an event", "skipped_update": "a person's attributes"}
"""Of activities, with what it was that was not done."""


def examine_not_done(client: CustomerioClient, now: float) -> Iterator[Finding]:
    """Findings on what was accepted and not done within the last day, of all senders together; nobody is named.

    Raises:
        CollectorError: Customer.io did not say.
    """
    lost = {}
    for kind in KINDS:
        number = sum(now - one.at < RECENT_SECONDS for one in newest_activities(client, kind))
        if number:
            lost[kind] = number
    for kind, number in lost.items():
        least = "at least " if number >= PAGE else ""
        yield note(
            SUBJECT,
            f"Of what it took in within a day, it did not apply {KINDS[kind]} {least}{count(number)} times ({kind}).",
            f"Customer.io's activity log of the type {kind} says of whom and why; it is never sent again by itself.",
        )
    if not lost:
        yield fine(SUBJECT, "It did all that it took in within a day, as its activity log says.")
