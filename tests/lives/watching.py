"""Watches a company: collected, judged and read on each morning, as an operator's machine would."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from campaign_health.judge.judging import judge_all
from campaign_health.pipeline import Order, collect_once
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from campaign_health.settings import load_settings
from campaign_health.state.overview import read_overview
from storage.file.database import Warehouse, open_published
from storage.read.judged import incidents
from tests.collecting_cast import Notes
from tests.lives.life import PAST, WATCHED
from tests.lives.project import Project


@dataclass(frozen=True)
class Seen:
    """An incident as it stood on a morning; `causes` are its evidence, the headline first."""

    morning: int
    incident_id: str
    campaign_id: int
    status: str
    kind: str
    row: dict[str, Any]
    causes: Sequence[dict[str, Any]]

    @property
    def cause(self) -> str:
        """The headline."""
        return str(self.row["cause"])


@dataclass
class Watched:
    """What was seen of a company: every incident on every morning, and the overview's sentence."""

    project: Project
    seen: list[Seen] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    def incidents_of(self, campaign_id: int) -> dict[str, list[Seen]]:
        """A campaign's incidents that were not withdrawn before anybody saw them, morning by morning."""
        found: dict[str, list[Seen]] = {}
        for one in self.seen:
            if one.campaign_id == campaign_id:
                found.setdefault(one.incident_id, []).append(one)
        return found


def watch(project: Project, directory: Path) -> Watched:
    """Forty-three mornings of the company, by the real collectors and the real judge."""
    watched = Watched(project)
    with running_sandbox(project.world, limits=Limits.unlimited()) as sandbox:
        for morning in range(WATCHED + 1):
            _arm(sandbox, project, morning)
            environment = sandbox.environment | {
                "CAMPAIGN_HEALTH_DATA_DIR": str(directory),
                "CAMPAIGN_HEALTH_BACKFILL_DAYS": str(PAST),
                "MIXPANEL_QUERIES_PER_HOUR": "1000",
            }
            settings = load_settings(environment, directory)
            collect_once(settings, Order(), sandbox.now, Notes(), sleep=lambda _: None)
            judge_all(Warehouse(settings.data_dir), settings, sandbox.now)
            with open_published(settings.data_dir) as connection:
                watched.sentences.append(read_overview(connection, sandbox.now).sentence)
                for row in incidents(connection, "default").values():
                    causes = json.loads(row["evidence"] or "[]")
                    watched.seen.append(
                        Seen(morning, row["incident_id"], row["campaign_id"], row["status"], row["kind"], row, causes)
                    )
    return watched


def _arm(sandbox: Sandbox, project: Project, morning: int) -> None:
    today = PAST + morning
    sandbox.mend()
    sandbox.forget_requests()
    for fault in project.failing.get(morning, ()):
        sandbox.faults.add(fault)
    sandbox.world.schemas[:] = [_blocked(name) for name, since in project.blocked.items() if since <= today]
    sandbox.set_today(project.world.first_day + timedelta(days=today), 9)


def _blocked(name: str) -> dict[str, Any]:
    metadata = {"com.mixpanel": {"displayName": name, "hidden": False, "dropped": True}}
    return {
        "entityType": "event",
        "name": name,
        "schemaJson": {"description": "", "properties": {}, "metadata": metadata},
    }
