"""Renames and causes over a small part of the generated corpus; the whole is `tests.benchmarks.causes`."""

from __future__ import annotations

import pytest

from tests.causes_corpus import histories
from tests.causes_corpus.histories import history
from tests.causes_corpus.scoring import Score, score
from tests.left_out import examples

HISTORIES = examples(60, quick=30)


@pytest.fixture(scope="module")
def small() -> Score:
    return score(histories(seed=77, count=HISTORIES, events=90))


@pytest.mark.slow("labelled histories")
def test_headline_causes_of_full_breaks_are_right(small: Score) -> None:
    assert small.full >= HISTORIES // 3
    assert small.top_right >= 0.92, [(seed, story, cause.sentence) for seed, story, _, cause in small.wrong]


@pytest.mark.slow("labelled histories")
def test_renames_found_are_true(small: Score) -> None:
    assert small.renames_right >= HISTORIES * 25 // 60
    assert small.precision >= 0.94, small.renames_wrong


def test_true_renames_are_found(small: Score) -> None:
    assert small.recall >= 0.88, small.renames_missed


def test_nothing_is_claimed_where_nothing_broke(small: Score) -> None:
    assert small.quiet >= HISTORIES * 8 // 60
    assert small.quiet_claimed == []


def test_the_same_seed_gives_the_same_history() -> None:
    one, other = history(4711, events=60), history(4711, events=60)
    assert one.truth == other.truth
    assert one.renames == other.renames
    assert one.tables["event_day"].equals(other.tables["event_day"])
