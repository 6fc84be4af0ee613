"""A daily run judges what is new, and gives exactly what judging everything from the beginning gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.judge_cast import Story, World, broken, day, morning_after, steady
from tests.left_out import examples

DAYS = 40
QUIET = 5
"""Campaigns that never break, and whose events say what the project does."""


@dataclass(frozen=True)
class Edit:
    """The trigger of a campaign is moved on a day, to the event of another."""

    campaign_id: int
    day: int
    event: str


@dataclass(frozen=True)
class Restatement:
    """Collected again on a day: of the days before, a share of what a campaign was said to have sent is left."""

    campaign_id: int
    day: int
    back: int
    keep: float


@dataclass
class Made:
    """A generated world: what happens, and after which days it is judged."""

    stories: list[Story]
    failed: set[tuple[str, int]]
    edits: list[Edit]
    restatements: list[Restatement]
    stops: list[int]


@st.composite
def _story(draw: st.DrawFn, number: int) -> Story:
    level = draw(st.sampled_from([0.3, 6.0, 60.0]))
    story = steady(
        number, DAYS, level=level, seed=draw(st.integers(0, 99)), first_day=draw(st.sampled_from([0, 0, 22]))
    )
    if draw(st.booleans()):
        since = draw(st.integers(15, DAYS - 2))
        until = draw(st.none() | st.integers(since + 1, DAYS))
        stage = draw(st.sampled_from(["events", "started", "activated", "sent", "delivered"]))
        broken(story, since, until, stage, draw(st.sampled_from([0.0, 0.4])))
    if draw(st.integers(0, 3)) == 0:
        story.stopped_on = draw(st.integers(20, DAYS))
    if draw(st.integers(0, 3)) == 0:
        story.trigger = None
    return story


@st.composite
def _world(draw: st.DrawFn) -> Made:
    stories = [draw(_story(number)) for number in (1, 2, 3)]
    stories += [steady(number, DAYS) for number in range(4, 4 + QUIET)]
    sources = st.sampled_from(["mixpanel_events", "customerio_metrics", "customerio_journeys"])
    failed = draw(st.sets(st.tuples(sources, st.integers(5, DAYS - 1)), max_size=4))
    campaigns, days = st.sampled_from([1, 2, 3]), st.integers(17, DAYS - 1)
    events = st.sampled_from([f"event_{number}" for number in range(1, 7)])
    edits = draw(st.lists(st.builds(Edit, campaigns, days, events), max_size=2))
    restated = st.builds(Restatement, campaigns, days, st.integers(1, 10), st.sampled_from([0.0, 0.5]))
    stops = draw(st.sets(st.integers(12, DAYS - 2), min_size=1, max_size=2))
    return Made(stories, failed, edits, draw(st.lists(restated, max_size=1)), [*sorted(stops), DAYS - 1])


@pytest.mark.slow("histories judged again")
@settings(max_examples=examples(6, quick=1), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_world())
def test_judging_in_steps_gives_what_judging_at_once_gives(made: Made) -> None:
    with TemporaryDirectory() as place:
        world = World(Path(place), made.stories, failed=made.failed)
        _live_through(world, made)
        in_steps = _judged(world, told=not made.restatements)
        _forget(world)
        world.judge(made.stops[-1])
        assert in_steps == _judged(world, told=not made.restatements)


@pytest.mark.slow("histories judged again")
def test_a_trigger_repaired_on_the_first_day_that_is_judged_anew_keeps_what_was_learned(tmp_path: Path) -> None:
    """Every repair comes to lie there on some daily run: the memory that is kept ends right before it."""
    since, edited, last = 28, 32, DAYS - 1
    story = steady(1, DAYS)
    for name in ("events", "started", "activated", "sent", "delivered"):
        getattr(story, name)[since:edited] = 0
    new_name = steady(9, DAYS, trigger=None, state="draft")
    stories = [story, new_name, *(steady(number, DAYS) for number in range(2, 9))]
    world = World(tmp_path, stories)
    _live_through(world, Made(stories, set(), [Edit(1, edited, "event_9")], [], [edited - 1, edited + 6, edited + 7]))
    with world.warehouse.open() as connection:
        # Of what is all the same nothing would be judged again.
        connection.execute("UPDATE campaign SET tags = ['any'] WHERE campaign_id = 2")
    summary = world.judge(last)
    assert summary.resumed_from == day(edited - 1)
    in_steps = _judged(world)
    assert world.status(1, last) == "healthy"
    _forget(world)
    world.judge(last)
    assert in_steps == _judged(world)


def _live_through(world: World, made: Made) -> None:
    """Collect day after day what happens, and judge after each stop."""
    stories = {story.campaign_id: story for story in made.stories}
    moments = {edit.day for edit in made.edits} | {restated.day for restated in made.restatements}
    first = 0
    for last in sorted({*made.stops, *moments, *(moment - 1 for moment in moments)}):
        for edit in made.edits:
            if edit.day == last:
                story = stories[edit.campaign_id]
                story.trigger, story.edited_at = edit.event, morning_after(last - 1) + timedelta(hours=1)
        begin = first
        for restated in made.restatements:
            if restated.day == last:
                begin = max(0, last - restated.back)
                broken(stories[restated.campaign_id], begin, last, "sent", restated.keep)
        world.collect(begin, last)
        if last in made.stops:
            world.judge(last)
        first = last + 1


def _judged(world: World, told: bool = True) -> dict[str, Any]:
    """All that was judged; `told`: also what was said of it, which tells of every restatement."""
    judged = {"verdict": world.table("verdict")}
    if told:
        judged["incident"] = world.table("incident")
        judged["incident_change"] = world.table("incident_change", "change_id, incident_id, kind, day, detail")
    return judged


def _forget(world: World) -> None:
    with world.warehouse.open() as connection:
        for table in ("verdict", "incident", "incident_change", "internal.judge_checkpoint", "judge_run"):
            connection.execute(f"DELETE FROM {table}")
