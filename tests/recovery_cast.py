"""A company whose event was renamed nine days ago: its campaign is silent since, and people missed its message."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from campaign_health.cli.main import campaign_health
from campaign_health.judge.judging import judge_all
from campaign_health.sandbox.server import Sandbox
from campaign_health.sandbox.world.people import person_id
from campaign_health.sandbox.world.world import EventTruth, PeopleTruth, World
from storage.file.database import Warehouse
from tests.collecting_cast import SIGNED_UP, Installation, cast_world

DAYS, SILENT = 60, 9
BROKEN_DAYS = range(DAYS - SILENT, DAYS)
RENAMED, CONVERTED = "signed_up", "first project"
WELCOME = 1
SENT_ALL_THE_SAME = 3
"""Messages that went out on the last silent day, as somebody sent them by hand."""
MANIFEST_NAME = "campaign-health.yaml"
MANIFEST = f"""\
version: 1
campaigns:
  - id: {WELCOME}
    event: {SIGNED_UP}
    conversion_event: {CONVERTED}
    when: {{plan: [pro, team]}}
"""


def company() -> World:
    """Sign-ups of the plans free, pro and team, whose event has another name since nine days; the welcome goes to pro
    and team, and has not gone out since. Each day's first two people go on to make a project.
    """
    world = cast_world("Europe/Berlin", days=DAYS)
    event, campaign = world.events[SIGNED_UP], world.campaigns[WELCOME]
    silent = slice(BROKEN_DAYS.start, BROKEN_DAYS.stop)
    after = np.zeros_like(event.daily)
    after[silent] = event.daily[silent]
    event.daily[silent] = 0
    world.events[RENAMED] = replace(event, name=RENAMED, daily=after)
    world.events[CONVERTED] = EventTruth(CONVERTED, np.full_like(after, 2))
    for series in (*campaign.series.values(), *campaign.journeys.values()):
        series[silent] = 0
    campaign.series["sent"][BROKEN_DAYS[-1]] = SENT_ALL_THE_SAME
    missed = sorted(qualifying(world))
    world.people = PeopleTruth(
        unsubscribed=frozenset(missed[5:17]),
        without_address=frozenset(missed[20:23]),
        not_there=frozenset(missed[30:34]),
    )
    return world


def qualifying(world: World) -> dict[str, set[tuple[int, int]]]:
    """The truth: who signed up for pro or team on the silent days, with the days and numbers of their events."""
    plan = next(one for one in world.events[RENAMED].properties if one.name == "plan")
    found: dict[str, set[tuple[int, int]]] = {}
    for day in BROKEN_DAYS:
        for number in range(int(world.events[RENAMED].daily[day])):
            if plan.value(number) in ("pro", "team"):
                found.setdefault(person_id(day, number), set()).add((day, number))
    return found


def truth(world: World) -> dict[str, set[str]]:
    """Everybody who should have got it, by what became of them; the first that holds counts."""
    should = qualifying(world)
    last = BROKEN_DAYS[-1]
    of = {
        "reached": {person_id(last, number) for number in range(SENT_ALL_THE_SAME)},
        "converted": {person_id(day, number) for day in BROKEN_DAYS for number in range(2)},
        "not_in_customerio": set(world.people.not_there),
        "unsubscribed": set(world.people.unsubscribed),
        "no_address": set(world.people.without_address),
    }
    left = set(should)
    found = {}
    for reason, people in of.items():
        found[reason] = left & people
        left -= people
    return found | {"reachable": left}


def build_company(folder: Path, sandbox: Sandbox) -> Installation:
    """The company as collected and judged this morning, with its manifest; to be copied, not used."""
    (folder / MANIFEST_NAME).write_text(MANIFEST, encoding="utf-8")
    (folder / "data").mkdir()
    made = Installation(sandbox, folder / "data", {"CAMPAIGN_HEALTH_MANIFEST": str(folder / MANIFEST_NAME)})
    assert made.collect().exit_code() == 0
    judge_all(Warehouse(made.data_dir), made.settings(), sandbox.now)
    return made


def copied_company(built: Installation, folder: Path) -> Installation:
    """The same in another folder; its services are as they were this morning."""
    shutil.copytree(built.data_dir.parent, folder, dirs_exist_ok=True)
    built.sandbox.serve(company())
    built.sandbox.set_now(built.sandbox.world.now)
    built.sandbox.mend()
    return Installation(built.sandbox, folder / "data", {"CAMPAIGN_HEALTH_MANIFEST": str(folder / MANIFEST_NAME)})


def company_at_hand(built: Installation, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """The same, and every command in this process is about it."""
    found = copied_company(built, folder)
    monkeypatch.chdir(folder)
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    return found


def run_command(*words: str, code: int = 0) -> Result:
    """A command that is to end with this code."""
    result = CliRunner().invoke(campaign_health, list(words), catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result
