"""How a recovery is told of: who missed a message, who can still be reached, and why the others cannot."""

from __future__ import annotations

from collections.abc import Mapping

from campaign_health.words.event_service import event_service, is_database
from campaign_health.words.numbers import count, plural

REASON_WORDS: Mapping[str, str] = {
    "converted": "have done since what the message asks for",
    "recovered_before": "were reached by an earlier recovery",
    "too_late": "are past the time for which the message makes sense",
    "suppressed": "are suppressed in Customer.io",
    "not_in_customerio": "are not in Customer.io: never there, deleted, or suppressed",
    "unsubscribed": "have unsubscribed",
    "no_address": "have no e-mail address in Customer.io",
    "unknown": "could not be told about: Customer.io did not say enough",
}


_DONE = {
    "segment": ("was put into a segment", "were put into a segment"),
    "replay": ("had their event sent to Customer.io again", "had their event sent to Customer.io again"),
    "broadcast": ("was in the broadcast", "were in the broadcast"),
}


def who_missed(what: str) -> str:
    """What finds who missed `it`, without the full stop: `route recover` reads Mixpanel's export and no other."""
    if can_recover():
        return f"`campaign-health route recover` finds who missed {what} meanwhile"
    return f"{list_of_people()} of those who had the event meanwhile shows who missed {what}"


def recover_step(event: str, command: str = "`campaign-health route recover`") -> str:
    """How to look who missed a message about an event, after a colon: the command, or what there is in its place."""
    return command if can_recover() else f"make {list_of_people()} of those who had `{event}` then"


def can_recover() -> bool:
    """Whether `route recover` and `route proof` can read who had an event."""
    return event_service() == "Mixpanel"


def list_of_people() -> str:
    """What lists people by their events where recovery cannot: `a cohort in Amplitude`."""
    service = event_service()
    return f"a query of {service}" if is_database(service) else f"a cohort in {service}"


def done_sentence(way: str, people: int, by: str = "") -> str:
    """`540 people had their event sent to Customer.io again.`, `by` with what follows."""
    one, many = _DONE[way]
    return f"{plural(people, 'person', 'people')} {one if people == 1 else many}{by}."


def stopped_sentence(why: str, left: int) -> str:
    """`It stopped there: of the first 10 people, 2 were sent the message. 530 were left alone.`"""
    return f"It stopped there: {why}. {plural(left, 'person was', 'people were')} left alone."


def missed_sentence(missed: int, reachable: int) -> str:
    """`652 people missed it; 540 can still be reached.`"""
    if not missed:
        return "Nobody missed it."
    who = plural(missed, "person", "people")
    if not reachable:
        return f"{who} missed it, and cannot be reached any more."
    if reachable == missed:
        return f"{who} missed it, and can still be reached."
    return f"{who} missed it; {count(reachable)} can still be reached."
