"""The judge's memory up to a day, so that a daily run need not begin at the beginning."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

import numpy as np

from campaign_health.detection.chain.chain_links import ChainState
from campaign_health.detection.chain.chain_verdicts import ChainVerdicts, Expectation
from campaign_health.detection.incident.incident_course import Incident, Past
from campaign_health.detection.incident.money import DailyMiss

VERSION = 7
"""Raised whenever what is stored, or what is judged from it, changes its meaning."""

_DAYS = (
    "opened_on",
    "detected_on",
    "last_good_day",
    "recovered_on",
    "ended_on",
    "reopened_on",
    "again_since",
    "low_since",
)


@dataclass(frozen=True)
class Checkpoint:
    """What the judge knows at the end of `day`: the detector's memory, the verdicts of the last weeks, incidents."""

    day: date
    state: ChainState
    recent: ChainVerdicts
    pasts: Mapping[int, Past]

    def to_bytes(self) -> bytes:
        """Written out, to be stored."""
        arrays: dict[str, Any] = {}
        for part in fields(ChainVerdicts):
            value = getattr(self.recent, part.name)
            if isinstance(value, Expectation):
                arrays |= {f"{part.name}.{name}": getattr(value, name) for name in ("value", "low", "high")}
            else:
                arrays[part.name] = value
        recent = io.BytesIO()
        np.savez(recent, **arrays)
        pasts = {
            str(campaign_id): [
                None if incident is None else incident_to_json(incident) for incident in (past.open, past.last)
            ]
            for campaign_id, past in self.pasts.items()
        }
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("about.json", json.dumps({"version": VERSION, "day": self.day.isoformat()}))
            archive.writestr("incidents.json", json.dumps(pasts))
            archive.writestr("recent.npz", recent.getvalue())
            archive.writestr("state", self.state.to_bytes())
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Checkpoint:
        """Read back; raises StateError or ValueError where another version wrote it."""
        with zipfile.ZipFile(io.BytesIO(stored)) as archive:
            about = json.loads(archive.read("about.json"))
            if about["version"] != VERSION:
                raise ValueError("The checkpoint was written by another version.")
            arrays = np.load(io.BytesIO(archive.read("recent.npz")), allow_pickle=False)
            recent: dict[str, Any] = {}
            for part in fields(ChainVerdicts):
                if part.name in arrays.files:
                    recent[part.name] = arrays[part.name]
                else:
                    recent[part.name] = Expectation(*(arrays[f"{part.name}.{n}"] for n in ("value", "low", "high")))
            pasts = {int(key): _past(*value) for key, value in json.loads(archive.read("incidents.json")).items()}
            state = ChainState.from_bytes(archive.read("state"))
        return cls(
            date.fromisoformat(about["day"]),
            state,
            ChainVerdicts(**recent),
            pasts,
        )

    def recent_for(self, campaign_ids: Sequence[int], days: int) -> ChainVerdicts:
        """The last `days` verdicts with one row for each of these campaigns; nothing is known where there is none."""
        known = {campaign_id: row for row, campaign_id in enumerate(self.state.campaign_ids)}
        rows = np.array([known.get(campaign_id, -1) for campaign_id in campaign_ids], dtype=np.intp)

        def placed(array: Any) -> Any:
            empty: Any = np.nan if array.dtype.kind == "f" else (-1 if array.dtype == np.int8 else 0)
            placed = np.full((len(rows), days), empty, dtype=array.dtype)
            width = min(days, array.shape[1])
            if width and len(rows):
                found = rows >= 0
                placed[found, days - width :] = array[rows[found], array.shape[1] - width :]
            return placed

        parts: dict[str, Any] = {}
        for part in fields(ChainVerdicts):
            value = getattr(self.recent, part.name)
            if isinstance(value, Expectation):
                parts[part.name] = Expectation(placed(value.value), placed(value.low), placed(value.high))
            else:
                parts[part.name] = placed(value)
        return ChainVerdicts(**parts)


def _past(*incidents: Mapping[str, Any] | None) -> Past:
    return Past(*(None if incident is None else incident_from_json(incident) for incident in incidents))


def incident_to_json(incident: Incident) -> dict[str, Any]:
    """An incident as JSON values; numbers come back exactly."""
    values = asdict(incident)
    for name in _DAYS:
        values[name] = None if values[name] is None else values[name].isoformat()
    values["evidence"] = list(values["evidence"])
    return values


def incident_from_json(values: Mapping[str, Any]) -> Incident:
    """The incident that `incident_to_json` wrote."""
    read = dict(values)
    for name in _DAYS:
        read[name] = None if read[name] is None else date.fromisoformat(read[name])
    return Incident(**read | {"evidence": tuple(read["evidence"]), "miss": DailyMiss(**read["miss"])})
