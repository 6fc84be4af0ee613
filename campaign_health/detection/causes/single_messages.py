"""Causes in one message of a campaign with several: it fell silent while the others go on, and why it did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.detection.causes.compared import NEVER_OTHERWISE
from campaign_health.detection.causes.message_causes import recent_failures, variables_named
from campaign_health.detection.parts.message_stops import MessageStop
from campaign_health.detection.parts.never_sent import NeverSent
from campaign_health.words.dates import day_text
from campaign_health.words.guides import ask
from campaign_health.words.numbers import count, plural, rate_text

DAYS_EITHER_SIDE = 2
SURE, WITHOUT_REASON = 0.96, 0.9
_SWITCH_ON = (
    "In Customer.io, open the campaign's workflow and set {name} to “Send automatically”. The next journey should send."
)
_AUTOMATIC = (
    "In Customer.io, open the campaign's workflow and set {name} to “Send automatically”. Decide about the drafts in"
    " the queue: send them or delete them. The next journey should send."
)
_MEND = "In Customer.io, open the failed deliveries of {name}, mend what the newest one names, and send a test."
_REACH = "In Customer.io, open an undelivered {name} and see whether it lacks an address or met a message limit."
MOST = 0.5  # of the sends due that were held back in one way: that is the reason


def single_message_causes(case: BrokenCampaign) -> Iterator[Cause]:
    """One cause for the busiest message that fell silent when the break began."""
    if case.kind not in ("degraded", "silent") or case.stage not in ("sent", None):
        return
    if case.never_otherwise and case.never_sent:
        yield _never(case, max(case.never_sent, key=lambda one: one.until(case.as_of)))
        return
    slack = timedelta(days=DAYS_EITHER_SIDE)
    timely = [stop for stop in case.message_stops if stop.last_before - slack <= case.since <= stop.known_on + slack]
    if timely:
        yield _cause(case, max(timely, key=lambda stop: stop.share))


def _never(case: BrokenCampaign, one: NeverSent) -> Cause:
    name, channel, _ = _message(case, one.message_id)
    due, others = one.until(case.as_of), one.messages - 1
    unmade = (
        f"In Customer.io, follow one journey of today past the place of {name}, and read the condition before it."
        f" {ask(case.owner, 'whoever made the campaign')} whether it should send at all."
    )
    reasons: dict[str | None, tuple[str, str, str]] = {
        "drafted": ("message_draft_or_off", "it only queues drafts", _AUTOMATIC),
        "failed": ("message_failing", "all that is made of it fails", _MEND),
        "undeliverable": ("recipients_unreachable", "all that is made of it is undeliverable", _REACH),
        "suppressed": ("recipients_unreachable", "its recipients are suppressed", _REACH),
        None: ("message_silent", "none is made of it, so what comes before it lets nobody through", unmade),
    }
    cause, why, step = reasons[one.held_as]
    number = f" ({count(due)} so far)" if one.held_as is not None else ""
    sentence = (
        f"The message {name}{channel} has sent nothing since {day_text(one.began, case.as_of)}, and"
        f" {NEVER_OTHERWISE}: {why}{number}. The other {plural(others, 'message')} of the campaign"
        f" {'goes' if others == 1 else 'go'} out."
    )
    texts = recent_failures(case) if one.held_as == "failed" else []
    if texts:
        sentence += f" Customer.io says: “{texts[0]}”."
    facts = {
        "message": name.strip("`"),
        "message_id": one.message_id,
        "held_as": one.held_as,
        "due_since": round(due),
        "day": one.began.isoformat(),
        "known_on": one.known_on.isoformat(),
        "failure_messages": texts[:5],
        "variables": list(dict.fromkeys(variable for text in texts for variable in variables_named(text))),
    }
    confidence = WITHOUT_REASON if one.held_as is None else SURE
    return Cause(cause, confidence, one.began, sentence, facts, step.replace("{name}", name))


def _cause(case: BrokenCampaign, stop: MessageStop) -> Cause:
    name, channel, state = _message(case, stop.message_id)
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


def _message(case: BrokenCampaign, message_id: str) -> tuple[str, str, str | None]:
    """Name, channel in brackets and sending state of the message, as far as they are known."""
    frame = case.messages
    if frame is not None and not frame.empty:
        rows = frame[frame["message_id"].astype(str) == message_id]
        if len(rows):
            row = rows.iloc[0]
            name = row["name"] if isinstance(row["name"], str) and row["name"] else message_id
            state = row["sending_state"]
            return f"`{name}`", f" ({row['type']})", state if isinstance(state, str) else None
    return f"`{message_id}`", "", None


def _reason(case: BrokenCampaign, stop: MessageStop, name: str, state: str | None) -> tuple[str, str, str]:
    """The cause that its own counts tell, in a sentence, and what to do."""
    drafted, failed = stop.lost.get("drafted", 0), stop.lost.get("failed", 0)
    unreachable = stop.lost.get("undeliverable", 0) + stop.lost.get("suppressed", 0)
    made = max(stop.lost.get("created", 0), drafted + failed + unreachable)
    enough = max(MOST * made, 1.0)
    # Only a message in draft makes messages that wait: one that is off makes none.
    in_draft = drafted >= enough or state == "draft"
    automatic = (_AUTOMATIC if in_draft else _SWITCH_ON).replace("{name}", name)
    if drafted >= enough:
        return "message_draft_or_off", f"It only queues drafts ({count(drafted)} so far).", automatic
    if failed >= enough:
        texts = recent_failures(case)
        said = f"All that is made of it fails ({count(failed)} so far)."
        if texts:
            said += f" Customer.io says: “{texts[0]}”."
        return "message_failing", said, _MEND.replace("{name}", name)
    if unreachable >= enough:
        said = f"Its recipients are out of reach ({count(unreachable)} so far)."
        return "recipients_unreachable", said, _REACH.replace("{name}", name)
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
