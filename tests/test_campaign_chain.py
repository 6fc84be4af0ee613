"""The chain of a campaign's last whole day beside what is usual on such a weekday."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from campaign_health.dashboard.figures.funnel import (
    COLUMNS,
    Step,
    chain_figure,
    chain_steps,
    chain_table,
    chain_text,
    change_text,
    steps_worth_drawing,
)
from campaign_health.dashboard.figures.usual_day import last_whole_day, usual_day
from campaign_health.dashboard.look.theme import LIGHT
from campaign_health.dashboard.parts.campaign.found_later import as_known_now
from campaign_health.state.campaign_view import campaign_view
from storage.file.database import PUBLISHED_NAME, open_published
from tests.dashboard_world import LAST_DAY, TODAY


@pytest.fixture(scope="module")
def published(dashboard_world: Path) -> Path:
    return dashboard_world / "data" / PUBLISHED_NAME


def known_days(published: Path, campaign_id: int) -> pd.DataFrame:
    with open_published(published) as connection:
        found = campaign_view(connection, "default", campaign_id, TODAY)[1]
    assert found is not None
    return as_known_now(found.days, found.incidents)


def test_a_day_is_compared_with_the_newest_days_of_its_weekday_that_were_as_they_should_be(published: Path) -> None:
    days = known_days(published, 4)  # has lost sends on the last nine days: on Monday 16 November, too
    usual = usual_day(days, LAST_DAY, COLUMNS)
    assert usual is not None
    assert usual.days == tuple(date(2026, 11, 9) - timedelta(weeks=back) for back in range(4))
    sent = days.set_index(pd.to_datetime(days["day"]).dt.date)["sent"]
    assert usual.numbers["sent"] == float(pd.Series([sent[day] for day in usual.days], dtype=float).median())
    assert usual.said(TODAY) == "the middle of 4 such weekdays, Mon 19 Oct to Mon 9 Nov"
    assert usual_day(days.iloc[:5], pd.Timestamp(days["day"].iloc[4]).date(), COLUMNS) is None


def test_the_last_whole_day_is_settled(published: Path) -> None:
    days = known_days(published, 1)
    assert last_whole_day(days) == LAST_DAY
    early = days.copy()
    early.loc[early.index[-1], "campaign_state"] = "provisional"
    assert last_whole_day(early) == LAST_DAY - timedelta(days=1)
    assert last_whole_day(days.assign(sent=None)) is None


def test_the_drop_is_said_in_per_cent_where_that_says_something() -> None:
    assert Step("Sent", 0, True, usual=60).compared == "usually 60, −100\u00a0%"
    assert Step("Sent", 63, False, usual=60).compared == "usually 60, +5\u00a0%"
    assert Step("Sent", 60, False, usual=60).compared == "usually 60, no change"
    assert Step("Opened", 9, False, is_growing=True, usual=30).compared == "usually 30"
    assert Step("Converted", 0, False, usual=2).compared == "usually 2"
    assert Step("Sent", 60, False).compared == ""
    assert change_text(11.5) == "+1,150\u00a0%"


@pytest.mark.parametrize(("sent", "usual"), [(185, 162), (0, 55), (12_345, 12_100), (0, 0)])
def test_the_text_behind_a_bar_has_room_on_a_phone(sent: float, usual: float) -> None:
    step = Step("Sent", sent, sent == 0, usual=usual)
    figure = chain_figure([step], LIGHT, "Fri 27 Nov")
    [words] = [trace for trace in figure.data if trace.type == "scatter"]
    narrow, sign = 240, 5.6  # pixels
    begins = words.x[0] / figure.layout.xaxis.range[1] * narrow
    for line in words.text[0].split("<br>"):
        assert begins + len(line) * sign <= narrow


def test_nothing_is_drawn_after_nothing_was_sent_and_no_line_is_empty() -> None:
    day = pd.Series({"events": 66, "started": 66, "activated": 60, "sent": 0, "delivered": 0, "opened": 0})
    usual = {"events": 70.0, "started": 70.0, "activated": 64.0, "sent": 62.0, "delivered": 61.0, "opened": 20.0}
    steps = chain_steps(day, "sent", usual)
    drawn = steps_worth_drawing(steps)
    assert [step.label for step in drawn] == ["Events", "Journeys started", "Journeys activated", "Sent"]
    assert chain_text(steps) == (
        "66 events (usually 70, −6\u00a0%); 66 journeys started (usually 70, −6\u00a0%); "
        "60 journeys activated (usually 64, −6\u00a0%); 0 sent (usually 62, −100\u00a0%). The chain breaks at: sent."
    )
    figure = chain_figure(drawn, LIGHT, "Mon 23 Nov")
    assert [trace.name for trace in figure.data if trace.type == "bar"] == ["Usual", "Mon 23 Nov", "Broken here"]
    assert list(figure.layout.yaxis.categoryarray) == [step.label for step in drawn]
    assert list(chain_table(steps)["Usual"])[:4] == [70, 70, 64, 62]
    silent = chain_steps(pd.Series({"events": 0, "started": 0, "activated": 0, "sent": 0}), None)
    assert steps_worth_drawing(silent) == []
    segment = pd.Series({"events": None, "started": 9, "activated": 9, "sent": 9, "delivered": 9, "opened": None})
    assert [step.label for step in steps_worth_drawing(chain_steps(segment, None))] == [
        "Journeys started", "Journeys activated", "Sent", "Delivered",
    ]  # fmt: skip
