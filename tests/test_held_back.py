"""Shares that Customer.io's own counters show as held back: risen against their past, or most of all from the start."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from campaign_health.detection.parts.held_back import HeldBack, find_held_back
from storage.read.held_back_counts import COUNTERS

YEARS = 365.25 * 8 * 4
DAYS, BAD = 60, 45
Counts = dict[str, np.ndarray]


def counted(made: np.ndarray, **held: np.ndarray) -> Counts:
    """Counters of campaigns, `[campaigns, days]`; what is not given was none."""
    made = np.atleast_2d(made).astype(float)
    counts = {name: np.zeros_like(made) for name in COUNTERS}
    counts |= {name: np.atleast_2d(part).astype(float) for name, part in held.items()}
    lost = sum(counts[name] for name in ("drafted", "failed", "undeliverable", "suppressed"))
    return counts | {"created": made, "sent": made - lost, "started": made}


def of(name: str, counts: Mapping[str, np.ndarray], begin: int = 0) -> HeldBack | None:
    return next((one for one in find_held_back(counts, begin, YEARS) if one.loss.part == name), None)


def first_broken(found: HeldBack | None) -> int | None:
    return None if found is None or not found.broken.any() else int(np.argmax(found.broken[0]))


def risen(level: float, before: float, since: float, seed: int = 1, bad: int = BAD, good: int = DAYS) -> Counts:
    """A campaign of which so large a share of the messages fails, before and from the day `bad` to before `good`."""
    chance = np.random.default_rng(seed)
    made = chance.poisson(level, DAYS)
    share = np.full(DAYS, before)
    share[bad:good] = since
    return counted(made, failed=chance.binomial(made, share))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("before", [0.0, 0.005, 0.05])
def test_a_third_of_twenty_messages_a_day_is_seen_within_three_days(before: float, seed: int) -> None:
    first = first_broken(of("failed", risen(20, before, 0.34, seed)))
    assert first is not None
    assert BAD <= first <= BAD + 3


def test_the_first_bad_day_is_dated_rightly() -> None:
    found = of("failed", risen(200, 0.01, 0.3))
    assert found is not None
    assert first_broken(found) == BAD + 1
    assert [int(day) for day in found.began[0, BAD + 1 : BAD + 6]] == [1, 2, 3, 4, 5]


def test_one_message_of_eight_in_draft_is_seen_on_the_second_day() -> None:
    made = np.full(DAYS, 1870)
    drafted = np.where(np.arange(DAYS) >= BAD, 1870 // 8, 0)
    assert first_broken(of("drafted", counted(made, drafted=drafted))) == BAD + 1


def test_a_mended_share_is_back_on_the_next_day() -> None:
    found = of("failed", risen(20, 0.0, 0.4, good=BAD + 6))
    assert found is not None
    assert found.holds[0, BAD + 5]
    assert not found.holds[0, BAD + 7 :].any()


@pytest.mark.parametrize("share", [0.05, 0.2, 0.35])
@pytest.mark.parametrize("level", [3, 20, 200])
def test_a_share_that_was_always_lost_is_no_break(share: float, level: float) -> None:
    chance = np.random.default_rng(3)
    made = chance.poisson(level, (100, 200))
    for name in ("failed", "undeliverable"):
        found = of(name, counted(made, **{name: chance.binomial(made, share)}))
        assert found is not None
        assert int(found.broken.any(axis=1).sum()) == 0


def test_a_rise_at_a_handful_of_messages_is_no_break() -> None:
    failed = np.zeros(DAYS)
    failed[BAD:] = [1, 0, 2, 0, *[0] * (DAYS - BAD - 4)]
    assert first_broken(of("failed", counted(np.full(DAYS, 3), failed=failed))) is None


def test_shares_that_scatter_by_batches_are_no_break() -> None:
    chance = np.random.default_rng(5)
    made = chance.poisson(80, (200, 200))
    share = chance.beta(2.0, 24.0, made.shape)
    found = of("undeliverable", counted(made, undeliverable=chance.binomial(made, share)))
    assert found is not None
    assert int(found.broken.any(axis=1).sum()) <= 2


@pytest.mark.parametrize("name", ["failed", "drafted"])
def test_what_fails_from_the_first_known_day_needs_no_past(name: str) -> None:
    made = np.full(DAYS, 90)
    found = of(name, counted(made, **{name: made}))
    assert found is not None
    assert found.broken[0].all()
    assert int(found.began[0, 20]) == 20


@pytest.mark.parametrize(("name", "share"), [("failed", 0.4), ("undeliverable", 0.7), ("suppressed", 0.6)])
def test_less_than_most_from_the_first_day_may_be_meant(name: str, share: float) -> None:
    made = np.full(DAYS, 90)
    assert first_broken(of(name, counted(made, **{name: np.round(made * share)}))) is None


def test_everything_undeliverable_from_the_first_day_is_said() -> None:
    made = np.full(DAYS, 40)
    assert first_broken(of("undeliverable", counted(made, undeliverable=made))) == 0


def test_a_day_that_is_not_known_shows_nothing_and_ends_nothing() -> None:
    counts = risen(50, 0.0, 0.5)
    for series in counts.values():
        series[0, BAD + 4] = np.nan
    found = of("failed", counts)
    assert found is not None
    assert not found.broken[0, BAD + 4]
    assert found.holds[0, BAD + 4]


def test_days_are_judged_alike_whether_from_the_beginning_or_from_the_day_itself() -> None:
    counts = risen(30, 0.02, 0.3)
    whole = of("failed", counts)
    assert whole is not None
    for begin in (BAD, BAD + 7):
        later = of("failed", counts, begin)
        assert later is not None
        assert (later.holds[:, begin:] == whole.holds[:, begin:]).all()
        assert (later.began[:, begin:] == whole.began[:, begin:]).all()


def test_a_filter_that_nobody_passes_at_weekends_is_no_break() -> None:
    started = np.full(DAYS, 60)
    weekend = np.arange(DAYS) % 7 >= 5
    assert first_broken(of("never_activated", counted(started, never_activated=np.where(weekend, 60, 3)))) is None


@pytest.mark.parametrize("seed", range(4))
def test_a_third_fewer_passing_a_steady_filter_is_seen_on_the_third_day(seed: int) -> None:
    chance = np.random.default_rng(seed)
    made = chance.poisson(130, DAYS)
    share = np.where(np.arange(DAYS) >= BAD, 0.39, 0.08)
    first = first_broken(of("never_activated", counted(made, never_activated=chance.binomial(made, share))))
    assert first is not None
    assert BAD + 1 <= first <= BAD + 3


def test_a_filter_whose_share_drifts_as_the_audience_does_is_no_break() -> None:
    chance = np.random.default_rng(7)
    made = chance.poisson(130, (200, 200))
    logit = np.cumsum(chance.normal(0, 0.03, made.shape), axis=1) + chance.normal(0, 0.2, made.shape) - 0.5
    found = of("never_activated", counted(made, never_activated=chance.binomial(made, 1 / (1 + np.exp(-logit)))))
    assert found is not None
    assert int(found.broken.any(axis=1).sum()) <= 2


def test_a_rise_that_came_and_went_is_no_part_of_the_next() -> None:
    chance = np.random.default_rng(5)
    made = chance.poisson(120, DAYS)
    share = np.full(DAYS, 0.01)
    share[25:31], share[52:] = 0.3, 1.0
    found = of("failed", counted(made, failed=chance.binomial(made, share)))
    assert found is not None
    assert found.holds[0, 53]
    assert 53 - found.began[0, 53] >= 51
