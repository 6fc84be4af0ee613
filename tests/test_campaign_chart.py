"""The chart of the campaign page: which days it shows, what lies behind its lines, and what its tooltip says."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest

from campaign_health.dashboard.figures.span_choice import SPANS, before_span, since_its_first_day, span_of
from campaign_health.dashboard.figures.timeline import Mark, timeline
from campaign_health.dashboard.look.theme import DARK, LIGHT, Palette
from campaign_health.dashboard.parts.campaign.campaign_chart import chart_note
from campaign_health.state.campaign_view import CampaignView, campaign_view
from storage.file.database import PUBLISHED_NAME, open_published
from tests.dashboard_world import DAYS, LAST_DAY, TODAY

DAY = 86_400_000


@pytest.fixture(scope="module")
def published(dashboard_world: Path) -> Path:
    return dashboard_world / "data" / PUBLISHED_NAME


def view(published: Path, campaign_id: int) -> CampaignView:
    with open_published(published) as connection:
        found = campaign_view(connection, "default", campaign_id, TODAY)[1]
    assert found is not None
    return found


def trace(figure: go.Figure, name: str) -> go.Bar | go.Scatter:
    (found,) = [one for one in figure.data if one.name == name]
    return found


def days_of(frame: pd.DataFrame) -> list[date]:
    return [pd.Timestamp(day).date() for day in frame["day"]]


def test_the_chart_begins_on_the_campaigns_first_day(published: Path) -> None:
    learning = view(published, 9).days
    shown = days_of(span_of(learning, "3 months"))
    assert (shown[0], shown[-1], len(shown)) == (LAST_DAY - timedelta(days=8), LAST_DAY, 9)
    never = learning.assign(campaign_state="not_expected", sent=0)
    assert len(since_its_first_day(never)) == len(DAYS)
    assert since_its_first_day(learning.iloc[:0]).empty


def test_a_span_is_of_whole_weeks_and_of_no_more_than_there_is(published: Path) -> None:
    days = view(published, 1).days
    assert [len(span_of(days, name)) for name in SPANS] == [28, 91, len(DAYS), len(DAYS)]
    assert len(span_of(days, "no such span")) == 91
    assert all(length % 7 == 0 for length in SPANS.values())


def test_the_period_before_is_drawn_under_the_days_that_it_is_compared_with(published: Path) -> None:
    days = view(published, 1).days
    part = span_of(days, "4 weeks")
    before = before_span(days, part)
    assert before is not None
    earlier = days.iloc[-56:-28]["sent"].astype(float)
    assert before.name == "Sends 28 days before"
    assert list(before.sent.index) == list(part["day"])
    pd.testing.assert_series_equal(before.sent, earlier, check_index=False, check_names=False)
    line = trace(timeline(part, [], [], LIGHT, before=before), before.name)
    assert list(line.y) == list(earlier)
    assert before_span(days, days) is None


def test_the_tooltip_says_the_range_that_was_expected_on_the_day(published: Path) -> None:
    days = view(published, 1).days
    days.loc[days.index[-1], ["expected_low", "expected_high"]] = [41.2, 54.9]
    days.loc[days.index[-2], ["expected_low", "expected_high"]] = None
    band = trace(timeline(days, [], [], LIGHT), "Expected sends")
    assert list(band.customdata[-2:]) == ["", "41 to 55"]
    assert band.hovertemplate == "%{customdata}"


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_each_kind_of_days_has_a_look_of_its_own(published: Path, colours: Palette) -> None:
    days = view(published, 11).days
    days.loc[days.index[-30:-28], "status"] = "surging"
    days.loc[days.index[-40:-38], "campaign_state"] = "not_expected"
    changed = Mark(LAST_DAY - timedelta(days=50), "Renamed", after=LAST_DAY - timedelta(days=53))
    figure = timeline(days, [], [changed], colours)
    down = trace(figure, "Volume down")
    assert down.width == (4 * DAY,)
    assert pd.Timestamp(down.x[0]) == pd.Timestamp(LAST_DAY) - timedelta(days=1.5)
    assert trace(figure, "Surging").width == (2 * DAY,)
    assert trace(figure, "Changed in these days").width == (3 * DAY,)
    looks = [(one.marker.pattern.shape, one.marker.pattern.fgcolor or one.marker.color) for one in figure.data
             if one.type == "bar"]  # fmt: skip
    assert len(looks) == 5
    assert len(set(looks)) == 5
    note = chart_note(days, [], [changed])
    assert "blue-green days are down in volume" in note
    assert "violet days surge" in note
