"""How likely each candidate pair is a rename rather than chance: odds that add up, in nats.

Odds of a rename against a chance meeting (Bayes): the timing, the volume, the names, the daily pattern and the
properties each give a likelihood ratio; their logarithms are added to the prior.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from campaign_health.detection.event.event_panel import MIXPANELS_OWN, Counts
from campaign_health.detection.rename.beginnings import Pairs
from campaign_health.detection.rename.hand_over_settings import (
    LAG_CHANCES,
    LIKENESS_BY_CHANCE,
    LIKENESS_EDGES,
    LIKENESS_OF_RENAMES,
    LIKENESS_PRIOR_NAMES,
    HandOverSettings,
)
from campaign_health.detection.rename.hand_overs import Measures
from campaign_health.detection.rename.rough_likeness import RoughLikeness

CHANCE_DENSITY = 0.2  # of log volume ratios of two unrelated events, per nat
VOLUMES_OF_RENAMES = ((0.45, 0.0, 0.04), (0.3, 0.0, 0.12), (0.25, -0.18, 0.28))  # share, mean, deviation of the log
VANISHED_LEAST = 15  # events an event must have had for its end to count
MOST_FOR_FOLLOWING = 2.6  # nats for a slow hand-over in which the new event is the lost part, day for day
LIKE_PARTNER = 0.85  # name likeness from which a beginning on a day of many has a partner of its own
RAREST = 0.03  # beginnings a day: the least that is believed of a project
SHARED_PROPERTY_ODDS = (1.3, 2.8, 4.2)  # nats for one, two, three or more properties of its own that are shared
KEPT_PROPERTIES = 0.75  # share of them that a renamed event keeps at least
FEWEST_PROFILED = 4  # profiled events from which one can tell what is common to all
COMMON_PROPERTY = 0.6  # share of a project's profiled events above which a property says nothing


def timing_odds(pairs: Pairs, measures: Measures, likeness: Counts, births: NDArray[np.intp], days: int) -> Counts:
    """A rename's stop falls on the day of the beginning; a stranger's beginning falls on any day.

    `births` are the columns of all beginnings of the project. Where many begin at once (a release), each is more
    likely a stranger; where most of them have a like-named partner (a move to a new prefix), less.
    """
    per_day = np.bincount(births, minlength=days).astype(np.float64)
    like = likeness >= LIKE_PARTNER
    partnered = np.unique(np.stack([pairs.new[like], pairs.birth[like]]), axis=1)[1]
    strangers = np.maximum(per_day - np.bincount(partnered, minlength=days), 0.0)
    usual = max(len(births) / max(days, 1), RAREST)
    # Those that begin beside this one: its own beginning is what is to be explained.
    beside = strangers[pairs.birth] - np.where(np.isin(pairs.new, np.unique(pairs.new[like])), 0.0, 1.0)
    crowd = np.maximum(np.maximum(beside, 0.0) ** 2 / np.maximum(per_day[pairs.birth], 1.0), usual)
    chances = np.array([*LAG_CHANCES, 0.002])
    lag = np.minimum(np.abs(measures.lag), len(chances) - 1).astype(np.intp)
    sudden = np.log(np.where(measures.lag == 0, chances[0], chances[lag] / 2)) - np.log(crowd)
    slow = np.log(0.1) - np.log(3.0 * crowd)
    return np.asarray(np.where(measures.gradual | (measures.stop < 0), slow + 0.5, sudden))


def volume_odds(volume: Counts, noise: Counts) -> Counts:
    """The new event has about the lost volume: log-normals, most often sharp, sometimes wide towards less."""
    ratio = np.log(np.maximum(volume, 1e-6))
    density = sum(
        share * _normal(ratio, mean, np.sqrt(deviation**2 + noise**2)) for share, mean, deviation in VOLUMES_OF_RENAMES
    )
    return np.asarray(np.maximum(np.log(density + 1e-12) - np.log(CHANCE_DENSITY), -9.0))


def _normal(value: Counts, mean: float, deviation: Counts) -> Counts:
    return np.asarray(np.exp(-0.5 * ((value - mean) / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi)))


def name_odds(rough: RoughLikeness, pairs: Pairs, likeness: Counts) -> Counts:
    """How rare so like a name is among the project's own names: a family of siblings makes likeness worth less.

    Names that began on the same day are not counted: they may have a part in the same hand-over.
    """
    edges = np.array(LIKENESS_EDGES)
    rows, place = np.unique(pairs.old, return_inverse=True)
    begun_on = {day: np.unique(pairs.new[pairs.birth == day]) for day in np.unique(pairs.birth)}
    counted = np.zeros((len(pairs), len(edges)))
    for start in range(0, len(rows), 256):
        bands = _band(rough.to_all(rows[start : start + 256]), edges)
        totals = np.stack([(bands == band).sum(axis=1) for band in range(len(edges))], axis=1)
        for index in np.flatnonzero((place >= start) & (place < start + 256)):
            row = place[index] - start
            newcomers = bands[row, begun_on[pairs.birth[index]]]
            counted[index] = totals[row] - np.bincount(newcomers, minlength=len(edges))
    counted[:, -1] -= 1  # the old name itself
    counted = np.maximum(counted, 0)
    usual = counted[np.unique(place, return_index=True)[1]].mean(axis=0)  # how the project's names are among themselves
    by_chance = counted + usual + LIKENESS_PRIOR_NAMES * np.array(LIKENESS_BY_CHANCE)
    by_chance /= by_chance.sum(axis=1, keepdims=True)
    mine = _band(likeness, edges)
    odds: Counts = np.log(np.array(LIKENESS_OF_RENAMES)[mine]) - np.log(by_chance[np.arange(len(pairs)), mine])
    return odds


def _band(likeness: Counts, edges: Counts) -> NDArray[np.intp]:
    return np.clip(np.searchsorted(edges, likeness, side="right") - 1, 0, len(edges) - 1)


def pattern_odds(measures: Measures) -> Counts:
    """The new event has the old one's days: its weekday pattern, or, in a slow hand-over, the lost part day for day."""
    slow = measures.gradual | (measures.stop < 0)
    follows = np.minimum(np.log10(1.0 + measures.new_events), MOST_FOR_FOLLOWING)
    return np.where(slow, np.maximum(follows - 1.2 * np.maximum(measures.misfit - 0.8, 0.0), -4.0), measures.shape)


