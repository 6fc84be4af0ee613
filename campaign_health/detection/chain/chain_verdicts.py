"""Verdicts on campaigns side by side: one row per campaign, one column per day."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.chain.chain_input import Flags, Numbers
from campaign_health.detection.pair.verdicts import STATUS_NAMES

STAGES = ("event", "started", "activated", "sent", "delivered")
CODE = {name: code for code, name in enumerate(STATUS_NAMES)}


@dataclass(frozen=True)
class Expectation:
    """What a healthy chain would have counted, with the range that holds 95 % of healthy days; NaN unknown."""

    value: Numbers
    low: Numbers
    high: Numbers


@dataclass(frozen=True)
class ChainVerdicts:
    """Verdicts, one row per campaign and one column per day.

    `status` is a place in STATUS_NAMES, `stage` a place in STAGES or -1. `broken`: the day's own numbers say so.
    `held`: a link that broke earlier has not recovered. `judged`: the day's numbers were known well enough.
    `began`: days before this one on which the break began, where broken. `relearned`: from this day on the
    level is taken as normal, for it has lasted; `accepted`: for a person said so. `standing`: broken, and never known
    to be otherwise. `total_sends`, `total_expected`:
    where only two weeks together told, on the day they did, what the broken stage counted and should have counted since
    it began; else NaN. `sends`, `deliveries`: what they
    should have been; `events`, `starts`: the same from their own history.
    """

    status: NDArray[np.int8]
    stage: NDArray[np.int8]
    broken: Flags
    held: Flags
    judged: Flags
    relearned: Flags
    accepted: Flags
    standing: Flags
    began: NDArray[np.int32]
    probability: Numbers
    total_sends: Numbers
    total_expected: Numbers
    sends: Expectation
    deliveries: Expectation
    events: Expectation
    starts: Expectation


def beside(parts: list[ChainVerdicts]) -> ChainVerdicts:
    """Verdicts on consecutive spans of days as one."""
    return ChainVerdicts(
        **{part.name: _joined([getattr(p, part.name) for p in parts]) for part in fields(ChainVerdicts)}
    )


def cut(verdicts: ChainVerdicts, first: int, last: int) -> ChainVerdicts:
    """The columns from `first` to before `last`, in memory of their own."""

    def kept(value: Any) -> Any:
        if isinstance(value, Expectation):
            return Expectation(*(np.array(part[:, first:last]) for part in (value.value, value.low, value.high)))
        return np.array(value[:, first:last])

    return ChainVerdicts(**{part.name: kept(getattr(verdicts, part.name)) for part in fields(ChainVerdicts)})


def padded(verdicts: ChainVerdicts, days: int) -> ChainVerdicts:
    """The same with columns of which nothing is known added, up to `days`."""

    def more(array: Any, fill: Any) -> Any:
        missing = np.full((array.shape[0], days - array.shape[1]), fill, dtype=array.dtype)
        return np.concatenate([array, missing], axis=1)

    unknown: dict[str, float] = {"status": CODE["not_collected"], "stage": -1}
    unknown |= dict.fromkeys(("probability", "total_sends", "total_expected"), np.nan)

    def kept(name: str, value: Any) -> Any:
        if isinstance(value, Expectation):
            return Expectation(*(more(part, np.nan) for part in (value.value, value.low, value.high)))
        return more(value, unknown.get(name, 0))

    return ChainVerdicts(**{part.name: kept(part.name, getattr(verdicts, part.name)) for part in fields(ChainVerdicts)})


def _joined(arrays: list[Any]) -> Any:
    if isinstance(arrays[0], Expectation):
        return Expectation(
            *(np.concatenate([getattr(a, name) for a in arrays], axis=1) for name in ("value", "low", "high"))
        )
    return np.concatenate(arrays, axis=1)
