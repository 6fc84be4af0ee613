"""Laws of rename finding, over drawn projects."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.detection.event.event_panel import EventPanel
from campaign_health.detection.rename.rename import Rename
from campaign_health.detection.rename.renames import find_renames
from campaign_health.names.likeness import name_likeness, nearest_names

FIRST = date(2026, 6, 1)
WORDS = ("project", "task", "invoice", "created", "viewed", "signup", "v2", "app", "ios")
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("_".join)


@st.composite
def panels(draw: st.DrawFn) -> EventPanel:
    """Small projects with events that begin and stop, gaps in collecting, and numbers of any size."""
    names = sorted(draw(st.sets(NAMES, min_size=1, max_size=8)))
    days = draw(st.integers(1, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    counts = rng.poisson(10.0 ** rng.uniform(-1, draw(st.sampled_from([1, 3, 9])), (len(names), 1)), (len(names), days))
    counts = counts.astype(float)
    for row in counts:
        start, stop = sorted(rng.integers(0, days + 1, 2))
        if rng.random() < 0.5:
            row[:start] = np.nan
        if rng.random() < 0.5:
            row[stop:] = 0
    counts[:, rng.random(days) < 0.05] = np.nan
    return EventPanel(tuple(names), FIRST, counts)


def as_set(found: list[Rename]) -> set[tuple[str, str, date]]:
    return {(rename.old, rename.new, rename.first_day) for rename in found}


@settings(max_examples=60, deadline=None)
@given(panels(), st.randoms(use_true_random=False))
def test_the_order_of_the_events_changes_nothing(panel: EventPanel, random: object) -> None:
    order = list(range(len(panel.events)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = EventPanel(tuple(panel.events[i] for i in order), panel.first_day, panel.counts[order])
    assert as_set(find_renames(shuffled)) == as_set(find_renames(panel))


@settings(max_examples=60, deadline=None)
@given(panels(), st.integers(0, 60))
def test_what_was_known_on_a_day_does_not_depend_on_later_days(panel: EventPanel, ago: int) -> None:
    day = panel.last_day - timedelta(days=min(ago, panel.counts.shape[1] - 1))
    cut = EventPanel(panel.events, panel.first_day, panel.counts[:, : panel.column(day) + 1].copy())
    assert as_set(find_renames(panel.until(day))) == as_set(find_renames(cut))


@settings(max_examples=100, deadline=None)
@given(panels())
def test_every_finding_is_sane(panel: EventPanel) -> None:
    for rename in find_renames(panel):
        assert rename.old != rename.new
        assert panel.first_day <= rename.first_day <= rename.last_day <= panel.last_day
        assert 0.5 <= rename.confidence <= 1
        assert 0 <= rename.moved_share <= 1
        assert 0 <= rename.name_likeness <= 1
        assert np.isfinite(rename.volume_handed_over)


@given(NAMES, NAMES)
def test_likeness_is_the_same_both_ways_and_whole_only_with_itself_in_other_dress(one: str, other: str) -> None:
    assert abs(name_likeness(one, other) - name_likeness(other, one)) < 0.05
    assert 0 <= name_likeness(one, other) <= 1
    assert name_likeness(one, one.upper().replace("_", ".")) == 1.0


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=10))
def test_names_of_any_kind_are_compared(name: str, known: list[str]) -> None:
    assert all(0.5 <= likeness <= 1 for _, likeness in nearest_names(name, known))