def own_properties(event_property: pd.DataFrame | None) -> dict[str, frozenset[str]]:
    """Per profiled event, the properties of its own: neither Mixpanel's nor those that most events carry."""
    if event_property is None or event_property.empty:
        return {}
    frame = event_property[["event", "property", "share"]]
    frame = frame[(frame["share"] > 0.2) & ~frame["property"].str.startswith(MIXPANELS_OWN)]
    carried = {str(event): set(group) for event, group in frame.groupby("event")["property"]}
    profiled = event_property["event"].nunique()
    common: set[str] = set()
    if profiled >= FEWEST_PROFILED:
        by_property = frame.groupby("property")["event"].nunique() / profiled
        common = set(by_property[by_property >= COMMON_PROPERTY].index)
    return {event: frozenset(properties - common) for event, properties in carried.items()}


def shared_share(own: Mapping[str, frozenset[str]], old: str, new: str) -> float | None:
    """Share of the old event's own properties that the new one carries, None where either is unknown or has none."""
    if not own.get(old) or new not in own:
        return None
    return len(own[old] & own[new]) / len(own[old])


def property_odds(own: Mapping[str, frozenset[str]], old: str, new: str) -> float:
    """A renamed event keeps its properties; the more it has of its own, the less that is chance.

    With too few events profiled one can't tell which properties are common to all, and sharing says less.
    """
    share = shared_share(own, old, new)
    if share is None:
        return 0.0
    if share >= KEPT_PROPERTIES:
        odds = SHARED_PROPERTY_ODDS[min(len(own[old] & own[new]), len(SHARED_PROPERTY_ODDS)) - 1]
        return odds if len(own) >= FEWEST_PROFILED else min(odds, 1.5)
    return 0.7 if share >= 0.5 else -1.0 if share >= 0.25 else -3.0


def prior_odds(measures: Measures, dropped: NDArray[np.bool_], vanished: int, settings: HandOverSettings) -> Counts:
    """Before any evidence: lower where many events vanish anyway, where the old name goes on, or where it is blocked.

    A project is expected to have one rename and a few more (`renamed_share`) among the events that vanish.
    """
    renamed = 1.0 + settings.renamed_share * vanished
    usual = np.log(renamed / (settings.other_stops + (1.0 - settings.renamed_share) * vanished))
    prior = usual + np.where(measures.stop >= 0, 0.0, settings.prior_partial)
    return np.asarray(prior + np.where(dropped, settings.prior_dropped, 0.0))


def vanished_events(counts: Counts, known: NDArray[np.bool_]) -> int:
    """How many events that used to happen have not happened for two weeks."""
    recent, earlier = (counts * known)[:, -14:].sum(axis=1), (counts * known)[:, :-14].sum(axis=1)
    return int(((recent == 0) & (earlier >= VANISHED_LEAST)).sum())
