"""What the pages are made of: filters, orders, CSV, words, marks and figures, as pure functions."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from math import nan
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.dashboard.figures.funnel import chain_figure, chain_steps, chain_table, chain_text
from campaign_health.dashboard.figures.gap_calendar import gap_days, gap_text, single_campaigns_text
from campaign_health.dashboard.figures.hand_over import hand_over_table, hand_over_text
from campaign_health.dashboard.figures.sparkline import sparkline_url
from campaign_health.dashboard.figures.timeline import timeline
from campaign_health.dashboard.figures.timeline_text import timeline_text
from campaign_health.dashboard.look.markup import in_markdown, safe, with_code
from campaign_health.dashboard.look.theme import DARK, LIGHT
from campaign_health.dashboard.parts.campaign.campaign_marks import campaign_marks, incident_shades
from campaign_health.dashboard.parts.cards import since_text
from campaign_health.dashboard.parts.csv_export import as_csv
from campaign_health.dashboard.parts.event_table import LIVES, lives, newsworthy_first
from campaign_health.dashboard.parts.overview.campaign_filters import in_order, matching
from campaign_health.dashboard.parts.overview.incident_card import card_html
from campaign_health.state.campaign_view import CampaignView, campaign_view
from campaign_health.state.every_campaign import campaigns_now
from campaign_health.state.incident import open_incidents
from campaign_health.state.unchecked import Unchecked
from campaign_health.words.shortened import first_sentence, first_sentences, rarity_of, without_rarity
from storage.file.database import PUBLISHED_NAME, open_published
from storage.read.one_campaign import campaign_days
from tests.dashboard_world import LAST_DAY, TODAY

SOURCES = ("mixpanel_events", "customerio_metrics")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def published(dashboard_world: Path) -> Path:
    return dashboard_world / "data" / PUBLISHED_NAME


@pytest.fixture(scope="module")
def campaigns(published: Path) -> pd.DataFrame:
    with open_published(published) as connection:
        return campaigns_now(connection, "default")


def view(published: Path, campaign_id: int) -> CampaignView:
    with open_published(published) as connection:
        found = campaign_view(connection, "default", campaign_id, TODAY)[1]
    assert found is not None
    return found


def names(frame: pd.DataFrame) -> list[str]:
    return list(frame["campaign"])


def test_the_pages_read_what_the_published_views_say(published: Path, campaigns: pd.DataFrame) -> None:
    with open_published(published) as connection:
        health = connection.execute("SELECT * FROM campaign_health ORDER BY lower(campaign), campaign_id").df()
        days = campaign_days(connection, "default", 2, "project.created")
        charted = connection.execute("SELECT * FROM event_vs_campaign WHERE campaign_id = 2 ORDER BY day").df()
    for column in ("campaign_id", "events", "sent", "last_good_day", "incident_id"):
        pd.testing.assert_series_equal(campaigns[column], health[column], check_dtype=False)
    for column in ("events_28d", "sends_28d"):
        for mine, theirs in zip(campaigns[column], health[column], strict=True):
            stored = [-1.0 if number is np.ma.masked else float(number) for number in theirs]
            assert [-1.0 if np.isnan(number) else number for number in mine] == stored
    shared = [column for column in days if column in charted]
    assert len(shared) == 12
    pd.testing.assert_frame_equal(days[shared], charted[shared], check_dtype=False)


def test_campaigns_are_found_by_words_status_tag_and_owner(campaigns: pd.DataFrame) -> None:
    assert names(matching(campaigns, "tips project", [], [], [])) == ["Project tips"]
    assert names(matching(campaigns, "webinar_registred", [], [], [])) == ["Webinar reminder"]
    assert names(matching(campaigns, "", ["silent"], [], [])) == ["Upgrade offer", "Webinar reminder"]
    assert names(matching(campaigns, "", [], ["revenue"], ["@lifecycle"])) == ["Upgrade offer"]
    assert names(matching(campaigns, "(.*", [], [], [])) == []
    assert len(matching(campaigns, "", [], [], [])) == len(campaigns)


def test_campaigns_are_put_in_order(campaigns: pd.DataFrame) -> None:
    # As the cards: by money a week, whatever kind of break it is.
    assert names(in_order(campaigns, "Worst first"))[:5] == [
        "Project tips", "Upgrade offer", "Team expansion", "Webinar reminder", "Usage report",
    ]  # fmt: skip
    assert names(in_order(campaigns, "Name")) == sorted(campaigns["campaign"], key=str.lower)
    assert in_order(campaigns, "Most sends")["sent"].is_monotonic_decreasing
    assert in_order(campaigns, "Longest without a good day")["last_good_day"].dropna().is_monotonic_increasing
    assert names(in_order(campaigns, "no such order")) == names(in_order(campaigns, "Worst first"))


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_no_text_in_a_csv_can_be_run_as_a_formula(texts: list[str]) -> None:
    content = as_csv(pd.DataFrame({"name": pd.Series(texts, dtype=object), "number": [-1.5] * len(texts)}))
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(texts) + 1
    for row, text in zip(rows[1:], texts, strict=True):
        assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert row[0].removeprefix("'") == re.sub("\r\n?", "\n", text).removeprefix("'")
        assert row[1] == "-1.5"


@given(st.text(max_size=60))
def test_text_from_outside_is_escaped_for_html_and_markdown(text: str) -> None:
    for html in (safe(text).removeprefix("<bdi>").removesuffix("</bdi>"), with_code(text.replace("`", ""))):
        assert "<" not in html
        assert '"' not in html
    markdown = in_markdown(text)
    for sign in "*_`[]<>$:":
        assert markdown.count(sign) == markdown.count(f"\\{sign}")


def test_names_in_backticks_become_code_and_stray_backticks_stay() -> None:
    assert with_code("`a<b` stopped") == '<code class="name">a&lt;b</code> stopped'
    command = '<code><span class="name">route</span> <span class="name">release</span></code>'
    assert with_code("`route release`") == command
    assert with_code("one ` alone") == "one ` alone"


def test_a_card_shows_the_first_sentence_and_leaves_rarity_to_the_page() -> None:
    assert first_sentence("Ask @growth why `plan. X` changed. Then wait.") == "Ask @growth why `plan. X` changed."
    assert first_sentence("In Customer.io, open it (such as e.g. this). Next.") == (
        "In Customer.io, open it (such as e.g. this)."
    )
    assert first_sentence("no end") == "no end"
    assert first_sentences("One. Two. Three.", 9) == "One. Two."
    assert first_sentences("One. Two. Three", 100) == "One. Two. Three"
    assert first_sentences("", 9) == ""
    assert without_rarity("0 sends; 5 were expected; by accident this happens about once in 9 years.") == (
        "0 sends; 5 were expected."
    )
    stored_before = "0 sends; 5 were expected; a healthy campaign does this about once in 9 years."
    assert without_rarity(stored_before) == "0 sends; 5 were expected."
    assert rarity_of(stored_before) == "A healthy campaign does this about once in 9 years."
    assert rarity_of("0 sends; 5 were expected; by accident this happens about once in 9 years.") == (
        "By accident this happens about once in 9 years."
    )
    assert rarity_of("0 sends; 5 were expected.") == ""


def test_incidents_come_worst_first_with_what_they_cost(published: Path) -> None:
    with open_published(published) as connection:
        found = open_incidents(connection, "default")
    assert [one.campaign for one in found] == ["Project tips", "Upgrade offer", "Team expansion", "Webinar reminder"]
    assert since_text(found[0], TODAY) == "Thu 19 Nov, 5 days ago; last good day Wed 18 Nov"
    html = card_html(found[0], None, TODAY, LIGHT)
    assert '<code class="name">project.<wbr>created</code> stopped on 19 November' in html
    assert "Next step" in html


def test_the_timeline_breaks_at_gaps_and_marks_the_event_that_ended(published: Path) -> None:
    found = view(published, 2)
    marks = campaign_marks(found, BERLIN)
    assert [(mark.day, mark.text) for mark in marks] == [(date(2026, 11, 18), "Event project.created was last seen")]
    shades = incident_shades(found.incidents, LAST_DAY)
    assert (shades[0].first, shades[0].last, shades[0].is_open) == (date(2026, 11, 19), LAST_DAY, True)
    figure = timeline(found.days, shades, marks, LIGHT)
    sends = next(trace for trace in figure.data if trace.name == "Sends")
    gap = list(pd.to_datetime(found.days["day"]).dt.date).index(date(2026, 11, 11))
    assert pd.isna(sends.y[gap])
    assert sends.y[gap + 1] > 0
    assert sends.connectgaps is False
    assert {"Expected sends", "Events", "Not collected", "Changes"} <= {trace.name for trace in figure.data}
    text = timeline_text(found.days, shades)
    assert "1 day was not collected." in text
    assert "Incidents: Event lost since Thu 19 Nov: event renamed." in text


def test_days_on_which_a_campaign_did_not_run_are_drawn_as_such(published: Path) -> None:
    found = view(published, 10)
    figure = timeline(found.days, [], [], DARK)
    assert "Not running" in {trace.name for trace in figure.data}


def test_edits_are_marked_on_their_local_day(published: Path) -> None:
    marks = campaign_marks(view(published, 4), BERLIN)
    assert [(mark.day, mark.text) for mark in marks] == [(date(2026, 10, 2), "Campaign edited: name")]


def test_the_chain_names_the_broken_step_and_says_what_was_not_collected() -> None:
    day = pd.Series({"events": 66, "started": 66, "activated": 60, "sent": 0, "delivered": None})
    steps = chain_steps(day, "sent")
    told = "66 events; 66 journeys started; 60 journeys activated; 0 sent. The chain breaks at: sent."
    assert chain_text(steps) == told
    unread = chain_steps(day.copy().replace({0: 58}), None)
    assert chain_text(unread).endswith("58 sent; not collected: delivered, opened, clicked and converted.")
    table = chain_table(steps)
    assert list(table["Of the step before"])[:5] == ["–", "100\u00a0%", "91\u00a0%", "0\u00a0%", "–"]
    assert list(table["Broken"]).index("◀ here") == 3
    drawn = chain_figure(steps, LIGHT, "Mon 23 Nov")
    texts = next(trace for trace in drawn.data if trace.type == "scatter").text
    assert texts[3] == " 0<br> ◀ broken here"
    assert texts[4] == " not collected"


def test_a_small_line_leaves_days_without_a_number_out() -> None:
    url = sparkline_url([1.0, nan, None, 2.0], "#112233", "#445566")
    assert url.startswith("data:image/svg+xml;utf8,<svg ")
    assert url.count("M") == 2 + 2  # two pieces of line, two hatched bars
    assert "#" not in url
    assert "NaN" not in sparkline_url([], "#112233", "#445566")


def test_the_calendar_says_who_did_not_answer() -> None:
    days = [date(2026, 11, 1) + timedelta(days=n) for n in range(3)]
    frame = pd.DataFrame(
        [
            (source, pd.Timestamp(day), "observed")
            for source in ("mixpanel_events", "customerio_metrics")
            for day in days
        ],
        columns=["source", "day", "state"],
    )
    frame.loc[frame["source"].eq("customerio_metrics") & frame["day"].eq(pd.Timestamp(days[1])), "state"] = (
        "not_collected"
    )
    frame.loc[frame["day"].eq(pd.Timestamp(days[2])), "state"] = "provisional"
    found = gap_days(frame)
    assert list(found["state"]) == ["All collected", "Something is missing", "Provisional"]
    assert list(found["missing"]) == ["", "Customer.io sends", ""]
    assert gap_text(frame) == "Customer.io sends: 1 of 3 days not collected; Mixpanel event counts: no gaps."
    of_one = Unchecked(("Welcome",), ("customerio_metrics",), days[0], days[1], "", "")
    assert single_campaigns_text([of_one]).startswith(" Single campaigns lack days all the same: Welcome (")
    assert single_campaigns_text([]) == ""


def test_a_hand_over_is_told_in_words_and_as_a_table(published: Path) -> None:
    found = view(published, 2)
    old, new = found.hand_overs["project.created"], found.hand_overs["project_created"]
    text = hand_over_text(old, new, ("project.created", "project_created"))
    assert "project.created was seen from Wed 1 Jul 2026 to Wed 18 Nov 2026" in text
    assert "project_created was seen from Thu 19 Nov 2026" in text
    table = hand_over_table(old, new, ("project.created", "project_created"))
    assert list(table.columns) == ["Day", "1: project.created", "2: project_created"]
    assert table["Day"].iloc[0] == LAST_DAY


def test_an_events_life_is_told_from_when_it_was_seen() -> None:
    frame = pd.DataFrame(
        {
            "quiet_days": [0, 5, 90, 0, 1, 2, 3],
            "age_days": [100, 100, 100, 3, 100, 100, 16],
            "dropped": [False, False, False, False, True, False, False],
            "line": [
                [9.0] * 28,
                [9.0] * 23 + [0.0] * 5,
                None,
                [9.0] * 4,
                [9.0] * 28,
                [0.0] * 25 + [1.0, 0.0, 0.0],
                [0.0] * 11 + [9.0] * 14 + [0.0] * 3,
            ],
        }
    )
    rare = "Still happening"
    assert list(lives(frame)) == [
        "Still happening",
        "Vanished",
        "Long gone",
        "New",
        "Blocked in Mixpanel",
        rare,
        "Vanished",
    ]
    assert list(dict.fromkeys(lives(newsworthy_first(frame)))) == list(LIVES)
