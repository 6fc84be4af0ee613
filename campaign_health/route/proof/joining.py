"""Joins qualifying events with what was sent: how soon each person got their message."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from campaign_health.route.proof.log_histogram import LogHistogram, histogram_of
from campaign_health.route.recovery.missed import EARLY_SECONDS

GIVEN_UP_AFTER = 4
"""Times the promise: a message later than that is of another event, and the event is one that sent nothing."""
WITHOUT_PROMISE_SECONDS = 86_400.0
HOUR = 3600


@dataclass(frozen=True)
class HourProof:
    """One hour's qualifying events, by what became of them; `hour` is its first instant in Unix seconds.

    `sent` had a message in time to be theirs, of which `within` kept the promise (None: there is none) and `late` are
    the others; `not_sent` had none; `unknown` cannot be told yet, or of nobody. `took` are the seconds to the message.
    Of the sent ones, `delivered` arrived and `failed` bounced, as far as reports tell (None: none are kept).
    """

    hour: int
    qualifying: int
    sent: int
    within: int | None
    not_sent: int
    unknown: int
    took: LogHistogram
    delivered: int | None = None
    failed: int | None = None

    @property
    def late(self) -> int:
        """Sent, and not within the promise."""
        return 0 if self.within is None else self.sent - self.within


def prove_hours(
    events: Iterable[tuple[str | None, float]],
    sends: Mapping[str, Sequence[float]],
    promise_seconds: float | None,
    until: float,
    became: Mapping[tuple[str, float], str] | None = None,
) -> list[HourProof]:
    """The hours in which events qualified, oldest first.

    A message belongs to the first event before it that has none; each event has one message at most, and each message
    one event. An event that is younger at `until` than four times the promise and has none is not known yet.

    Args:
        events: Person (None: nobody who is known) and instant of each qualifying event.
        sends: Instants at which each person was sent a message of the campaign, ascending.
        promise_seconds: Within how long it is to be sent; None: no promise, and a message within a day is the event's.
        until: The instant up to which sends are known.
        became: What became of a message by its person and instant: delivered or failed; None where nothing is known.
    """
    patience = WITHOUT_PROMISE_SECONDS if promise_seconds is None else GIVEN_UP_AFTER * promise_seconds
    unused = {person: list(times) for person, times in sends.items()}
    hours: dict[int, list[float | str | None]] = {}
    ends: dict[int, list[str]] = {}
    for person, at in sorted(events, key=lambda event: event[1]):
        took: float | str | None = "unknown"
        hour = int(at // HOUR) * HOUR
        if person is not None:
            sent_at = _taken(unused.get(person, []), at, patience)
            if sent_at is not None:
                took = max(0.0, sent_at - at)
                ends.setdefault(hour, []).append((became or {}).get((person, sent_at), ""))
            else:
                took = "unknown" if until < at + patience else None
        hours.setdefault(hour, []).append(took)
    return [
        _hour(hour, found, promise_seconds, None if became is None else ends.get(hour, []))
        for hour, found in sorted(hours.items())
    ]


def _taken(times: list[float], at: float, patience: float) -> float | None:
    """The instant of the first unused message of the event, which is used up; None where there is none."""
    place = bisect_left(times, at - EARLY_SECONDS)
    if place == len(times) or times[place] > at + patience:
        return None
    return times.pop(place)


def _hour(
    hour: int, found: Sequence[float | str | None], promise_seconds: float | None, ends: Sequence[str] | None
) -> HourProof:
    took = [one for one in found if isinstance(one, float)]
    return HourProof(
        hour=hour,
        qualifying=len(found),
        sent=len(took),
        within=None if promise_seconds is None else sum(one <= promise_seconds for one in took),
        not_sent=found.count(None),
        unknown=found.count("unknown"),
        took=histogram_of(took),
        delivered=None if ends is None else ends.count("delivered"),
        failed=None if ends is None else ends.count("failed"),
    )
