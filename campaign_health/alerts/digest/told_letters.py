"""What a channel is told of events that cannot be delivered: once that there are many, once that none is left."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from urllib.parse import quote, unquote

from campaign_health.alerts.digest.situation import TellOnce
from campaign_health.words.letter_words import TOLERATED_SHARE, letters_sentence
from storage.delivery_records import Delivery, LetterGroupRecord

COUNTED_DAYS = 7
"""As long as letters are kept."""
REFUSED = "refused:"
BACK_WORDS = "Those that could not be delivered were sent again, or given up: none is left."
_TOLD, _BACK = "letters", "letters_over"


def told_letters(delivery: Delivery, said: Collection[str]) -> Iterator[TellOnce]:
    """The groups of letters that are many, or were when the channel heard of them and are still there; and those that
    are gone since `said`, the ids of what it was told.

    What Customer.io refuses once it refuses again: that is told of from the first one on. The times that a channel
    heard of a group and of its end are numbered, so that what comes back is told again.
    """
    received = _received(delivery)
    there = {_thing(one): one for one in delivery.letters}
    for thing, one in there.items():
        known = _id(_TOLD, thing, said)
        of_event = received.get(one.event, 0)
        if known in said or one.reason.startswith(REFUSED) or one.count > TOLERATED_SHARE * of_event:
            yield TellOnce(known, one.event, _text(one, of_event), told=known in said)
    heard = {change_id.partition(":")[2].rpartition(":")[0] for change_id in said if change_id.startswith(f"{_TOLD}:")}
    for thing in sorted(heard - there.keys()):
        if _id(_TOLD, thing, said) in said:
            yield TellOnce(_id(_BACK, thing, said), unquote(thing.partition(":")[0]), BACK_WORDS, recovered=True)


def _received(delivery: Delivery) -> dict[str, int]:
    """How many of each event came in on the days that letters are kept."""
    first = delivery.noted_at.date() - timedelta(days=COUNTED_DAYS - 1)
    found: dict[str, int] = {}
    for one in delivery.days:
        if one.day >= first:
            found[one.event] = found.get(one.event, 0) + one.received
    return found


def _text(group: LetterGroupRecord, received: int) -> str:
    cure = f" Write {group.mended_by} under the event in the manifest, or mend the event." if group.mended_by else ""
    why = letters_sentence(group.count, received, group.reason, group.field)
    return f"{why}{cure} `route dead` lists them, `route replay` sends them."


def _thing(group: LetterGroupRecord) -> str:
    return ":".join(quote(part, safe="") for part in (group.event, group.reason, group.field))


def _id(kind: str, thing: str, said: Collection[str]) -> str:
    times = sum(change_id.startswith(f"{_BACK}:{thing}:") for change_id in said)
    return f"{kind}:{thing}:{times}"
