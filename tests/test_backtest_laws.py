"""Laws that hold for any table of pairs."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from campaign_health.detection.backtest.judge_table import RowVerdicts, judge_rows
from campaign_health.detection.backtest.pair_table import PairTable
from campaign_health.detection.pair.verdicts import STATUS_NAMES

FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NOT_COLLECTED = STATUS_NAMES.index("not_collected")

counts = st.one_of(st.none(), st.integers(0, 5), st.integers(0, 300), st.just(0), st.just(10**9))
series = st.lists(st.tuples(counts, counts), min_size=1, max_size=60)


def table(*pairs: list[tuple[int | None, int | None]]) -> PairTable:
    rows = [(index, day, *values) for index, pair in enumerate(pairs) for day, values in enumerate(pair)]
    columns = list(zip(*rows, strict=True))
    events, sends = (np.array([np.nan if c is None else float(c) for c in column]) for column in columns[2:])
    return PairTable(
        [f"pair {index}" for index in range(len(pairs))],
        np.array(columns[0], dtype=np.int32),
        np.array(columns[1], dtype=np.int32),
        events,
        sends,
    )


def same(one: RowVerdicts, other: RowVerdicts, rows: slice | np.ndarray = slice(None)) -> None:
    for field in fields(RowVerdicts):
        mine, others = getattr(one, field.name), getattr(other, field.name)[rows]
        assert np.array_equal(mine, others, equal_nan=mine.dtype.kind == "f"), field.name


def story(seed: int, days: int = 90, level: float = 40.0) -> list[tuple[int | None, int | None]]:
    random = np.random.default_rng(seed)
    events = random.poisson(level * random.gamma(20, 1 / 20, days))
    sends = random.binomial(events, 0.6)
    if seed % 2:
        sends[70:] = random.binomial(sends[70:], random.uniform(0, 0.6))
    return [(int(e), int(s)) for e, s in zip(events, sends, strict=True)]


@FEW
@given(st.lists(series, min_size=2, max_size=4))
def test_a_pairs_rows_never_depend_on_other_pairs(pairs: list[list[tuple[int | None, int | None]]]) -> None:
    together = judge_rows(table(*pairs))
    first = 0
    for pair in pairs:
        same(judge_rows(table(pair)), together, slice(first, first + len(pair)))
        first += len(pair)


@FEW
@given(st.lists(series, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(pairs: list[list[tuple[int | None, int | None]]], random) -> None:
    rows = table(*pairs)
    order = np.array(random.sample(range(len(rows.pair)), len(rows.pair)))
    shuffled = PairTable(rows.names, rows.pair[order], rows.day[order], rows.events[order], rows.sends[order])
    same(judge_rows(shuffled), judge_rows(rows), order)


@pytest.mark.slow("histories judged again")
@FEW
@given(st.integers(0, 10_000), st.integers(1, 89))
def test_later_days_never_change_what_was_said_of_earlier_ones(seed: int, days: int) -> None:
    pair = story(seed)
    same(judge_rows(table(pair[:days])), judge_rows(table(pair)), slice(0, days))


@pytest.mark.slow("histories judged again")
@FEW
@given(st.integers(0, 10_000), st.integers(60, 89), st.integers(0, 60), st.integers(1, 60))
def test_more_sends_on_a_day_never_make_its_verdict_worse(seed: int, day: int, sends: int, more: int) -> None:
    pair = story(seed)[: day + 1]
    few, many = ([*pair[:-1], (pair[-1][0], count)] for count in (sends, sends + more))
    verdicts, fewer = judge_rows(table(many)), judge_rows(table(few))
    assert verdicts.alert[-1] <= fewer.alert[-1]
    surging = STATUS_NAMES.index("surging")  # whose probability is that of so many
    if surging not in (verdicts.status[-1], fewer.status[-1]):
        assert verdicts.probability[-1] >= fewer.probability[-1] * 0.99 - 0.001


@pytest.mark.slow("histories judged again")
@FEW
@given(st.integers(0, 10_000), st.integers(20, 89), st.integers(1, 20), st.sampled_from(["events", "sends", "both"]))
def test_days_that_were_not_collected_never_raise_and_never_end_an_alarm(
    seed: int, day: int, gap: int, what: str
) -> None:
    pair = story(seed)
    hidden = {"events": (True, False), "sends": (False, True), "both": (True, True)}[what]
    for missing in range(day, min(day + gap, len(pair))):
        pair[missing] = tuple(None if hide else count for hide, count in zip(hidden, pair[missing], strict=True))
    verdicts = judge_rows(table(pair))
    inside = slice(day, day + gap)
    assert (verdicts.status[inside] == NOT_COLLECTED).all()
    assert (verdicts.alert[inside] == verdicts.alert[day - 1]).all()


@example([(5, 0), *[(None, None)] * 6, (0, 0)])  # a range of less than nothing
@FEW
@given(series)
def test_no_counts_whatever_crash_it_or_leave_the_range_of_chances(pair: list[tuple[int | None, int | None]]) -> None:
    verdicts = judge_rows(table(pair))
    judged = ~np.isnan(verdicts.expected)
    assert (verdicts.expected[judged] >= 0).all()
    assert (verdicts.expected_low[judged] <= verdicts.expected_high[judged]).all()
    assert ((verdicts.probability[judged] >= 0) & (verdicts.probability[judged] <= 1)).all()


def test_all_zero_constant_single_and_huge_series_are_judged_without_an_alarm() -> None:
    flat = [[(0, 0)] * 60, [(7, 7)] * 60, [(5, 3)], [(10**9, 9 * 10**8)] * 60, [(None, None)] * 5, [(0, 4)] * 60]
    assert not judge_rows(table(*flat)).alert.any()


@pytest.mark.slow("long pairs")
def test_a_very_long_pair_costs_time_in_proportion_to_its_length() -> None:
    long = table([(20, 12), (30, 17)] * 750)
    verdicts = judge_rows(long)
    assert len(verdicts.alert) == 1_500
    assert not verdicts.alert.any()
