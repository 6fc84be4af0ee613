"""What a decision does at once is what the next judging at the same instant makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.decisions_cast import (
    ANNOUNCED,
    JUST_OVER,
    LONG_OVER,
    LOST,
    OPEN,
    WHENEVER,
    People,
    Step,
    act,
    copied,
    expected,
    judged_world,
    judges,
    later,
    manifest,
    muted,
    renamed,
    says,
    taken,
    undoes,
)
from tests.judge_cast import World

Judged = Callable[[tuple[str, ...]], World]
NOTHING: dict[str, Any] = {}
DECEMBER_1, DECEMBER_20 = date(2026, 12, 1), date(2026, 12, 20)
RENAME = {"event": "project.created", "new_event": "project_created"}
IN_MANIFEST = "Hand-over in progress until Sun 20 Sep 2026: project.created becomes project_created"


@dataclass(frozen=True)
class Case:
    """What is said one after the other, and what then holds of a campaign's newest incident (NOW is day 41)."""

    steps: Sequence[Step]
    holds: Mapping[int, dict[str, Any]]
    renames: tuple[str, ...] = ()


CASES = {
    "an incident is taken on": Case(
        [says("acknowledge", "ana", incident_of=OPEN)],
        {OPEN: taken("ana"), LOST: NOTHING},
    ),
    "of two who took on the incident the newest": Case(
        [says("acknowledge", "ana", incident_of=OPEN), says("acknowledge", "ben", after=0.1, incident_of=OPEN)],
        {OPEN: taken("ben", 0.1)},
    ),
    "an incident that is over is taken on, and let go": Case(
        [
            says("acknowledge", "ana", incident_of=LONG_OVER),
            says("acknowledge", "ben", incident_of=JUST_OVER),
            undoes(1),
        ],
        {LONG_OVER: taken("ana"), JUST_OVER: NOTHING},
    ),
    "what a campaign does was intended while its incident was open": Case(
        [says("expected", "ana", after=-5, campaign_id=JUST_OVER), judges()],
        {JUST_OVER: expected("ana")},
    ),
    "what a campaign did was intended while its incident was open, and is not now that it is over": Case(
        [says("expected", "ana", after=-5, campaign_id=JUST_OVER), judges(), undoes(0)],
        {JUST_OVER: NOTHING},
    ),
    "what a campaign does is intended now that its incident is over": Case(
        [says("expected", "ana", campaign_id=JUST_OVER)],
        {JUST_OVER: NOTHING},
    ),
    "the incident is muted until 1 December, then its campaign until 20 December": Case(
        [
            says("mute", "ana", incident_of=OPEN, until=DECEMBER_1),
            says("mute", "ben", after=0.1, campaign_id=OPEN, until=DECEMBER_20),
        ],
        {OPEN: muted("ana", DECEMBER_1)},
    ),
    "the campaign is muted until 20 December, then its incident until 1 December": Case(
        [
            says("mute", "ben", campaign_id=OPEN, until=DECEMBER_20),
            says("mute", "ana", after=0.1, incident_of=OPEN, until=DECEMBER_1),
        ],
        {OPEN: muted("ana", DECEMBER_1)},
    ),
    "when the mute of the incident has ended, the one of its campaign holds": Case(
        [
            says("mute", "ben", campaign_id=OPEN, until=50),
            says("mute", "ana", after=0.1, incident_of=OPEN, until=42),
            says("acknowledge", "cy", after=3, incident_of=LOST),
        ],
        {OPEN: muted("ben", 50)},
    ),
    "a campaign is muted after the mute of its incident had ended": Case(
        [says("mute", "ana", incident_of=OPEN, until=42), says("mute", "ben", after=4, campaign_id=OPEN, until=50)],
        {OPEN: muted("ben", 50)},
    ),
    "a mute that has ended is gone at the next thing that is said of anything": Case(
        [says("mute", "ana", incident_of=OPEN, until=42), says("acknowledge", "ben", after=3, incident_of=LOST)],
        {OPEN: NOTHING, LOST: taken("ben", 3)},
    ),
    "a break is said to be fixed by two, the second time in vain": Case(
        [
            says("note", "ana", incident_of=OPEN, reason="asked them"),
            says("fixed", "ana", incident_of=OPEN),
            says("fixed", "ben", after=0.1, incident_of=OPEN),
            undoes(2, after=0.2),
        ],
        {OPEN: {"fixed_by": "ana", "fixed_on": later(0).date()}, LOST: NOTHING},
    ),
    "an incident that was over is said to be fixed": Case(
        [says("fixed", "ana", incident_of=JUST_OVER), says("fixed", "ana", incident_of=LONG_OVER)],
        {JUST_OVER: NOTHING, LONG_OVER: NOTHING},
    ),
    "an incident was said to be fixed two days before its end": Case(
        [says("fixed", "ana", after=-6, incident_of=JUST_OVER), judges()],
        {JUST_OVER: {"fixed_by": "ana", "fixed_on": later(-6).date()}},
    ),
    "a mute is undone": Case(
        [says("mute", "ana", incident_of=OPEN, until=50), undoes(0, after=1)],
        {OPEN: NOTHING},
    ),
    "a mute of yesterday": Case(
        [says("mute", "ana", incident_of=OPEN, until=40)],
        {OPEN: NOTHING},
    ),
    "an incident that is over is muted": Case(
        [says("mute", "ana", incident_of=JUST_OVER, until=50), says("mute", "ana", incident_of=LONG_OVER, until=50)],
        {JUST_OVER: NOTHING, LONG_OVER: NOTHING},
    ),
    "a break is intended": Case(
        [says("expected", "ana", incident_of=OPEN)],
        {OPEN: expected("ana")},
    ),
    "the incident's break was intended, and then its campaign's": Case(
        [says("expected", "ana", incident_of=OPEN), says("expected", "ben", after=0.1, campaign_id=OPEN)],
        {OPEN: expected("ana")},
    ),
    "a break was intended until a day that is over": Case(
        [says("expected", "ana", incident_of=OPEN, until=42), says("acknowledge", "ben", after=3, incident_of=OPEN)],
        {OPEN: taken("ben", 3)},
    ),
    "a break that a manifest announced is intended for good, and then not": Case(
        [says("expected", "ana", incident_of=LOST), undoes(0, after=0.1)],
        {
            LOST: expected(
                "@platform", "Hand-over in progress until Sun 20 Sep 2026: project.created becomes project_created"
            )
        },
        (ANNOUNCED,),
    ),
    "a break that a manifest announced is intended": Case(
        [says("expected", "ana", incident_of=LOST)],
        {LOST: expected("ana")},
        (ANNOUNCED,),
    ),
    "what a manifest announced is over": Case(
        [says("acknowledge", "ana", after=15, incident_of=OPEN)],
        {LOST: NOTHING},
        (ANNOUNCED,),
    ),
    "what a manifest announced without a day stays": Case(
        [says("acknowledge", "ana", after=15, incident_of=OPEN)],
        {
            LOST: expected("manifest", "Hand-over in progress: project.created becomes project_created"),
            LONG_OVER: expected("manifest", "Hand-over in progress: report.opened becomes report_opened"),
        },
        WHENEVER,
    ),
    "a break is called a false alarm, and then intended": Case(
        [
            says("false_alarm", "ana", incident_of=OPEN),
            says("expected", "ben", after=0.1, incident_of=OPEN),
            undoes(1, after=0.2),
        ],
        {OPEN: {"expected_by": "ana", "expected_reason": "", "expected_how": "false_alarm"}},
    ),
    "a rename is confirmed": Case(
        [says("confirm_rename", "ana", **RENAME)],
        {LOST: renamed("ana"), OPEN: NOTHING},
    ),
    "a rename is confirmed and then refused": Case(
        [
            says("confirm_rename", "ana", event="project.created", new_event="project_created"),
            says("refuse_rename", "ben", after=0.1, event="project.created", new_event="project_created"),
        ],
        {LOST: NOTHING},
    ),
    "a confirmed rename is taken back": Case(
        [says("confirm_rename", "ana", event="project.created", new_event="project_created"), undoes(0, after=0.1)],
        {LOST: NOTHING},
    ),
    "a rename was confirmed by one and the break taken on by another a week later": Case(
        [says("confirm_rename", "ana", **RENAME), says("acknowledge", "ben", after=8, incident_of=LOST)],
        {LOST: {**taken("ben", 8), **renamed("ana")}},
    ),
    "a confirmed rename says nothing of incidents that were over": Case(
        [
            says("confirm_rename", "ana", event="invoice.sent", new_event="invoice_sent"),
            says("confirm_rename", "ana", event="report.opened", new_event="report_opened"),
        ],
        {JUST_OVER: NOTHING, LONG_OVER: NOTHING},
    ),
    "a rename was confirmed while its incident was open, and is taken back now that it is over": Case(
        [says("confirm_rename", "ana", after=-5, event="invoice.sent", new_event="invoice_sent"), judges(), undoes(0)],
        {JUST_OVER: NOTHING},
    ),
    "a campaign is watched against another event, and again against its own": Case(
        [
            says("mute", "ana", incident_of=OPEN, until=50),
            says("map_event", "ana", after=0.1, campaign_id=OPEN, event="twin"),
            undoes(1, after=0.2),
        ],
        {OPEN: muted("ana", 50)},
    ),
    "a campaign is watched against another event": Case(
        [says("mute", "ana", incident_of=OPEN, until=50), says("map_event", "ana", campaign_id=OPEN, event="twin")],
        {OPEN: muted("ana", 50)},
    ),
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Gives the judged world for the renames that a manifest announces; it is made once, and to be copied."""
    return cache(lambda renames: judged_world(tmp_path_factory.mktemp("judged"), manifest(*renames)))


# Of everything that can be said, one case.
QUICK = {
    "an incident is taken on",
    "an incident that is over is taken on, and let go",
    "the incident is muted until 1 December, then its campaign until 20 December",
    "a mute that has ended is gone at the next thing that is said of anything",
    "a mute is undone",
    "a break is said to be fixed by two, the second time in vain",
    "an incident was said to be fixed two days before its end",
    "a break is intended",
    "what a manifest announced is over",
    "a break is called a false alarm, and then intended",
    "a rename is confirmed",
    "a rename is confirmed and then refused",
    "a campaign is watched against another event, and again against its own",
}
assert CASES.keys() >= QUICK
NAMES = [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow("decisions")) for name in CASES]


@pytest.mark.slow("decisions")
@pytest.mark.parametrize("name", NAMES)
def test_the_next_judging_finds_nothing_to_change(name: str, judged: Judged, tmp_path: Path) -> None:
    case = CASES[name]
    people = People(copied(judged(case.renames), tmp_path))
    act(people, case.steps)
    assert {campaign: people.standing(campaign) for campaign in case.holds} == case.holds
    at_once = people.rows(), people.changes()
    people.judge(people.last_act)
    assert (people.rows(), people.changes()) == at_once
