"""How soon messages followed their events: laws of the histogram and of the join."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.route.proof.joining import HOUR, prove_hours
from campaign_health.route.proof.log_histogram import LONGEST, SHORTEST, histogram_of, merged

NOW = 1_800_000_000.0
LENGTHS = st.lists(st.floats(SHORTEST, LONGEST), max_size=60)


@given(st.lists(LENGTHS, max_size=5))
def test_merged_histograms_are_the_histogram_of_the_union(parts: list[list[float]]) -> None:
    whole = histogram_of(one for part in parts for one in part)
    assert dict(merged(map(histogram_of, parts)).counts) == dict(whole.counts)


@given(LENGTHS.filter(bool), st.floats(0.0, 1.0))
def test_quantiles_are_within_one_per_cent_of_the_exact_ones(lengths: list[float], share: float) -> None:
    exact = sorted(lengths)[max(1, math.ceil(share * len(lengths))) - 1]
    found = histogram_of(lengths).quantile(share)
    assert found is not None
    assert abs(found / exact - 1) < 0.0101


def test_no_length_has_no_quantile_and_strange_ones_are_held() -> None:
    assert histogram_of([]).quantile(0.5) is None
    assert histogram_of([-5.0, 0.0, 1e12]).total == 3


@given(
    st.lists(st.tuples(st.none() | st.sampled_from("abc"), st.floats(NOW - 7200, NOW)), max_size=25),
    st.dictionaries(st.sampled_from("abcd"), st.lists(st.floats(NOW - 9000, NOW + 9000), max_size=12).map(sorted)),
    st.none() | st.floats(1, 4000),
)
def test_each_event_is_in_one_place_and_no_message_is_two_events(
    events: list[tuple[str | None, float]], sends: dict[str, list[float]], promise: float | None
) -> None:
    hours = prove_hours(events, sends, promise, NOW)
    assert sum(one.qualifying for one in hours) == len(events)
    for one in hours:
        assert one.qualifying == one.sent + one.not_sent + one.unknown
        assert one.took.total == one.sent
        assert one.hour % HOUR == 0
        assert (one.within is None) == (promise is None)
        assert 0 <= one.late <= one.sent
    assert sum(one.sent for one in hours) <= sum(map(len, sends.values()))


@pytest.mark.parametrize(
    ("sent_after", "until", "place"),
    [(10, 2000, "within"), (700, 2000, "late"), (None, 2000, "not_sent"), (None, 1000, "unknown"),
     (1300, 2000, "not_sent")],
    ids=["in time", "late", "none", "too young to tell", "of another event"],
)  # fmt: skip
def test_what_becomes_of_an_event_under_a_promise_of_five_minutes(
    sent_after: int | None, until: int, place: str
) -> None:
    sends = {} if sent_after is None else {"a": [NOW + sent_after]}
    [hour] = prove_hours([("a", NOW)], sends, 300.0, NOW + until)
    assert {name: getattr(hour, name) for name in ("within", "late", "not_sent", "unknown")} == {
        name: int(name == place) for name in ("within", "late", "not_sent", "unknown")
    }
