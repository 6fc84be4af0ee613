"""Whatever is said and undone, in any order: what it does at once is what the next judging makes of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    judged_world,
    judges,
    later,
    manifest,
    says,
)
from tests.judge_cast import World
from tests.left_out import examples

Judged = Callable[[tuple[str, ...]], World]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Gives the judged world for the renames that a manifest announces; it is made once, and to be copied."""
    return cache(lambda renames: judged_world(tmp_path_factory.mktemp("judged"), manifest(*renames)))


@st.composite
def _sequences(draw: st.DrawFn) -> list[Step]:
    """Things said at random, each by another and half a day or more after the one before; now and then a judging."""
    steps, after = [], 0.0
    for _ in range(draw(st.integers(2, 7))):
        after += draw(st.sampled_from([0.5, 1, 3, 8]))
        steps.append(judges(after=after) if draw(st.integers(0, 4)) == 0 else _said(draw, f"ana {len(steps)}", after))
    return steps


def _said(draw: st.DrawFn, by: str, after: float) -> Step:
    kind = draw(
        st.sampled_from(
            ["acknowledge", "fixed", "mute", "mute", "expected", "false_alarm", "confirm_rename", "refuse_rename"]
        )
    )
    if kind in ("confirm_rename", "refuse_rename"):
        old, new = draw(st.sampled_from([("project.created", "project_created"), ("invoice.sent", "invoice_sent")]))
        return says(kind, by, after=after, event=old, new_event=new)
    about: dict[str, Any] = {}
    if kind == "mute" or (kind == "expected" and draw(st.booleans())):
        about["until"] = later(after + draw(st.sampled_from([-1, 0, 2, 5, 30]))).date()
    whom = draw(st.sampled_from([OPEN, OPEN, LOST, JUST_OVER, LONG_OVER]))
    about["incident_of" if kind in ("acknowledge", "fixed") or draw(st.booleans()) else "campaign_id"] = whom
    return says(kind, by, after=after, **about)


@settings(max_examples=examples(8, quick=2), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=_sequences(),
    undone=st.lists(st.integers(0, 6), max_size=3, unique=True),
    renames=st.sampled_from([(), (ANNOUNCED,), WHENEVER]),
)
@pytest.mark.slow("decisions")
def test_the_next_judging_finds_nothing_to_change_whatever_was_said_and_undone(
    steps: list[Step], undone: list[int], renames: tuple[str, ...], judged: Judged
) -> None:
    with TemporaryDirectory() as place:
        people = People(copied(judged(renames), Path(place)))
        act(people, steps)
        for number in undone:
            if people.can_undo(number):
                people.undo(number, "zoe", people.last_act)
        at_once = people.rows(), people.changes()
        people.judge(people.last_act)
        assert (people.rows(), people.changes()) == at_once
