"""The figures on top of the overview: what each counts, and which campaigns it leaves."""

from __future__ import annotations

import re
from dataclasses import replace
from math import nan
from pathlib import Path
from urllib.parse import unquote

import pytest

from campaign_health.dashboard.figures.small_chart import SmallLines, lines_of, lines_together, small_chart
from campaign_health.dashboard.look.theme import LIGHT
from campaign_health.state.every_campaign import campaigns_now
from campaign_health.state.key_figures import campaigns_of_figure, key_figures, of_figure
from campaign_health.state.overview import Overview, overview_of, read_overview
from campaign_health.state.workspace_state import read_workspace
from campaign_health.words.numbers import in_round_figures
from storage.file.database import PUBLISHED_NAME, open_published
from tests.dashboard_world import LAST_DAY, NOW


@pytest.fixture(scope="module")
def published(dashboard_world: Path) -> Path:
    return dashboard_world / "data" / PUBLISHED_NAME


@pytest.fixture(scope="module")
def overview(published: Path) -> Overview:
    with open_published(published) as connection:
        return read_overview(connection, NOW)


def test_the_figures_are_the_sums_of_what_each_incident_is_told_with(overview: Overview) -> None:
    figures = key_figures(overview)
    broken = overview.standing.broken
    assert figures.broken == len(broken) == 4
    assert figures.missed_sends == sum(round(one.missed_sends) for one in broken if one.missed_sends)
    assert figures.risk.sums == {
        "USD": sum(in_round_figures(one.risk_a_week) for one in broken if one.risk_a_week is not None)
    }
    assert figures.risk.unpriced == 2
    assert f"about ${figures.risk.sums['USD']:,.0f} a week at risk (2 have no deal value set)" in overview.sentence
    assert overview.fresh is not None
    assert overview.fresh in overview.sentence


def test_a_muted_break_costs_on_and_is_not_counted_as_broken(published: Path) -> None:
    with open_published(published) as connection:
        state = read_workspace(connection, "default")
    worst, *others = state.incidents
    muted = overview_of([replace(state, incidents=(replace(worst, muted_by="Ada"), *others))], NOW)
    before, after = key_figures(overview_of([state], NOW)), key_figures(muted)
    assert (after.broken, after.missed_sends, after.risk) == (before.broken - 1, before.missed_sends, before.risk)
    assert worst.campaign_id not in {number for _, number in campaigns_of_figure(muted, "broken")}
    assert worst.campaign_id in {number for _, number in campaigns_of_figure(muted, "risk")}


def test_being_worked_on_are_the_broken_that_somebody_took(published: Path) -> None:
    with open_published(published) as connection:
        state = read_workspace(connection, "default")
    taken, *others = state.incidents
    found = overview_of([replace(state, incidents=(replace(taken, acknowledged_by="Ada"), *others))], NOW)
    assert key_figures(found).worked_on == 1
    assert campaigns_of_figure(found, "worked_on") == {("default", taken.campaign_id)}
    assert [one.campaign for one in of_figure(found, "worked_on")] == [taken.campaign]


def test_what_could_not_be_checked_is_filtered_by_the_age_of_the_data(published: Path) -> None:
    with open_published(published) as connection:
        state = read_workspace(connection, "default")
    healthy = next(one for one in state.campaigns if one.status == "healthy")
    others = tuple(one for one in state.campaigns if one != healthy)
    found = overview_of([replace(state, campaigns=(replace(healthy, status="not_collected"), *others))], NOW)
    assert key_figures(found).unchecked == 1
    assert campaigns_of_figure(found, "unchecked") == {("default", healthy.campaign_id)}


def test_the_small_chart_has_the_days_numbers_and_shades_the_incident(published: Path) -> None:
    with open_published(published) as connection:
        rows = {row.campaign_id: row for row in campaigns_now(connection, "default").itertuples()}
        judged = connection.execute(
            "SELECT expected_low, expected_high FROM verdict WHERE campaign_id = 2 ORDER BY day DESC LIMIT 1"
        ).fetchone()
    lines = lines_of(rows[2])
    assert lines is not None
    assert lines.last_day == LAST_DAY
    assert (lines.low[-1], lines.high[-1]) == judged
    assert len(lines.sends) == len(lines.events) == len(lines.low) == 28
    assert LIGHT.broken in unquote(small_chart(lines, LIGHT))
    healthy = lines_of(rows[1])
    assert healthy is not None
    assert LIGHT.broken not in unquote(small_chart(healthy, LIGHT))


@pytest.mark.parametrize(("events", "is_shared"), [(20.0, True), (500.0, False)])
def test_events_and_sends_share_a_scale_unless_the_sends_would_lie_flat(events: float, is_shared: bool) -> None:
    half = small_chart(SmallLines([events, events], [10.0, 10.0], [], [], LAST_DAY), LIGHT)
    heights = [float(at) for at in re.findall(r"M[\d.]+ ([\d.]+)L", unquote(half))]
    assert len(heights) == 2
    assert (heights[0] < heights[1]) is is_shared, "the events are drawn above the sends"


def test_a_day_without_a_number_breaks_the_small_lines_and_is_hatched() -> None:
    lines = SmallLines([], [1.0, nan, 2.0, 3.0], [0, nan, 1, 1], [2, nan, 3, 4], LAST_DAY)
    drawn = unquote(small_chart(lines, LIGHT))
    assert "nan" not in drawn.lower()
    assert f"fill='{LIGHT.hatch}'" in drawn
    assert "fill='url(#h)'" in drawn
    assert drawn.count("M") == 2 + 1 + 2  # two pieces of line, a hatched bar, two pieces of band
    assert "nan" not in small_chart(SmallLines([], [], [], [], LAST_DAY), LIGHT)


def test_the_small_chart_shades_a_fall_in_volume_and_a_surge_as_the_large_one(published: Path) -> None:
    with open_published(published) as connection:
        rows = {row.campaign_id: row for row in campaigns_now(connection, "default").itertuples()}
    lines = lines_of(rows[11])
    assert lines is not None
    assert list(lines.statuses).count("volume_down") == 4
    drawn = unquote(small_chart(lines, LIGHT))
    assert LIGHT.down in drawn
    assert LIGHT.surging not in drawn
    surging = replace(lines, statuses=["surging" if one == "volume_down" else one for one in lines.statuses])
    assert LIGHT.surging in unquote(small_chart(surging, LIGHT))


def test_campaigns_that_broke_together_are_drawn_as_their_sum() -> None:
    one = SmallLines([5, 5], [1, 2], [0, 1], [2, 3], LAST_DAY, LAST_DAY)
    other = SmallLines([5, 5], [10, nan], [9, 9], [11, 11], LAST_DAY, LAST_DAY)
    both = lines_together([one, other])
    assert both == SmallLines([], [11, None], [9, 10], [13, 14], LAST_DAY, LAST_DAY)
