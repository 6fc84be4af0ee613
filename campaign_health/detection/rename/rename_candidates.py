"""Pairs of an old and a new name that may be one event, with what was measured of them and their odds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from campaign_health.detection.event.event_panel import MIXPANELS_OWN, Counts, EventPanel, filled, names_index, weekdays
from campaign_health.detection.event.project_level import project_level
from campaign_health.detection.rename.beginnings import Pairs, beginnings, falls_at, separate_beginnings
from campaign_health.detection.rename.hand_over_settings import HandOverSettings
from campaign_health.detection.rename.hand_overs import Measures, measure
from campaign_health.detection.rename.rename import Rename
from campaign_health.detection.rename.rename_odds import (
    name_odds,
    own_properties,
    pattern_odds,
    prior_odds,
    property_odds,
    shared_share,
    timing_odds,
    vanished_events,
    volume_odds,
)
from campaign_health.detection.rename.rough_likeness import RoughLikeness
from campaign_health.names.family import NameFamily
from campaign_health.names.likeness import name_likeness

ROUGHLY_ALIKE = 0.45


@dataclass(frozen=True)
class Candidates:
    """All pairs worth a look with their measures and odds."""

    panel: EventPanel
    pairs: Pairs
    measures: Measures
    likeness: Counts
    shared: Sequence[float | None]
    odds: Counts  # all together
    apart_from_volume: Counts  # without the volume's, for names that share a hand-over
    prior: Counts  # before any evidence

    def rename(self, index: int, confidence: float) -> Rename:
        """The pair as a finding."""
        measures, panel = self.measures, self.panel
        birth, stop = int(self.pairs.birth[index]), int(measures.stop[index])
        complete = stop >= 0
        last = stop if complete else panel.counts.shape[1] - 1
        lost = float(measures.lost_level[index])
        return Rename(
            old=panel.events[self.pairs.old[index]],
            new=panel.events[self.pairs.new[index]],
            first_day=panel.day(min(birth, last)),
            last_day=panel.day(last),
            gradual=bool(measures.gradual[index]) and not bool(measures.partial[index]),
            name_likeness=name_likeness(panel.events[self.pairs.old[index]], panel.events[self.pairs.new[index]]),
            volume_handed_over=float(measures.volume[index]),
            shared_properties=self.shared[index],
            confidence=confidence,
            complete=complete,
            partial=bool(measures.partial[index]),
            moved_share=float(measures.moved[index]),
            events_a_day_before=float(measures.expected_old[index]),
            events_a_day_after=float(measures.volume[index]) * lost,
        )


def candidates_of(
    panel: EventPanel,
    properties: pd.DataFrame | None,
    definitions: pd.DataFrame | None,
    refused: set[tuple[str, str]],
    asked: Sequence[tuple[str, str]],
    settings: HandOverSettings,
) -> Candidates | None:
    """All pairs worth a look, and those `asked` for; None where there are none. Those `refused` have no chance."""
    if panel.counts.size == 0:
        return None
    counts, known = filled(panel)
    level, outage = project_level(counts, known, settings.outage_level)
    known = known & ~outage[None, :]
    new, birth = beginnings(counts, known, settings)
    mine = np.array([not name.startswith(MIXPANELS_OWN) for name in panel.events])
    allowed = mine[new]
    pairs, whole = falls_at(counts, known, new[allowed], birth[allowed], settings)
    family, own = NameFamily(panel.events), own_properties(properties)
    rough = RoughLikeness(family)
    profiled = np.array([bool(own.get(name)) for name in panel.events])
    lively = len(separate_beginnings(new, birth)) / max(counts.shape[1], 1) > settings.crowded
    whole = whole & ((not lively) | (profiled[pairs.old] & profiled[pairs.new]))
    keep = mine[pairs.old] & (whole | rough.at_least(ROUGHLY_ALIKE, pairs.new, pairs.old))
    pairs = _with_asked(pairs.take(keep), asked, panel, counts)
    if not len(pairs):
        return None
    measures = measure(counts, known, level, weekdays(panel.first_day, counts.shape[1]), pairs, settings)
    names = panel.events
    likeness = np.array([family.likeness(o, n) for o, n in zip(pairs.old, pairs.new, strict=True)])
    shared = [shared_share(own, names[o], names[n]) for o, n in zip(pairs.old, pairs.new, strict=True)]
    blocked = _blocked(definitions)
    dropped = np.array([names[o] in blocked for o in pairs.old])
    prior = prior_odds(measures, dropped, vanished_events(counts, known), settings)
    apart = (
        prior
        + timing_odds(pairs, measures, likeness, separate_beginnings(new, birth), counts.shape[1])
        + name_odds(rough, pairs, likeness)
        + np.array([property_odds(own, names[o], names[n]) for o, n in zip(pairs.old, pairs.new, strict=True)])
    )
    odds = apart + volume_odds(measures.volume, measures.volume_noise) + pattern_odds(measures)
    denied = np.array([(names[o], names[n]) in refused for o, n in zip(pairs.old, pairs.new, strict=True)])
    odds[denied] = apart[denied] = -np.inf
    return Candidates(panel, pairs, measures, likeness, shared, odds, apart, prior)


def _with_asked(pairs: Pairs, asked: Sequence[tuple[str, str]], panel: EventPanel, counts: Counts) -> Pairs:
    """Adds the pairs that people named, beginning where the new name was first seen."""
    index = names_index(panel.events)
    extra = [
        (index[old], index[new], int(np.argmax(counts[index[new]] > 0)))
        for old, new in asked
        if old in index and new in index and (counts[index[new]] > 0).any()
    ]
    if not extra:
        return pairs
    old, new, birth = (np.array(column, dtype=np.intp) for column in zip(*extra, strict=True))
    return Pairs(
        np.concatenate([pairs.old, old]), np.concatenate([pairs.new, new]), np.concatenate([pairs.birth, birth])
    )


def _blocked(definitions: pd.DataFrame | None) -> set[str]:
    if definitions is None or definitions.empty:
        return set()
    rows = definitions[(definitions["property"] == "") & definitions["dropped"].astype(bool)]
    return {str(name) for name in rows["event"]}
