"""A judged workspace in which people decide: an open incident, a lost event, one just over, one long over."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from campaign_health.decisions.record_decision import record_decision, undo_decisions
from campaign_health.judge.judging import judge_workspace
from storage.file.database import transaction
from tests.judge_cast import Story, World, broken, day, morning_after, steady

WORKSPACE = "default"
LAST = 40
DAYS = LAST + 5
NOW = morning_after(LAST)
OPEN, LOST, JUST_OVER, LONG_OVER = 2, 3, 4, 5
"""Campaigns: silent; its event renamed; its event lost and back four days ago; the same three weeks ago."""
ANNOUNCED = 'from: project.created, to: project_created, since: 2026-09-06, owner: "@platform"'
WHENEVER = "from: project.created, to: project_created", "from: report.opened, to: report_opened"
"""Renames as a manifest announces them: with a day and an owner; without."""
STANDING = (
    "acknowledged_by", "acknowledged_at", "muted_by", "muted_reason", "muted_until", "expected_by", "expected_reason",
    "expected_how", "renamed_by", "renamed_from", "renamed_to", "fixed_by", "fixed_on", "fixed_reason", "fix_failed_on",
)  # fmt: skip


def manifest(*renames: str) -> str:
    """A manifest that announces renames, each as YAML in braces."""
    return "version: 1\n" + ("renames:\n" + "".join(f"  - {{{one}}}\n" for one in renames) if renames else "")


def judged_world(directory: Path, said: str) -> World:
    """The workspace as judged on two mornings, the second one `NOW`, with a manifest of that text."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "manifest.yaml").write_text(said)
    world = World(directory, _stories())
    for first, last in ((0, LAST - 8), (LAST - 7, LAST)):
        world.collect(first, last)
        world.judge(last)
    return world


def copied(world: World, directory: Path) -> World:
    """The same world in another directory."""
    shutil.copytree(world.directory, directory, dirs_exist_ok=True)
    return World(directory, world.stories)


@dataclass
class People:
    """People who decide things in a world; what they said is undone by its place in the order."""

    world: World = field(repr=False)
    said: list[str] = field(default_factory=list)
    last_act: datetime = NOW

    def say(self, kind: Any, by: str, at: datetime, incident_of: int | None = None, **about: Any) -> None:
        """Record a decision, of the newest incident of a campaign or as `about` has it."""
        incident, self.last_act = None if incident_of is None else self.incident(incident_of), at
        with self.world.warehouse.open() as connection, transaction(connection):
            self.said.append(record_decision(connection, WORKSPACE, kind, by, at, incident_id=incident, **about))

    def undo(self, place: int, by: str, at: datetime) -> None:
        """Undo what was said first (0), second (1) …"""
        self.last_act = at
        with self.world.warehouse.open() as connection, transaction(connection):
            undo_decisions(connection, WORKSPACE, [self.said[place]], by, at)

    def can_undo(self, place: int) -> bool:
        """Whether so much was said, and that is not undone yet."""
        said = self.said[place : place + 1]
        return bool(
            self.world.rows("SELECT 1 FROM decision WHERE list_contains(?, decision_id) AND undone_at IS NULL", said)
        )

    def judge(self, at: datetime) -> None:
        """Judge, with no newer numbers than there were."""
        self.last_act = at
        judge_workspace(self.world.warehouse, self.world.settings, at)

    def incident(self, campaign_id: int) -> str:
        ((found,),) = self.world.rows(
            "SELECT max_by(incident_id, opened_on) FROM incident WHERE campaign_id = ?", campaign_id
        )
        return str(found)

    def standing(self, campaign_id: int) -> dict[str, Any]:
        """What holds of a campaign's newest incident, without what is None."""
        ((*values,),) = self.world.rows(
            f"SELECT {', '.join(STANDING)} FROM incident WHERE incident_id = ?", self.incident(campaign_id)
        )
        return {name: value for name, value in zip(STANDING, values, strict=True) if value is not None}

    def changes(self) -> set[tuple[str, bool]]:
        """The ids of all changes of incidents, each with whether it is news."""
        return set(self.world.rows("SELECT change_id, news FROM incident_change"))

    def rows(self) -> dict[str, tuple[Any, ...]]:
        """What holds of every incident, by id."""
        return {
            str(incident): tuple(values)
            for incident, *values in self.world.rows(f"SELECT incident_id, {', '.join(STANDING)} FROM incident")
        }


@dataclass(frozen=True)
class Step:
    """One thing that is done, so many days after NOW."""

    does: str
    after: float
    about: dict[str, Any]

    def __call__(self, people: People) -> None:
        getattr(people, self.does)(at=later(self.after), **self.about)


def says(kind: str, by: str, *, after: float = 0, until: int | date | None = None, **about: Any) -> Step:
    """Somebody decides something; `until` is a day or its number."""
    if until is not None:
        about["until"] = day(until) if isinstance(until, int) else until
    if kind in ("mute", "expected"):
        about.setdefault("reason", f"{by} knows why")
    return Step("say", after, {"kind": kind, "by": by, **about})


def undoes(place: int, *, after: float = 0) -> Step:
    """Somebody undoes what was said first (0), second (1) …"""
    return Step("undo", after, {"place": place, "by": "zoe"})


def judges(*, after: float = 0) -> Step:
    return Step("judge", after, {})


def later(days: float) -> datetime:
    """So many days after NOW."""
    return NOW + timedelta(days=days)


def taken(by: str, after: float = 0) -> dict[str, Any]:
    return {"acknowledged_by": by, "acknowledged_at": later(after).replace(tzinfo=None)}


def muted(by: str, until: int | date) -> dict[str, Any]:
    last = day(until) if isinstance(until, int) else until
    return {"muted_by": by, "muted_reason": f"{by} knows why", "muted_until": last}


def expected(by: str, reason: str | None = None) -> dict[str, Any]:
    how = "decision" if reason is None else "manifest"
    return {"expected_by": by, "expected_reason": reason or f"{by} knows why", "expected_how": how}


def renamed(by: str) -> dict[str, Any]:
    return {"renamed_by": by, "renamed_from": "project.created", "renamed_to": "project_created"}


def act(people: People, steps: Sequence[Step]) -> None:
    for step in steps:
        step(people)


def _stories() -> list[Story]:
    renamed = _without_events(steady(LOST, DAYS, event="project.created"), 36)
    taking_over = steady(LOST, DAYS, event="project_created")
    taking_over.campaign_id, taking_over.trigger, taking_over.state = 20, None, "draft"
    taking_over.events[:36] = 0
    twin = steady(OPEN, DAYS, event="twin", name="Nobody's either")
    twin.campaign_id, twin.trigger, twin.state = 21, None, "draft"
    return [
        *(steady(number, DAYS) for number in (1, 6, 7, 8)),
        broken(steady(OPEN, DAYS), 36),
        renamed,
        _without_events(steady(JUST_OVER, DAYS, event="invoice.sent"), 33, 37),
        _without_events(steady(LONG_OVER, DAYS, event="report.opened"), 20, 24),
        taking_over,
        twin,
    ]


def _without_events(story: Story, since: int, until: int | None = None) -> Story:
    return broken(story, since, until, "events")
