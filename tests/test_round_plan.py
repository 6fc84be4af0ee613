"""What of a round may begin: nobody holds another, there is one publication, and it comes before what is told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from campaign_health.schedule.round_plan import (
    DIGEST_PATIENCE,
    LONG_ONES,
    PATIENCE,
    RoundState,
    collections_to_start,
    digests_to_start,
    publication_is_due,
    sharing_is_due,
)

NOW = 10_000.0
JUST_NOW, LONG_AGO = NOW - 1, NOW - PATIENCE


def test_so_many_are_collected_side_by_side() -> None:
    waiting = dict.fromkeys("abcd", NOW)
    assert collections_to_start(RoundState(NOW, 2, waiting)) == ["a", "b"]
    assert collections_to_start(RoundState(NOW, 2, waiting, {"x": JUST_NOW})) == ["a"]
    assert collections_to_start(RoundState(NOW, 2, waiting, {"x": JUST_NOW, "y": JUST_NOW})) == []


def test_one_that_takes_long_gives_its_place_away() -> None:
    slow = {"x": LONG_AGO, "y": LONG_AGO}
    assert collections_to_start(RoundState(NOW, 2, {"a": NOW}, slow)) == ["a"]


def test_those_that_take_long_do_not_pile_up_without_end() -> None:
    slow = {f"x{number}": LONG_AGO for number in range(2 * LONG_ONES)}
    assert collections_to_start(RoundState(NOW, 2, {"a": NOW}, slow)) == []


def test_two_that_share_a_mixpanel_project_are_collected_one_after_the_other() -> None:
    projects = {"a": "1", "b": "1", "c": "2"}
    state = RoundState(NOW, 5, dict.fromkeys("abcde", NOW), projects=projects)
    assert collections_to_start(state) == ["a", "c", "d", "e"]
    assert collections_to_start(RoundState(NOW, 5, {"b": NOW}, {"a": LONG_AGO}, projects=projects)) == []


def test_a_round_is_published_once_when_all_are_done() -> None:
    done = {"a": JUST_NOW, "b": JUST_NOW}
    assert not publication_is_due(RoundState(NOW, 2, running={"c": JUST_NOW}, collected=done))
    assert not publication_is_due(RoundState(NOW, 2, waiting={"c": NOW}, collected=done))
    assert publication_is_due(RoundState(NOW, 2, collected=done))
    assert not publication_is_due(RoundState(NOW, 2, collected=done, is_publishing=True))
    assert not publication_is_due(RoundState(NOW, 2))


def test_nobody_waits_longer_than_a_quarter_of_an_hour_for_the_others() -> None:
    assert publication_is_due(RoundState(NOW, 2, running={"c": JUST_NOW}, collected={"a": LONG_AGO}))
    assert publication_is_due(RoundState(NOW, 2, running={"slow": LONG_AGO}, collected={"a": JUST_NOW}))


def test_a_digest_is_told_after_what_it_tells_is_published() -> None:
    collected = RoundState(NOW, 2, collected={"a": JUST_NOW}, asked={"a": JUST_NOW})
    assert publication_is_due(collected)
    assert digests_to_start(collected) == []
    assert digests_to_start(RoundState(NOW, 2, asked={"a": JUST_NOW}, published_from=NOW)) == ["a"]


def test_a_digest_waits_for_its_own_collection_only_and_not_for_long() -> None:
    asked = {"a": JUST_NOW, "b": JUST_NOW}
    state = RoundState(NOW, 2, running={"a": JUST_NOW}, asked=asked)
    assert digests_to_start(state) == ["b"]
    others = RoundState(NOW, 2, running={"b": JUST_NOW}, collected={"a": JUST_NOW}, asked={"a": LONG_AGO})
    assert not publication_is_due(others), "others may be done soon, and one publication serves them all"
    waited = NOW - DIGEST_PATIENCE
    assert publication_is_due(
        RoundState(NOW, 2, running={"b": JUST_NOW}, collected={"a": waited}, asked={"a": LONG_AGO})
    )
    slow = RoundState(NOW, 2, running={"a": LONG_AGO}, asked={"a": JUST_NOW})
    assert publication_is_due(slow), "what it has so far is judged and published first"
    assert digests_to_start(slow) == []
    published = RoundState(NOW, 2, running={"a": LONG_AGO}, asked={"a": JUST_NOW}, published_from=NOW)
    assert digests_to_start(published) == ["a"]


def test_what_cannot_be_published_is_told_all_the_same_and_tried_again_later() -> None:
    state = RoundState(NOW, 2, running={"a": LONG_AGO}, asked={"a": JUST_NOW}, publish_not_before=NOW + 1)
    assert not publication_is_due(state)
    assert digests_to_start(state) == ["a"]


def test_what_was_sent_is_published_once_when_all_digests_are_sent() -> None:
    assert not publication_is_due(RoundState(NOW, 2, announced=JUST_NOW, telling=["b"]))
    assert publication_is_due(RoundState(NOW, 2, announced=JUST_NOW))
    assert publication_is_due(RoundState(NOW, 2, announced=LONG_AGO, telling=["b"]))


TIMES = st.floats(NOW - 2 * PATIENCE, NOW)
NAMES = st.sampled_from("abcdef")


@given(st.integers(1, 4), st.dictionaries(NAMES, TIMES), st.dictionaries(NAMES, TIMES), st.dictionaries(NAMES, TIMES))
def test_whatever_the_state_something_can_go_on(
    at_once: int, waiting: dict[str, float], running: dict[str, float], collected: dict[str, float]
) -> None:
    """Where work is left and nothing young runs, something begins: no state is without a way out."""
    waiting = {name: since for name, since in waiting.items() if name not in running}
    collected = {name: since for name, since in collected.items() if name not in running}
    state = RoundState(NOW, at_once, waiting, running, collected)
    starting = collections_to_start(state)
    assert len(set(starting)) == len(starting)
    assert set(starting) <= waiting.keys() - running.keys()
    is_young = any(NOW - begun < PATIENCE for begun in running.values())
    if waiting and not is_young and len(running) < at_once * LONG_ONES:
        assert starting
    if collected and not waiting and not is_young:
        assert publication_is_due(state)


def test_digests_of_many_workspaces_are_not_all_sent_at_once() -> None:
    asked = {f"workspace {number}": JUST_NOW for number in range(200)}
    assert len(digests_to_start(RoundState(NOW, 2, asked=asked))) == 2 * LONG_ONES
    telling = [f"earlier {number}" for number in range(2 * LONG_ONES - 1)]
    assert len(digests_to_start(RoundState(NOW, 2, asked=asked, telling=telling))) == 1


def test_sharing_waits_for_what_is_published_and_told_but_not_for_ever() -> None:
    assert not sharing_is_due(RoundState(NOW, 2))
    assert sharing_is_due(RoundState(NOW, 2, unshared=JUST_NOW))
    for busy in (
        RoundState(NOW, 2, unshared=JUST_NOW, telling=["a"]),
        RoundState(NOW, 2, unshared=JUST_NOW, asked={"a": NOW}),
        RoundState(NOW, 2, unshared=JUST_NOW, announced=JUST_NOW),
        RoundState(NOW, 2, unshared=JUST_NOW, running={"a": JUST_NOW}),
        RoundState(NOW, 2, unshared=JUST_NOW, is_publishing=True),
        RoundState(NOW, 2, unshared=JUST_NOW, is_sharing=True),
    ):
        assert not sharing_is_due(busy)
    assert sharing_is_due(RoundState(NOW, 2, unshared=LONG_AGO, telling=["a"], running={"b": JUST_NOW}))
