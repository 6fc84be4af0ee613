"""A daily run judges what is new, and gives exactly what judging everything from the beginning gives."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.judge_cast import Story, World, broken, steady

DAYS = 40


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
def _world(draw: st.DrawFn) -> tuple[list[Story], set[tuple[str, int]], list[int]]:
    stories = [draw(_story(number)) for number in (1, 2, 3)]
    sources = st.sampled_from(["mixpanel_events", "customerio_metrics", "customerio_journeys"])
    failed = draw(st.sets(st.tuples(sources, st.integers(5, DAYS - 1)), max_size=4))
    stops = draw(st.sets(st.integers(12, DAYS - 2), min_size=1, max_size=2))
    return stories, failed, [*sorted(stops), DAYS - 1]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_world())
def test_judging_in_steps_gives_what_judging_at_once_gives(
    made: tuple[list[Story], set[tuple[str, int]], list[int]],
) -> None:
    stories, failed, stops = made
    with TemporaryDirectory() as place:
        world = World(Path(place), stories, failed=failed)
        first = 0
        for stop in stops:
            world.collect(first, stop)
            world.judge(stop)
            first = stop + 1
        in_steps = _judged(world)
        _forget(world)
        world.judge(stops[-1])
        assert in_steps == _judged(world)


def _judged(world: World) -> dict[str, Any]:
    changes = "change_id, incident_id, kind, day, detail"
    return {
        "verdict": world.table("verdict"),
        "incident": world.table("incident"),
        "incident_change": world.table("incident_change", changes),
    }


def _forget(world: World) -> None:
    with world.warehouse.open() as connection:
        for table in ("verdict", "incident", "incident_change", "judge_checkpoint", "judge_run"):
            connection.execute(f"DELETE FROM {table}")
