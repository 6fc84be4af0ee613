"""What a channel is told of cohorts that lost so many people that it is kept back: once, and once that it is over."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import quote, unquote

from campaign_health.alerts.digest.situation import TellOnce
from campaign_health.words.cohort_words import held_text
from storage.delivery_records import Delivery

_TOLD, _BACK = "cohort", "cohort_over"
BACK_WORDS = "What the cohort lost is not kept back any more: its segment follows it."


def told_cohorts(delivery: Delivery, said: Collection[str]) -> Iterator[TellOnce]:
    """Cohorts whose loss is kept back, and those whose loss no longer is since `said`, the ids of what was told."""
    standing = set()
    for one in delivery.cohorts:
        if one.held_since is not None:
            thing = f"{int(one.held_since.timestamp())}:{quote(one.name, safe='')}"
            standing.add(thing)
            begun = f"{_TOLD}:{thing}"
            yield TellOnce(begun, one.name, held_text(one.applied, one.people), told=begun in said)
    for begun in sorted(said):
        kind, _, thing = begun.partition(":")
        over = f"{_BACK}:{thing}"
        if kind == _TOLD and thing not in standing and over not in said:
            yield TellOnce(over, unquote(thing.partition(":")[2]), BACK_WORDS, recovered=True)
