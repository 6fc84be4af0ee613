"""What was found out once about an incident: kept until something speaks against it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from campaign_health.words.dates import day_text

ESTABLISHED = 0.9
"""Confidence from which on a cause is established: later days may add to it, and not talk it away."""

Causes = tuple[Mapping[str, Any], ...]


def with_established(before: Causes, found: Causes, today: date, *, refused: Collection[tuple[str, str]]) -> Causes:
    """The causes found today, best first, with what was established `before` kept at their head.

    Numbers summed since the break grow pale as days go by, and so do causes read from them. An established cause gives
    way to a surer one, to one found where the break has moved to another stage, and to a person who said that its
    rename is none (`refused`: old and new name). Causes are as stored, with the `stage` that was broken
    when they were found.
    """
    if not before or not found:
        return found
    known, top = before[0], found[0]
    sure = float(known.get("confidence", 0.0))
    if sure < ESTABLISHED or known["cause"] == top["cause"] or float(top.get("confidence", 0.0)) >= sure:
        return found
    moved = known.get("stage") != top.get("stage")
    pair = _pair(known)
    # A rename that was under way when it was found may turn out to be of one part of the traffic.
    clearer = pair is not None and pair == _pair(top) and not known["facts"].get("complete")
    if moved or clearer or pair in refused:
        return found
    again = [cause for cause in found if cause["cause"] == known["cause"]]
    if not again:
        return as_of_then(before, today)
    return (*again, *(cause for cause in found if cause["cause"] != known["cause"]))


def as_of_then(causes: Causes, today: date) -> Causes:
    """Causes that today's numbers no longer show, told as what they are: true as of the day they were `seen_on`."""
    return tuple(_dated(cause, today) for cause in causes)


def _dated(cause: Mapping[str, Any], today: date) -> Mapping[str, Any]:
    seen_on = cause.get("seen_on")
    if seen_on is None or cause.get("told_as_of") == seen_on:
        return cause
    sentence = f"As of {day_text(date.fromisoformat(seen_on), today)}: {cause['sentence']}"
    return {**cause, "sentence": sentence, "told_as_of": seen_on}


def _pair(cause: Mapping[str, Any]) -> tuple[str, str] | None:
    """Old and new name of the rename that a cause rests on."""
    facts = cause.get("facts", {})
    return (facts["old_event"], facts["new_event"]) if "old_event" in facts and "new_event" in facts else None
