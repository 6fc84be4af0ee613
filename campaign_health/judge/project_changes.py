"""What changed in the project as a whole, as could be seen on a day: events renamed, properties lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import pandas as pd

from campaign_health.detection.causes.property_drift import PropertyChange, find_property_changes
from campaign_health.detection.event.event_panel import EventPanel
from campaign_health.detection.parts.message_stops import MessageStop, find_message_stops
from campaign_health.detection.parts.never_sent import NeverSent, find_never_sent
from campaign_health.detection.parts.new_versions import find_versions_that_never_sent
from campaign_health.detection.parts.part_stops import PartStop, find_part_stops
from campaign_health.detection.rename.around_a_stop import Around, around_a_stop
from campaign_health.detection.rename.rename import Rename
from campaign_health.detection.rename.renames import find_renames
from campaign_health.judge.material import DIAGNOSIS_DAYS, Material


@dataclass
class ProjectChanges:
    """Renames and property changes by the day on which they were looked for; each day is looked at once.

    The Lexicon's definitions, which are undated, are taken as they stand.
    """

    material: Material
    _renames: dict[date, list[Rename]] = field(default_factory=dict)
    _property_changes: dict[date, list[PropertyChange]] = field(default_factory=dict)
    _carried: dict[str | None, tuple[dict[str, dict[str, float]], int]] = field(default_factory=dict)

    def renames_on(self, day: date) -> list[Rename]:
        """All renames of the project that show in the weeks up to `day`."""
        if day not in self._renames:
            self._renames[day] = find_renames(
                self.panel_on(day),
                properties=self._profiles_until(day),
                definitions=self.material.definitions,
                decisions=self.material.known.rename_decisions,
                declared=self.material.known.declared_renames,
            )
        return self._renames[day]

    def property_changes_on(self, day: date) -> list[PropertyChange]:
        """All property changes that show in the profiles up to `day`."""
        if day not in self._property_changes:
            self._property_changes[day] = find_property_changes(self._profiles_until(day), as_of=day)
        return self._property_changes[day]

    @cached_property
    def part_stops(self) -> list[PartStop]:
        """All parts of the traffic that stopped sending an event, however it went on."""
        found = find_part_stops(self.material.parts)
        stopped = {stop.event for stop in found}
        # A whole platform that stopped says it for its new versions, too.
        never = find_versions_that_never_sent(self.material.parts)
        return [*found, *(stop for stop in never if stop.event not in stopped)]

    @cached_property
    def message_stops(self) -> list[MessageStop]:
        """All single messages that fell silent, however it went on."""
        return find_message_stops(self.material.message_days)

    @cached_property
    def never_sent(self) -> list[NeverSent]:
        """All single messages that sent nothing since they are counted, however it went on."""
        return find_never_sent(self.material.silent_messages)

    def part_stops_on(self, day: date) -> list[PartStop]:
        """Those that were known by the end of `day`."""
        return [stop for stop in self.part_stops if stop.known_on <= day]

    def panel_on(self, day: date) -> EventPanel:
        """All event counts of the weeks up to `day`."""
        return self.material.settled.panel.until(day).newest(DIAGNOSIS_DAYS)

    def around(self, event: str, since: date, day: date) -> Around:
        """What else changed when an event stopped, as seen at the end of `day`."""
        return around_a_stop(self.panel_on(day), event, since)

    def known_by(self, day: date) -> list[str]:
        """The names of all events that had been seen by the end of `day`."""
        return [name for name, first in self.material.known.first_seen.items() if first <= day]

    def carried_by(self, event: str | None) -> tuple[dict[str, dict[str, float]], int]:
        """The share of an event that carried each property, by type, and of how many events that were read.

        As it stands now: what a campaign uses and no event ever carried needs no date.
        """
        if event not in self._carried:
            self._carried[event] = self._read_carried(event)
        return self._carried[event]

    def _read_carried(self, event: str | None) -> tuple[dict[str, dict[str, float]], int]:
        profiles = self.material.profiles
        rows = profiles[profiles["event"] == event]
        read = rows.groupby("day")["events_read"].max()
        carried: dict[str, dict[str, float]] = {}
        for name, kind, share, of in zip(
            rows["property"], rows["type"], rows["share"], rows["events_read"], strict=True
        ):
            kinds = carried.setdefault(str(name), {})
            kinds[str(kind)] = kinds.get(str(kind), 0.0) + float(share) * float(of) / float(read.sum())
        return carried, int(read.sum())

    def _profiles_until(self, day: date) -> pd.DataFrame:
        profiles = self.material.profiles
        return profiles[pd.to_datetime(profiles["day"]) <= pd.Timestamp(day)]
