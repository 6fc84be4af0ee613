"""One change has one date, in one style: marks, tooltips, tables; and what is code stays code."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from campaign_health.dashboard.figures.layout import DAY
from campaign_health.dashboard.figures.timeline import Mark, timeline
from campaign_health.dashboard.look.day_columns import FORMAT, day_columns
from campaign_health.dashboard.look.markup import in_markdown, said_in_markdown
from campaign_health.dashboard.look.theme import LIGHT
from campaign_health.dashboard.parts.campaign.campaign_marks import campaign_marks
from campaign_health.dashboard.parts.csv_export import as_csv
from campaign_health.dashboard.parts.overview.campaign_table import csv_rows
from campaign_health.state.campaign_view import CampaignView, campaign_view
from campaign_health.state.every_campaign import campaigns_now
from campaign_health.state.overview import read_overview
from campaign_health.words.numbers import in_round_figures
from storage.file.database import open_published
from tests.dashboard_world import NOW, TODAY, build_dashboard_world

ZONE = ZoneInfo("Europe/Berlin")
UPGRADE, BROKEN_SINCE = 3, date(2026, 11, 22)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build_dashboard_world(folder)
    return folder


def view_with(published: Path, before: date | None, seen: date) -> CampaignView:
    """The campaign that broke on 22 November, its property last seen unchanged and first seen changed on those days."""
    with open_published(published) as connection:
        found = campaign_view(connection, "default", UPGRADE, TODAY)[1]
    assert found is not None
    changes = found.changes.assign(day=pd.Timestamp(seen), last_day_before=before and pd.Timestamp(before))
    return replace(found, changes=changes)


@pytest.mark.parametrize(
    ("before", "seen", "marked", "after"),
    [
        (date(2026, 11, 19), date(2026, 11, 23), BROKEN_SINCE, date(2026, 11, 19)),
        (date(2026, 11, 21), date(2026, 11, 22), BROKEN_SINCE, None),
        (date(2026, 11, 10), date(2026, 11, 15), date(2026, 11, 15), date(2026, 11, 10)),
        (None, date(2026, 11, 23), date(2026, 11, 23), None),
    ],
)
def test_a_changed_property_is_marked_by_the_day_that_is_told_of_it_and_since_when_it_may_be(
    published: Path, before: date | None, seen: date, marked: date, after: date | None
) -> None:
    view = view_with(published, before, seen)
    assert view.open_incident is not None
    assert view.open_incident.opened_on == BROKEN_SINCE
    (mark,) = [one for one in campaign_marks(view, ZONE) if "Property" in one.text]
    assert (mark.day, mark.after) == (marked, after)
    figure = timeline(view.days, [], [mark], LIGHT)
    spans = [trace for trace in figure.data if trace.name == "Changed in these days"]
    assert len(spans) == (after is not None)
    assert len(figure.layout.shapes) == (after is None)
    if after is not None:
        possible = (marked - after).days
        assert spans[0].width == (possible * 86_400_000,)
        assert pd.Timestamp(spans[0].x[0]) == pd.Timestamp(after) + timedelta(days=(possible + 1) / 2)
        told = next(trace for trace in figure.data if trace.name == "Sends").customdata
        assert [bool(text) for text in told[-15:]] == [
            after < date(2026, 11, 9) + timedelta(days=back) <= marked for back in range(15)
        ]


def test_a_days_tooltip_tells_of_its_own_day_only(published: Path) -> None:
    view = view_with(published, None, BROKEN_SINCE)
    marks = [Mark(BROKEN_SINCE, "Property plan is missing", "plan: string → missing"), Mark(BROKEN_SINCE, "Edited")]
    figure = timeline(view.days, [], marks, LIGHT)
    by_name = {trace.name: trace for trace in figure.data if trace.name}
    assert by_name["Changes"].hoverinfo == "skip"
    sends = by_name["Sends"]
    told = {pd.Timestamp(day).date(): text for day, text in zip(sends.x, sends.customdata, strict=True) if text}
    assert list(told) == [BROKEN_SINCE]
    assert "Property plan is missing" in told[BROKEN_SINCE]
    assert "Edited" in told[BROKEN_SINCE]
    assert "%{customdata}" in sends.hovertemplate
    assert figure.layout.xaxis.hoverformat == DAY


def test_days_in_tables_are_written_as_everywhere() -> None:
    table = pd.DataFrame({"Day": [date(2026, 11, 23), None], "Sent": [1, 2], "Name": ["a", "b"]})
    assert list(day_columns(table)) == ["Day"]
    assert FORMAT == "ddd D MMM YYYY"


def test_commands_and_names_are_code_on_the_pages_and_nothing_else_is_markup() -> None:
    said = said_in_markdown("The next run asks again; if it lasts, run `campaign-health doctor`.")
    assert "`campaign-health doctor`" in said
    assert "\\`" not in said
    hostile = "**bold** [link](http://evil) `a` and `b"
    assert said_in_markdown(hostile) == in_markdown(hostile)
    assert said_in_markdown("*no* `*code*` *no*") == "\\*no\\* `*code*` \\*no\\*"


def test_the_numbers_of_the_csv_are_whole_and_those_that_are_shown(published: Path) -> None:
    with open_published(published) as connection:
        rows = pd.read_csv(io.BytesIO(as_csv(csv_rows(campaigns_now(connection, "default", TODAY)))))
    for column in ("expected_low", "expected_high"):
        known = rows[column].dropna()
        assert len(known) > 5
        assert (known == known.round()).all()
    assert {"status", "handling"} <= set(rows)


def test_the_money_on_top_is_the_sum_of_the_parts_that_are_shown(published: Path) -> None:
    with open_published(published) as connection:
        overview = read_overview(connection, NOW)
    parts = [in_round_figures(one.risk_a_week) for one in overview.standing.broken if one.risk_a_week is not None]
    assert len(parts) > 1
    assert f"about ${sum(parts):,.0f} a week at risk" in overview.sentence
    told = sum(overview.counts.values())
    assert told == len(overview.campaigns)
