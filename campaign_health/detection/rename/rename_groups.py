"""One event split into several names, or several joined into one: names that only together make up the volume."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.event.event_panel import Counts
from campaign_health.detection.rename.hand_over_settings import HandOverSettings
from campaign_health.detection.rename.rename_candidates import Candidates
from campaign_health.detection.rename.rename_odds import volume_odds

ALIKE_IN_GROUP = 0.5
MOST_VOLUME = 8.0  # new over lost: beyond it a name has other sources
MEMBER_WORTH = 0.6  # of each member's odds: names released together are not independent
MOST_MEMBERS = 4
MOST_CANDIDATES = 7


@dataclass(frozen=True)
class Group:
    """Pairs that share one hand-over, and the odds of all of it."""

    members: tuple[int, ...]
    odds: float


def find_groups(candidates: Candidates, apart: Counts, settings: HandOverSettings) -> list[Group]:
    """For each event that fell, and each that began, the best way to share its hand-over among two to four names.

    `apart` is the odds apart from the volume's, -inf for pairs whose old event is not surely down. Only complete stops
    are shared out.
    """
    pairs, measures = candidates.pairs, candidates.measures
    usable = (
        np.isfinite(apart)
        & (measures.stop >= 0)
        & (candidates.likeness >= ALIKE_IN_GROUP)
        & (np.abs(measures.lag) <= 1)
        & (measures.volume < MOST_VOLUME)
    )
    groups: list[Group] = []
    for splitting, key, other in ((True, pairs.old, pairs.new), (False, pairs.new, pairs.old)):
        rows, counts = np.unique(key[usable], return_counts=True)
        for row in rows[counts > 1]:
            members = np.flatnonzero(usable & (key == row))
            ways = _ways(members, other, candidates, apart, splitting, settings)
            best = max(ways, key=lambda group: group.odds, default=None)
            if best is not None and best.odds >= settings.accept_split:
                groups.append(best)
    return groups


def _ways(
    members: NDArray[np.intp],
    other: NDArray[np.intp],
    candidates: Candidates,
    apart: Counts,
    splitting: bool,
    settings: HandOverSettings,
) -> Iterator[Group]:
    pairs, measures, prior = candidates.pairs, candidates.measures, candidates.prior
    best_first = members[np.argsort(-apart[members], kind="stable")][:MOST_CANDIDATES]
    lost = measures.lost_level
    for size in range(2, MOST_MEMBERS + 1):
        for chosen in combinations(best_first.tolist(), size):
            index = list(chosen)
            if len(set(other[index].tolist())) < size or len(set(pairs.birth[index].tolist())) > 2:
                continue
            took = measures.volume[index] * lost[index]
            volume = took.sum() / lost[index].mean() if splitting else took.mean() / lost[index].sum()
            smallest = (took if splitting else lost[index]).min() / (took if splitting else lost[index]).sum()
            if smallest < 0.05:
                continue
            noise = measures.volume_noise[index].mean()
            odds = float(volume_odds(np.array([volume]), np.array([noise]))[0]) + settings.prior_split
            odds += float(prior[index].min()) + MEMBER_WORTH * float((apart[index] - prior[index]).sum())
            yield Group(tuple(index), odds)
