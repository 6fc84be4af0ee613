"""What a rename is, and what people have said about renames."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Rename:
    """One event that took another's place, with the evidence. Shares are 0 to 1 (volume may pass 1)."""

    old: str
    new: str
    first_day: date  # first day of the hand-over
    last_day: date  # day on which the old event had stopped; the newest day where it has not
    gradual: bool  # took several days, as app versions rolled out
    name_likeness: float
    volume_handed_over: float  # new event's count after the change over what the old one lost
    shared_properties: float | None  # share of the old event's own properties that the new one carries
    confidence: float
    complete: bool = True  # the old event is down to next to nothing
    partial: bool = False  # a steady share moved, such as one platform of three
    moved_share: float = 1.0  # share of the old event's traffic missing under its old name by now
    started: bool = True  # the new event was seen at all
    other_new: tuple[str, ...] = ()  # further names that took part of the old event's traffic
    other_old: tuple[str, ...] = ()  # further events whose traffic went to the new name
    declared: bool = False  # written in the manifest
    confirmed: bool = False  # a person said so
    events_a_day_before: float = 0.0
    events_a_day_after: float = 0.0
    owner: str | None = field(default=None, compare=False)

    def facts(self) -> dict[str, Any]:
        """Numbers a person can check, fit for JSON."""
        return {
            "old_event": self.old,
            "new_event": self.new,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "gradual": self.gradual,
            "partial": self.partial,
            "complete": self.complete,
            "name_likeness": round(self.name_likeness, 3),
            "volume_handed_over": round(self.volume_handed_over, 3),
            "moved_share": round(self.moved_share, 3),
            "shared_properties": None if self.shared_properties is None else round(self.shared_properties, 3),
            "events_a_day_before": round(self.events_a_day_before, 2),
            "events_a_day_after": round(self.events_a_day_after, 2),
            "other_new": list(self.other_new),
            "other_old": list(self.other_old),
            "declared": self.declared,
            "confirmed": self.confirmed,
        }


@dataclass(frozen=True)
class RenameDecisions:
    """Pairs (old, new) that people confirmed or refused."""

    confirmed: Collection[tuple[str, str]] = ()
    refused: Collection[tuple[str, str]] = ()


@dataclass(frozen=True)
class DeclaredRename:
    """A hand-over announced in the manifest's `renames:`."""

    old: str
    new: str
    since: date | None = None
    owner: str | None = None
