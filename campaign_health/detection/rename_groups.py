"""One event split into several names, or several joined into one: names that only together make up the volume."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from campaign_health.detection.beginnings import Pairs
from campaign_health.detection.event_panel import Counts
from campaign_health.detection.hand_overs import Measures
from campaign_health.detection.handover_settings import HandOverSettings
from campaign_health.detection.rename_odds import volume_odds

ALIKE_IN_GROUP = 0.6
MOST_MEMBERS = 4
MOST_CANDIDATES = 7


@dataclass(frozen=True)
class Group:
    """Pairs that share one hand-over, and the odds of all of it."""

    members: tuple[int, ...]
    odds: float


def find_groups(
    pairs: Pairs,
    measures: Measures,
    likeness: Counts,
    apart_from_volume: Counts,
    taken_old: set[int],
    taken_new: set[int],
    settings: HandOverSettings,
) -> list[Group]:
    """The best way to share each still unexplained hand-over among two to four names.

    `apart_from_volume` is -inf for pairs whose old event is not surely down. Only complete stops are shared out.
    """
    usable = (
        np.isfinite(apart_from_volume)
        & (measures.stop >= 0)
        & (likeness >= ALIKE_IN_GROUP)
        & (np.abs(measures.lag) <= 1)
        & (measures.volume < 1.3 * np.where(measures.lost_level > 0, 1.0, 0.0) + 8.0)
    )
    free = usable & ~np.isin(pairs.old, list(taken_old)) & ~np.isin(pairs.new, list(taken_new))
    groups: list[Group] = []
    for key, other in ((pairs.old, pairs.new), (pairs.new, pairs.old)):
        splitting = key is pairs.old
        for row in np.unique(key[free]):
            if int(row) in (taken_old if splitting else taken_new):
                continue
            members = np.flatnonzero(free & (key == row))
            members = members[~np.isin(other[members], list(taken_new if splitting else taken_old))]
            best = max(_ways(members, other, pairs, measures, apart_from_volume, splitting, settings),
                       key=lambda group: group.odds, default=None)  # fmt: skip
            if best is None or best.odds < settings.accept:
                continue
            groups.append(best)
            taken_old.update(int(pairs.old[index]) for index in best.members)
            taken_new.update(int(pairs.new[index]) for index in best.members)
    return groups


def _ways(
    members: np.ndarray,
    other: np.ndarray,
    pairs: Pairs,
    measures: Measures,
    apart: Counts,
    splitting: bool,
    settings: HandOverSettings,
) -> Iterator[Group]:
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
            odds = float(volume_odds(np.array([volume]), np.array([noise]))[0] + 0.5 * apart[index].sum())
            odds += settings.prior_split - settings.prior
            yield Group(tuple(index), odds)
