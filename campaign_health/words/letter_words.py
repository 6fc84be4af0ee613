"""Why an event could not be delivered, and what mends it."""

from __future__ import annotations

from campaign_health.words.numbers import count, share_text
from campaign_health.words.recovery_words import can_recover, list_of_people

_WORDS = {
    "no_person": "it names nobody whom Customer.io could know",
    "missing_property": "it lacks the property {field}; mend the event, or the manifest's `route`",
    "wrong_type": "its property {field} is of another type than the manifest says",
    "mapping_error": "the manifest's `route` cannot be applied to its property {field}",
    "too_large": "it is larger than the 32 kB that Customer.io takes (beyond 1 MB nothing of it is kept)",
    "too_late": "Customer.io did not take it while the message made sense: look who missed it{by}",
    "hold_expired": "it was kept back for as long as it made sense: look who missed it{by}",
    "experiment": "its person is in the part of an experiment that gets the message at the daily hour",
    "program_fault": "the program itself failed at it again and again, and its log says where: report that",
    "unreadable": "it could not be read",
}


TOLERATED_SHARE = 0.01
"""Of an event, so many letters for one reason are no news."""


def letters_sentence(number: int, received: int, reason: str, field: str) -> str:
    """`12 of 400 (3 %) of the last 7 days could not be delivered: …`: letters of one group among all received."""
    whole = max(number, received)
    share = f"{count(number)} of {count(whole)} ({share_text(number / whole)}) of the last 7 days"
    return f"{share} could not be delivered: {letter_sentence(reason, field)}."


def letter_sentence(reason: str, field: str) -> str:
    """What a letter's reason means, for people; one that is not known is shown as it is."""
    if reason.startswith("refused:"):
        where = f" ({field})" if field else ""
        return f"Customer.io refused it: {reason.removeprefix('refused:')}{where}"
    by = " with `route recover`" if can_recover() else f" in {list_of_people()}"
    return _WORDS.get(reason, reason).format(field=field or "?", by=by)
