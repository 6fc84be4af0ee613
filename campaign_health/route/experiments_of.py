"""The experiments of a manifest, by the events that wait for them, and the events that are their conversions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import time

from campaign_health.manifest.durations import seconds_of
from campaign_health.manifest.schema import CampaignEntry, Manifest
from campaign_health.route.experiment_law import Experiment
from campaign_health.route.mapping.route_plan import RoutedEvent


def experiments_of(manifest: Manifest, moved: Mapping[str, RoutedEvent]) -> dict[str, Experiment]:
    """The experiment on each moved event that has one, by the event's name in the manifest."""
    found = {}
    for entry in manifest.campaigns:
        for name, routed in moved.items():
            if entry.event is not None and entry.event.strip() in {name, routed.to}:
                one = _experiment(manifest, entry)
                if one is not None:
                    found[name] = one
    return found


def conversion_names(manifest: Manifest, experiments: Iterable[Experiment]) -> dict[str, tuple[str, float]]:
    """Every name of an event with which people convert, with its newest name and for how many seconds it is of use."""
    longest: dict[str, float] = {}
    for one in experiments:
        if one.converted is not None:
            longest[one.converted] = max(longest.get(one.converted, 0.0), one.within_seconds)
    names = {name.strip() for rename in manifest.renames for name in (rename.old, rename.new)} | longest.keys()
    return {name: (newest, longest[newest]) for name in names if (newest := manifest.newest_name(name)) in longest}


def _experiment(manifest: Manifest, entry: CampaignEntry) -> Experiment | None:
    said = entry.experiment
    if said is None or entry.state not in (None, "running"):
        return None
    named = said.converted or entry.conversion_event
    converted = None if named is None else manifest.newest_name(named)
    return Experiment(
        entry.label,
        entry.id,
        said.percent,
        time.fromisoformat(said.at),
        converted,
        float(seconds_of(said.within) or 0),
        entry.when,
        f"{said.percent} % until {said.at}, {converted or 'reports'} within {said.within}",
    )
