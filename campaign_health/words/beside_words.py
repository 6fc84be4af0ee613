"""How broadcasts, transactional messages and newsletters are told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from campaign_health.words.dates import day_text
from campaign_health.words.lists import joined
from campaign_health.words.numbers import count, plural, span

CHARTED_WORDS = "Charted, not judged: the manifest names no event for it."
SOURCE_WORDS: Mapping[str, str] = {
    "customerio_broadcasts": "broadcasts",
    "customerio_transactional": "transactional messages",
    "customerio_newsletters": "newsletters",
}
BACK_WORDS = "Recovered: its sends are as expected again."
DAY_WORDS = "Customer.io counts these days in US Eastern time, whatever the workspace's zone."
NEWSLETTER_WORDS = "A newsletter is sent once, by a person: it is listed, and not judged."


class KindWords(NamedTuple):
    """One kind, alone at the beginning of a sentence, and in numbers within one."""

    one: str
    single: str
    several: str


KIND_WORDS: Mapping[str, KindWords] = {
    "broadcast": KindWords("Broadcast", "broadcast", "broadcasts"),
    "transactional": KindWords("Transactional message", "transactional message", "transactional messages"),
}


def broken_sentence(
    status: str,
    since: date | None,
    day: date | None,
    events: float | None,
    event: str | None,
    sent: float | None,
    low: float | None,
    high: float | None,
) -> str:
    """`Silent since Fri 20 Nov: 0 sends for about 118 events named reset on Mon 23 Nov; 52 to 71 were expected.`"""
    begun = f" since {day_text(since, day or since)}" if since is not None else ""
    text = f"{'Silent' if status == 'silent' else 'Losing sends'}{begun}"
    if sent is not None and day is not None:
        of = "" if events is None or event is None else f" for about {plural(round(events), 'event')} named {event}"
        text += f": {plural(sent, 'send')}{of} on {day_text(day, day)}"
    if low is not None and high is not None:
        text += f"; {span(low, high)} were expected"
    return f"{text}."


def broken_in_short(number: int) -> str:
    """`1 transactional message or broadcast is broken`: a part of a sentence on everything."""
    if number == 1:
        return "1 transactional message or broadcast is broken"
    return f"{count(number)} transactional messages or broadcasts are broken"


def recovered_in_short(number: int) -> str:
    """`1 transactional message or broadcast has recovered`: a part of a sentence on everything."""
    if number == 1:
        return "1 transactional message or broadcast has recovered"
    return f"{count(number)} transactional messages or broadcasts have recovered"


def listed_in_words(
    *,
    by_event: int,
    by_journeys: int,
    judged: Mapping[str, int],
    charted: Mapping[str, int],
    newsletters: int,
    lacking: Sequence[str] = (),
) -> str:
    """What is watched and how, and what is not: `Watched: 17 campaigns by their event and 3 by their journeys only.
    Charted, not judged: 2 broadcasts. Listed only: 130 newsletters.`"""
    watched = (
        [f"{plural(by_event, 'campaign')} by {'its event' if by_event == 1 else 'their events'}"] if by_event else []
    )
    if by_journeys:
        watched.append(f"{plural(by_journeys, 'campaign')} by {'its' if by_journeys == 1 else 'their'} journeys only")
    watched += [
        f"{_number(kind, number)} by the event that the manifest names" for kind, number in judged.items() if number
    ]
    parts = [f"Watched: {joined(watched)}." if watched else "Nothing is watched yet."]
    if any(charted.values()):
        several = joined([_number(kind, number) for kind, number in charted.items() if number])
        parts.append(f"Charted by sends, not judged: {several}.")
    if newsletters:
        parts.append(f"Listed, not judged: {plural(newsletters, 'newsletter')}.")
    if lacking:
        parts.append(f"Not collected yet: {joined(list(lacking))}.")
    return " ".join(parts)


def _number(kind: str, number: int) -> str:
    return plural(number, KIND_WORDS[kind].single, KIND_WORDS[kind].several)
