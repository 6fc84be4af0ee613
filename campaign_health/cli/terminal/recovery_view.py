"""Shows who missed a message: numbers on the terminal and as JSON; people only in a file that was asked for."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from rich.console import Console
from rich.text import Text

from campaign_health.cli.terminal.status_view import clean
from campaign_health.errors import CouldNotStart
from campaign_health.route.recovery.looking import Found
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from campaign_health.route.recovery.segment_way import SegmentFilled
from campaign_health.words.dates import days_text
from campaign_health.words.numbers import count, plural
from campaign_health.words.recovery_words import REASON_WORDS, missed_sentence


def write_people(file: Path, found: Found) -> None:
    """Everybody who missed it, and why they cannot be reached; the file is its owner's alone, and never replaced."""
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as failure:
        raise CouldNotStart(
            f"{file} cannot be written: {failure.strerror}.", "Name a file that is not there."
        ) from failure
    try:
        with os.fdopen(descriptor, "w", newline="", encoding="utf-8") as out:
            rows = csv.writer(out)
            rows.writerow(["person", "can_be_reached", "reason"])
            rows.writerows([one, "yes", ""] for one in found.missed.reachable)
            rows.writerows([one, "no", reason] for one, reason in found.missed.beyond.items())
    except OSError as failure:
        # Half a list would be taken for the whole.
        file.unlink(missing_ok=True)
        raise CouldNotStart(
            f"{file} could not be written to its end: {failure.strerror}. It was taken away again.", "Make room."
        ) from failure


def so_far(done: int, total: int | None, what: str) -> str:
    """How far a long work has come: `1,200 of 5,000 people`."""
    return f"{count(done)}{'' if total is None else f' of {count(total)}'} {what}"


def recovery_as_json(plan: RecoveryPlan, found: Found, filled: SegmentFilled | None) -> dict[str, object]:
    """The numbers, for programs."""
    should, missed = found.should, found.missed
    return {
        "workspace": plan.workspace,
        "campaign_id": plan.campaign_id,
        "campaign": plan.campaign,
        "events": list(plan.events),
        "since": plan.since.isoformat(),
        "until": plan.until.isoformat(),
        "qualifying_events": should.qualifying,
        "events_of_nobody": should.nobodys,
        "undecided_events": should.undecided,
        "too_new_events": should.too_new,
        "messages_of_nobody": found.sent_to_nobody,
        "should_have": len(should.people),
        "reached": len(missed.reached),
        "not_due": len(missed.not_due),
        "missed": missed.missed,
        "can_be_reached": len(missed.reachable),
        "reasons": dict(missed.reasons),
        "segment": None
        if filled is None
        else {"id": filled.segment_id, "name": filled.name, "added": filled.added, "not_in_it": filled.not_in_it},
    }


def print_recovery(console: Console, plan: RecoveryPlan, found: Found) -> None:
    """What was found, in sentences; no person is named."""
    should, missed = found.should, found.missed
    days = days_text(plan.since, plan.until, plan.until)
    console.print(
        Text(clean(f"{plan.campaign}, {days}: {missed_sentence(missed.missed, len(missed.reachable))}"), style="bold")
    )
    lines = [
        f"{plural(should.qualifying, 'event')} named {' or '.join(plan.events)} should have sent it, to "
        f"{plural(len(should.people), 'person', 'people')}; {count(len(missed.reached))} got it.",
    ]
    if missed.not_due:
        lines.append(f"{count(len(missed.not_due))} had got it so shortly before that it was not their turn.")
    lines += [f"{count(number)} {REASON_WORDS[reason]}." for reason, number in missed.reasons.items()]
    if should.nobodys:
        lines.append(f"{plural(should.nobodys, 'event')} of nobody who is known could not be followed.")
    if should.undecided:
        lines.append(f"{plural(should.undecided, 'event')} lack a property that `when` asks for, and were left out.")
    if should.too_new:
        lines.append(
            f"{plural(should.too_new, 'event is', 'events are')} so new that the message may be on its way; nobody is "
            "named for that yet."
        )
    if found.sent_to_nobody:
        lines.append(
            f"{plural(found.sent_to_nobody, 'message')} of Customer.io's list for these days and since, or for `once` "
            "before, without a person: whoever got them, and is still there, may be among those who missed it."
        )
    for line in lines:
        console.print(Text(clean(line)))
