"""When a part of a daily count fell silent: its share of the whole was steady, and then it brought nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

# Every threshold of this module, with its unit.
LEAST_EXPECTED = 12.0  # that the part should have brought since it fell silent; more where its share is restless
LEFT = 0.02  # of what was due: stragglers
BACK = 0.3  # of what was due: the part is back
LEAST_DAYS = 3  # known days before, on which it came: what the first run looks back at
HISTORY_DAYS = 35  # calendar days before that are looked at
LASTING = 0.5  # of what was due that it must have brought on the day before: a part that fades out does not stop
AWAY = 6.0  # due on a day before, on which it brought none: it comes and goes

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Silence:
    """One silence of a part. `known_on` is the day by whose end so much was missing that it is no chance.

    `began` is the first known day on which it brought nothing, `last_before` the newest on which it did, `silent_days`
    the known days from `began` on which it stayed silent, `ended` the first on which it was back (None: it is not).
    `share` is its usual share (0 to 1) of the whole, `a_day` its usual count.
    """

    began: date
    last_before: date
    known_on: date
    silent_days: frozenset[date]
    ended: date | None
    share: float
    a_day: float


def silences(
    days: Sequence[date], count: Numbers, whole: Numbers, least_share: float, *, by_weekday: bool
) -> Iterator[Silence]:
    """Each silence of a part that usually has at least `least_share` of the whole; `days` are the known ones, in order.

    The number due is binomial about the share of the days before; where that share scatters by more than chance, as
    much more must be missing. With `by_weekday`, nothing is due on a weekday on which the part was not seen to come:
    a message may be set to send from Monday to Friday only.
    """
    known = np.flatnonzero(whole > 0)
    days, count, whole = [days[int(i)] for i in known], count[known], whole[known]
    over = 0
    for at in _drops(count, whole, least_share):
        before = [i for i in range(at) if (days[at] - days[i]).days <= HISTORY_DAYS]
        usual = _usual(count, whole, before, least_share)
        if at < over or usual is None or count[at] > LEFT * usual[0] * whole[at]:
            continue
        share, scatter = usual
        back = np.flatnonzero(count[at:] > BACK * share * whole[at:])
        end = at + int(back[0]) if len(back) else len(days)
        weekdays = {days[i].weekday() for i in before if count[i] > 0}
        due_on = np.array([not by_weekday or day.weekday() in weekdays for day in days[at:end]])
        due = np.cumsum(share * whole[at:end] * due_on)
        enough = np.flatnonzero((due >= LEAST_EXPECTED * scatter) & (np.cumsum(count[at:end]) <= LEFT * due))
        over = end + 1
        if len(enough):
            yield Silence(
                days[at], days[at - 1], days[at + int(enough[0])], frozenset(days[at:end]),
                days[end] if end < len(days) else None, share, float(np.median(count[before])),
            )  # fmt: skip


def _drops(count: Numbers, whole: Numbers, least_share: float) -> list[int]:
    """Where a silence may begin: next to nothing after a day on which a good piece of the least share came."""
    gone = count[1:] <= LEFT * whole[1:]
    here = count[:-1] >= LASTING * least_share * whole[:-1]
    return [int(at) + 1 for at in np.flatnonzero(gone & here) if at + 1 >= LEAST_DAYS]


def _usual(count: Numbers, whole: Numbers, before: Sequence[int], least_share: float) -> tuple[float, float] | None:
    """Usual share over the days before, and how much more it scatters than chance (binomially) explains, 1 or more.

    None where the part came on too few of them, was away on one before, or was fading out.
    """
    came, came_of = count[list(before)], whole[list(before)]
    if (came > 0).sum() < LEAST_DAYS:
        return None
    share = float(came.sum() / came_of.sum())
    due = share * came_of
    if share < least_share or came[-1] < LASTING * due[-1] or ((came == 0) & (due > AWAY)).any():
        return None
    scatter = float(((came - due) ** 2 / (due * (1.0 - share) + 1e-9)).sum() / (len(before) - 1))
    return share, max(scatter, 1.0)
