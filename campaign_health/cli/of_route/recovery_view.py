"""Shows who missed a message: numbers on the terminal and as JSON; people only in a file that was asked for."""

from __future__ import annotations

import csv
import os
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.text import Text

from campaign_health.cli.terminal.status_view import clean
from campaign_health.errors import CouldNotStart
from campaign_health.route.recovery.arrivals import WhereLost
from campaign_health.route.recovery.careful_sending import Sent
from campaign_health.route.recovery.chosen_way import Chosen
from campaign_health.route.recovery.looking import Found
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from campaign_health.route.recovery.segment_way import SegmentFilled
from campaign_health.words.dates import days_text
from campaign_health.words.numbers import count, plural
from campaign_health.words.recovery_words import REASON_WORDS, done_sentence, missed_sentence, stopped_sentence

SEND_WORDS = {
    "segment": "`--send` puts them into a segment of Customer.io.",
    "replay": "`--send` sends their events to Customer.io again, the first ten by themselves.",
    "broadcast": "`--send` has Customer.io send them the broadcast, the first ten by themselves.",
}


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


def recovery_as_json(
    plan: RecoveryPlan, found: Found, chosen: Chosen, outcome: SegmentFilled | Sent | None
) -> dict[str, object]:
    """The numbers, for programs."""
    should, missed = found.should, found.missed
    filled = outcome if isinstance(outcome, SegmentFilled) else None
    sent = outcome if isinstance(outcome, Sent) else None
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
        "where_lost": None if found.where is None else asdict(found.where),
        "reasons": dict(missed.reasons),
        "way": chosen.way,
        "reachable_by_way": len(chosen.people),
        "sent": None
        if sent is None
        else {
            "people": sent.people,
            "refused": sent.refused,
            "stopped": sent.stopped,
            "first": sent.seen.asked,
            "first_sent": sent.seen.sent,
            "first_failed": sent.seen.failed,
        },
        "segment": None
        if filled is None
        else {"id": filled.segment_id, "name": filled.name, "added": filled.added, "not_in_it": filled.not_in_it},
    }


def way_lines(chosen: Chosen) -> list[str]:
    """Whom of those who can be reached the way cannot reach, and why."""
    if chosen.replays is None:
        return []
    lines = [f"{plural(len(chosen.people), 'of them', 'of them')} can be reached by their own event, sent again."]
    if chosen.replays.too_old:
        lines.append(
            f"{count(len(chosen.replays.too_old))} have no event of the last 71 hours, which is too old for it."
        )
    if chosen.replays.unfit:
        lines.append(f"{count(len(chosen.replays.unfit))} have only events that are not as the manifest declares.")
    return lines


def outcome_lines(chosen: Chosen, outcome: SegmentFilled | Sent | None) -> list[str]:
    """What was done, and what was not."""
    if outcome is None:
        return [f"Nothing was written. {SEND_WORDS[chosen.way]}"] if chosen.people else []
    if isinstance(outcome, SegmentFilled):
        lines = [
            f"{plural(outcome.added, 'person', 'people')} put into the segment {outcome.name!r} ({outcome.segment_id}) "
            "in Customer.io. Nothing is sent to them by that."
        ]
        if outcome.not_in_it:
            lines.append(
                f"{plural(outcome.not_in_it, 'of them is', 'of them are')} not in it when it is read back: Customer.io "
                "takes a moment, or passed over people it does not have. Look at the segment's number there."
            )
        return lines
    lines = [done_sentence(chosen.way, outcome.people)]
    if outcome.refused:
        lines.append(f"{count(outcome.refused)} were refused by Customer.io; another run can try them again.")
    if outcome.stopped is not None:
        lines.append(stopped_sentence(outcome.stopped, len(chosen.people) - outcome.people - outcome.refused))
    else:
        seen = outcome.seen
        lines.append(f"Of the first {seen.asked}, {count(seen.sent)} were seen to get it before the others were next.")
    return lines


def where_lines(where: WhereLost | None, event: str) -> list[str]:
    """Where those who missed it were lost; nothing where that cannot be told."""
    if where is None:
        return []
    told = [
        (where.never_arrived, "no event of theirs reached Customer.io"),
        (where.other_name, f"their event reached Customer.io under another name than {event}"),
        (where.no_message, f"their {event} reached Customer.io, and no message came of it"),
    ]
    said = "; ".join(f"for {count(number)}, {what}" for number, what in told if number)
    return [f"Where they were lost: {said}."]


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
    lines += where_lines(found.where, plan.events[0])
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
