"""What the monitor's published file says of routed events: what it found broken, and what people decided of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.errors import StorageError
from storage.file.database import PUBLISHED_NAME, open_published
from storage.read.campaign_names import named_campaigns
from storage.read.decisions_made import Decision, decisions_in_force
from storage.read.judged import campaign_plans, incidents

DRIFTS = frozenset(("event_renamed", "property_type_changed", "property_missing"))


@dataclass(frozen=True)
class Drift:
    """An open incident: its id, its cause, the event that its campaign hangs on, and what the event is likely now."""

    incident_id: str
    cause: str
    event: str
    new_name: str | None


@dataclass(frozen=True)
class PublishedWord:
    """`renames` and `refused` are old and new names of which people said that they are, or are not, one event's.

    `holds` and `releases`: what people said of what is carried of an event, the newest word on each. `campaigns` are
    the ids of Customer.io's campaigns by their names.
    """

    drifts: Sequence[Drift] = ()
    renames: Sequence[tuple[str, str]] = ()
    refused: Sequence[tuple[str, str]] = ()
    holds: Sequence[Decision] = ()
    releases: Sequence[Decision] = ()
    campaigns: Mapping[str, int] = field(default_factory=dict)


@dataclass
class PublishedFile:
    """Read again only where the file was replaced; what cannot be read leaves what it said before."""

    data_dir: Path
    workspace: str
    word: PublishedWord = field(default_factory=PublishedWord)
    _seen: int | None = None

    def read(self) -> PublishedWord:
        """What it says now; nothing where there is no file."""
        try:
            seen = (self.data_dir / PUBLISHED_NAME).stat().st_mtime_ns
        except OSError:
            return self.word
        if seen != self._seen:
            self._seen = seen
            with suppress(StorageError):
                self.word = _read(self.data_dir, self.workspace)
        return self.word


def _read(data_dir: Path, workspace: str) -> PublishedWord:
    with open_published(data_dir) as connection:
        events = {row["campaign_id"]: row["event"] for row in campaign_plans(connection, workspace)}
        drifts = [
            Drift(incident_id, row["cause"], event, _new_name(row))
            for incident_id, row in incidents(connection, workspace).items()
            if row["status"] == "open" and row["cause"] in DRIFTS and (event := events.get(row["campaign_id"]))
        ]
        decided = decisions_in_force(connection, workspace)
        campaigns = {name.strip(): campaign_id for _, campaign_id, name in named_campaigns(connection, workspace)}
    pairs = {
        kind: [(one.event, one.new_event) for one in decided if one.kind == kind and one.event and one.new_event]
        for kind in ("confirm_rename", "refuse_rename")
    }
    of_holds = {kind: [one for one in decided if one.kind == kind and one.event] for kind in ("hold", "release")}
    return PublishedWord(
        drifts, pairs["confirm_rename"], pairs["refuse_rename"], of_holds["hold"], of_holds["release"], campaigns
    )


def _new_name(row: Any) -> str | None:
    """The new name that a renamed event likely has, as the evidence says."""
    for piece in json.loads(row["evidence"]):
        facts = piece.get("facts") if isinstance(piece, dict) else None
        found = facts.get("new_event") if isinstance(facts, dict) else None
        if isinstance(found, str):
            return found
    return None
