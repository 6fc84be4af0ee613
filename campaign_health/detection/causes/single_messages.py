"""Causes in one message of a campaign with several: it fell silent while the others go on, and why it did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.detection.causes.message_causes import recent_failures, variables_named
from campaign_health.detection.parts.message_stops import MessageStop
from campaign_health.words.dates import day_text
from campaign_health.words.guides import ask
from campaign_health.words.numbers import count, plural, rate_text

DAYS_EITHER_SIDE = 2
SURE, WITHOUT_REASON = 0.96, 0.9
MOST = 0.5  # of the sends due that were held back in one way: that is the reason


def single_message_causes(case: BrokenCampaign) -> Iterator[Cause]:
    """One cause for the busiest message that fell silent when the break began."""
    if case.kind not in ("degraded", "silent") or case.stage not in ("sent", None):
        return
    slack = timedelta(days=DAYS_EITHER_SIDE)
    timely = [stop for stop in case.message_stops if stop.last_before - slack <= case.since <= stop.known_on + slack]
    if timely:
        yield _cause(case, max(timely, key=lambda stop: stop.share))


def _cause(case: BrokenCampaign, stop: MessageStop) -> Cause:
    name, channel, state = _message(case, stop)
    day = day_text(stop.began, case.as_of)
    since = f"since {day}"
    if (stop.began - stop.last_before).days > 1:
        since += f" at the latest (it still did on {day_text(stop.last_before, case.as_of)})"
    sentence = (
        f"The message {name}{channel} has sent nothing {since}: it sent {rate_text(stop.a_day)}, and the other"
        f" {plural(stop.messages - 1, 'message')} of the campaign {'goes' if stop.messages == 2 else 'go'} on."
    )
    cause, said, step = _reason(case, stop, name, state)
    texts = recent_failures(case) if cause == "message_failing" else []
    facts = {
        "message": name.strip("`"),
        "message_id": stop.message_id,
        "message_sends_a_day": round(stop.a_day, 1),
        "last_day_before": stop.last_before.isoformat(),
        "day": stop.began.isoformat(),
        "known_on": stop.known_on.isoformat(),
        "failure_messages": texts[:5],
        "variables": list(dict.fromkeys(variable for text in texts for variable in variables_named(text))),
    }
    confidence = WITHOUT_REASON if cause == "message_silent" else SURE
    return Cause(cause, confidence, stop.began, f"{sentence} {said}", facts, step)


def _message(case: BrokenCampaign, stop: MessageStop) -> tuple[str, str, str | None]:
    """Name, channel in brackets and sending state of the message, as far as they are known."""
    frame = case.messages
    if frame is not None and not frame.empty:
        rows = frame[frame["message_id"].astype(str) == stop.message_id]
        if len(rows):
            row = rows.iloc[0]
            name = row["name"] if isinstance(row["name"], str) and row["name"] else stop.message_id
            state = row["sending_state"]
            return f"`{name}`", f" ({row['type']})", state if isinstance(state, str) else None
    return f"`{stop.message_id}`", "", None


def _reason(case: BrokenCampaign, stop: MessageStop, name: str, state: str | None) -> tuple[str, str, str]:
    """The cause that its own counts tell, in a sentence, and what to do."""
    drafted, failed = stop.lost.get("drafted", 0), stop.lost.get("failed", 0)
    unreachable = stop.lost.get("undeliverable", 0) + stop.lost.get("suppressed", 0)
    made = max(stop.lost.get("created", 0), drafted + failed + unreachable)
    enough = max(MOST * made, 1.0)
    # Only a message in draft makes messages that wait: one that is off makes none.
    in_draft = drafted >= enough or state == "draft"
    decide = " Decide about the drafts in the queue: send them or delete them." if in_draft else ""
    automatic = (
        f"In Customer.io, open the campaign's workflow and set {name} to “Send automatically”.{decide} The next journey"
        " should send."
    )
    if drafted >= enough:
        return "message_draft_or_off", f"It only queues drafts ({count(drafted)} so far).", automatic
    if failed >= enough:
        texts = recent_failures(case)
        said = f"All that is made of it fails ({count(failed)} so far)."
        if texts:
            said += f" Customer.io says: “{texts[0]}”."
        step = f"In Customer.io, open the failed deliveries of {name}, mend what the newest one names"
        step += ", and send yourself a test."
        return "message_failing", said, step
    if unreachable >= enough:
        step = f"In Customer.io, open an undelivered {name} and see whether it lacks an address or met a message limit."
        return "recipients_unreachable", f"Its recipients are out of reach ({count(unreachable)} so far).", step
    if state in ("off", "draft"):
        return "message_draft_or_off", f"It is {'switched off' if state == 'off' else 'set to draft'}.", automatic
    return (
        "message_silent",
        _unmade(stop),
        f"In Customer.io, follow one journey of today past the place of {name}, and read the condition before it."
        f" {ask(case.owner, 'whoever edits the campaign')} what was changed about {day_text(stop.began, case.as_of)}.",
    )


def _unmade(stop: MessageStop) -> str:
    created = stop.lost.get("created")
    if created is None:
        return "Why is not in its numbers."
    if created:
        return f"{plural(created, 'message was', 'messages were')} made of it and not sent."
    return "None is made of it: a branch or a condition before it lets nobody through, or it was taken out of the path."
