"""What people said of an incident, as every surface says it; without a full stop. Nobody is quoted with other words."""

from __future__ import annotations

from datetime import date

from campaign_health.words.dates import day_text

WAITING = "Fixed, waiting for proof"
"""What is said of a break while no day tells whether it is fixed."""

_NO_REASON = "no reason given"


def taken_text(by: str) -> str:
    """That somebody takes it on: `Being worked on: Ada is on it`."""
    return f"Being worked on: {by} is on it"


def fixed_text(by: str, on: date, reason: str | None, failed_on: date | None, still: str, today: date) -> str:
    """That somebody says it is fixed, and what the days since say: `Fixed, waiting for proof: Ada said so on Mon 23
    Nov`, or `Still silent: Ada said on Mon 23 Nov that it is fixed, and Tue 24 Nov shows that it is not`. `still` is
    what it is still, where `failed_on` shows it.
    """
    said = f" ({reason})" if reason else ""
    if failed_on is None:
        return f"{WAITING}: {by} said so on {day_text(on, today)}{said}; no day judged since tells yet"
    day = "the rest of that day" if failed_on == on else day_text(failed_on, today)
    return f"{still}: {by} said on {day_text(on, today)} that it is fixed{said}, and {day} shows that it is not"


def confirmed_text(by: str, on: date, reason: str | None, back_on: date, today: date) -> str:
    """That a fix proved to be one: `Fix confirmed: Ada said on Mon 23 Nov that it is fixed, and sends are back …`."""
    said = f" ({reason})" if reason else ""
    since = day_text(back_on, today)
    return f"Fix confirmed: {by} said on {day_text(on, today)} that it is fixed{said}, and sends are back since {since}"


def muted_text(by: str | None, reason: str | None, until: date | None, today: date) -> str:
    """That it is muted: `Muted until Mon 30 Nov by Ada: being rebuilt`."""
    when = day_text(until, today) if until else "further notice"
    return f"Muted until {when} by {by or 'someone'}: {reason or _NO_REASON}"


def intended_text(by: str, reason: str | None, until: date | None, today: date) -> str:
    """That it is meant: `Marked as intended by Ada: we send to paying customers only`."""
    when = f" until {day_text(until, today)}" if until else ""
    return f"Marked as intended by {by}{when}: {reason or _NO_REASON}"


def false_alarm_text(by: str, reason: str | None) -> str:
    """That nothing is wrong: `Called a false alarm by Ada: the test project sends these`."""
    return f"Called a false alarm by {by}{f': {reason}' if reason else ''}"


def announced_text(reason: str | None, by: str) -> str:
    """That a reviewed rename is under way: `Hand-over in progress until …: a becomes b (announced in the manifest)`."""
    owner = "" if by == "manifest" else f", owner {by}"
    return f"{reason or 'Hand-over in progress'} (announced in the manifest{owner})"


def renamed_text(by: str, old: str, new: str, trigger: str | None) -> str:
    """That a rename was confirmed, and what is still to be done: `Rename confirmed by Ada: a is now b; the trigger in
    Customer.io still names a`. `trigger` is what it names now.
    """
    if trigger == old:
        rest = f"the trigger in Customer.io still names {old}, so nothing is sent for {new}"
    elif trigger == new:
        rest = f"the trigger in Customer.io now names {new}, and the sends are not back yet"
    else:
        rest = "the sends are not back yet"
    return f"Rename confirmed by {by}: {old} is now {new}; {rest}"
