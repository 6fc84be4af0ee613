"""How an incident ended, in words: recovered, or closed without that, and by what."""

from __future__ import annotations

from datetime import date

from campaign_health.words.dates import day_text

INCIDENT_STATES = {"open": "■ Open", "recovered": "● Recovered", "closed": "◻ Closed", "withdrawn": "◻ Withdrawn"}
"""A label for each status of an incident."""

_CLOSED = {
    "stopped": "the campaign was stopped on {day}",
    "archived": "the campaign was archived on {day}",
    "draft": "the campaign was set back to draft on {day}",
    "deleted": "the campaign is no longer in Customer.io since {day}",
    "unmapped": "no event is known for the campaign since {day}",
    "new_level": "the lower level has lasted so long that it is the normal one since {day}",
    "accepted": "somebody said that the level since {day} is the normal one",
}
_SAID = {
    "decision": "marked as intended by {by}; the level since {day} is the normal one",
    "false_alarm": "called a false alarm by {by}; the level since {day} is the normal one",
}


def ending_text(how: str | None, day: date, today: date, said: tuple[str | None, str] | None = None) -> str:
    """How and when an incident ended; `how` is the `ended_how` of `incident` (None: an older file, a recovery).

    `said`: what was said of it (its `expected_how`), and by whom.
    """
    when = day_text(day, today)
    if how == "accepted" and said is not None and said[0] in _SAID:
        return f"closed: {_SAID[said[0]].format(by=said[1], day=when)}"
    closed = _CLOSED.get(how or "")
    return f"closed: {closed.format(day=when)}" if closed else f"recovered on {when}"
