"""Which event took another's place: pairs of names found in the daily counts of all events of a project."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from campaign_health.detection.event.event_panel import EventPanel, names_index
from campaign_health.detection.rename.hand_over_settings import HandOverSettings
from campaign_health.detection.rename.rename import DeclaredRename, Rename, RenameDecisions
from campaign_health.detection.rename.rename_candidates import Candidates, candidates_of
from campaign_health.detection.rename.rename_groups import Group, find_groups
from campaign_health.names.likeness import name_likeness


def find_renames(
    panel: EventPanel,
    *,
    properties: pd.DataFrame | None = None,
    definitions: pd.DataFrame | None = None,
    decisions: RenameDecisions | None = None,
    declared: Iterable[DeclaredRename] = (),
    settings: HandOverSettings | None = None,
) -> list[Rename]:
    """Renames visible on the panel's last day, most certain first.

    Args:
        panel: daily counts of all events, up to the day as of which one looks.
        properties: `event_property` rows (event, property, type, day, share), None where nothing was profiled.
        definitions: `event_definition` rows; an event that the Lexicon blocks is hardly a rename.
        decisions: what people confirmed (always in the list, confidence 1) and refused (never in the list).
        declared: hand-overs written in the manifest, always in the list.
        settings: thresholds, with defaults.

    Returns:
        One `Rename` per old and new name. An event that was split, or several that were joined, give one each.
    """
    settings = settings or HandOverSettings()
    decisions = decisions or RenameDecisions()
    declared = list(declared)
    panel = panel.newest(settings.look_back_days + settings.pattern_days)
    refused = set(decisions.refused)
    known_to_people = {**dict.fromkeys(decisions.confirmed), **{(d.old, d.new): d for d in declared}}
    found: list[Rename] = []
    candidates = candidates_of(panel, properties, definitions, refused, list(known_to_people), settings)
    if candidates is not None:
        found = _best(candidates, settings)
    found = [rename for rename in found if (rename.old, rename.new) not in refused]
    began = {(rename.old, rename.new): rename.first_day for rename in found}
    found = [r for r in found if began.get((r.new, r.old), r.first_day) <= r.first_day]  # renamed back: the later holds
    return _with_what_people_said(found, candidates, panel, decisions, declared)


def _sure_of_fall(candidates: Candidates, settings: HandOverSettings) -> NDArray[np.bool_]:
    measures = candidates.measures
    unlike = candidates.likeness < settings.alike
    silent = measures.silence >= np.where(unlike, settings.stop_nats_unlike, settings.stop_nats)
    much = candidates.likeness >= settings.very_alike
    fallen = (measures.drop_sigmas >= np.where(much, settings.drop_sigmas_alike, settings.drop_sigmas)) & ~unlike
    enough = measures.new_events >= settings.least_new
    recent = candidates.pairs.birth > candidates.panel.counts.shape[1] - 1 - settings.in_progress_days
    return (
        np.where(measures.stop >= 0, silent, fallen & recent) & enough & measures.alive_before & ~measures.alive_again
    )


def _best(candidates: Candidates, settings: HandOverSettings) -> list[Rename]:
    """Best first, each name once: pairs, and names that only together make up the volume."""
    sure = _sure_of_fall(candidates, settings)
    unlike = candidates.likeness < settings.alike
    bar = np.where(unlike, settings.accept_unlike, settings.accept)
    bar = np.where(candidates.measures.stop < 0, np.maximum(bar, settings.accept_partial), bar)
    bar = bar + settings.accept_rough * np.clip(candidates.measures.volume_noise - settings.rough_volume, 0.0, 1.0)
    good = sure & (candidates.odds >= bar)
    proposals = [Group((int(index),), float(candidates.odds[index])) for index in np.flatnonzero(good)]
    proposals += find_groups(candidates, np.where(sure, candidates.apart_from_volume, -np.inf), settings)
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    found: list[Rename] = []
    for proposal in sorted(proposals, key=lambda group: (-group.odds, group.members)):
        old = {int(candidates.pairs.old[index]) for index in proposal.members}
        new = {int(candidates.pairs.new[index]) for index in proposal.members}
        if old & taken_old or new & taken_new:
            continue
        taken_old |= old
        taken_new |= new
        members = [candidates.rename(index, _probability(proposal.odds)) for index in proposal.members]
        found.extend(
            replace(
                member,
                other_new=tuple(other.new for other in members if other.new != member.new),
                other_old=tuple(other.old for other in members if other.old != member.old),
            )
            for member in members
        )
    return sorted(found, key=lambda rename: (-rename.confidence, rename.old, rename.new))


def _probability(odds: float) -> float:
    return float(1.0 / (1.0 + np.exp(-min(odds, 30.0))))


def _with_what_people_said(
    found: list[Rename],
    candidates: Candidates | None,
    panel: EventPanel,
    decisions: RenameDecisions,
    declared: Sequence[DeclaredRename],
) -> list[Rename]:
    confirmed = set(decisions.confirmed)
    written = {(entry.old, entry.new): entry for entry in declared}
    by_pair = {(rename.old, rename.new): rename for rename in found}
    for pair in [*written, *sorted(confirmed)]:
        if pair not in by_pair:
            by_pair[pair] = _measured(pair, candidates) or _unseen(pair, panel, written.get(pair))
        entry = written.get(pair)
        by_pair[pair] = replace(
            by_pair[pair],
            confidence=1.0,
            declared=entry is not None,
            confirmed=pair in confirmed,
            owner=entry.owner if entry else None,
        )
    settled = {old for old, _ in [*written, *confirmed]}
    kept = [rename for pair, rename in by_pair.items() if rename.declared or rename.confirmed or pair[0] not in settled]
    return sorted(kept, key=lambda rename: (-rename.confidence, rename.old, rename.new))


def _measured(pair: tuple[str, str], candidates: Candidates | None) -> Rename | None:
    if candidates is None:
        return None
    index = names_index(candidates.panel.events)
    if pair[0] not in index or pair[1] not in index:
        return None
    matches = (candidates.pairs.old == index[pair[0]]) & (candidates.pairs.new == index[pair[1]])
    rows = np.flatnonzero(matches)
    if not len(rows):
        return None
    best = rows[np.argmax(np.nan_to_num(candidates.odds[rows], neginf=-1e9))]
    return candidates.rename(int(best), 1.0)


def _unseen(pair: tuple[str, str], panel: EventPanel, entry: DeclaredRename | None) -> Rename:
    """A pair that people named and of which at least one name has no counts yet."""
    since = entry.since if entry and entry.since else None
    day = since or (panel.last_day if panel.counts.size else panel.first_day)
    return Rename(
        old=pair[0],
        new=pair[1],
        first_day=day,
        last_day=day,
        gradual=False,
        name_likeness=name_likeness(*pair),
        volume_handed_over=0.0,
        shared_properties=None,
        confidence=1.0,
        complete=False,
        moved_share=0.0,
        started=(counts := panel.row(pair[1])) is not None and bool(np.nansum(counts) > 0),
    )
