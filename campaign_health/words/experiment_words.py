"""How it is told what a comparison of sending at once with sending once a day has shown."""

from __future__ import annotations

from campaign_health.words.numbers import count, plural
from campaign_health.words.proof_words import length_text

NOT_COMPARED = "Nobody is held back to compare with: what its people do is observed, not compared."


def not_yet_text(converted: int, needed: int, within_seconds: float) -> str:
    """`Not yet known: of those whose 7 days are over, 12 converted, and 30 have to.`"""
    length = length_text(within_seconds)
    return f"Not yet known: of those whose {length} are over, {count(converted)} converted, and {needed} have to."


def rates_text(at_once: tuple[int, int], held_back: tuple[int, int], within_seconds: float, held_until: str) -> str:
    """`Within 7 days, 14.2 % of 3,610 people converted who got it at once, and 11.0 % of 390 who got it at 09:00.`

    Each pair is how many converted, and of how many.
    """
    first, second = (
        f"{_percent(happened / of)} of {plural(of, 'person', 'people')}" for happened, of in (at_once, held_back)
    )
    return (
        f"Within {length_text(within_seconds)}, {first} converted who were to get it at once, and {second} who were to "
        f"wait until {held_until}."
    )


def difference_text(difference: float, low: float, high: float) -> str:
    """`That is 3.2 points more (95 % interval: 0.1 to 6.2): more than chance.`; the shares from -1 to 1."""
    more = "more" if difference >= 0 else "fewer"
    sure = "it may be chance" if low <= 0 <= high else "more than chance"
    interval = f"{_points(low)} to {_points(high)}"
    return f"That is {_points(abs(difference))} points {more} (95 % interval: {interval}): {sure}."


def caution_text(converted_by: str | None) -> str:
    """What to bear in mind of how conversions are known."""
    if converted_by is None:
        return (
            "Conversions are those that Customer.io reports: it knows none of people who converted before their "
            "message, which speaks for sending at once. `converted` in the manifest names an event instead."
        )
    return f"Converted is who had {converted_by}, whatever became of their message."


def people_text(at_once: int, held_back: int, observed: int, waiting: int) -> str:
    """`3,900 people at once and 430 held back so far; of 4,000 the time is over. 12 events wait for their hour now.`"""
    so_far = f"{plural(at_once, 'person', 'people')} at once and {count(held_back)} held back so far"
    waits = f" {plural(waiting, 'event waits', 'events wait')} for the hour now." if waiting else ""
    return f"{so_far}; of {count(observed)} the time is over.{waits}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(share: float) -> str:
    # Rounded first, so that nothing is shown as -0.0.
    return f"{round(100 * share, 1) + 0.0:.1f}"
