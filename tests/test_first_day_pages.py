"""The first day of a new user on the pages: each break that is older than the record, and what is not watched."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st

from campaign_health.words.not_watched import NOT_WATCHED
from tests.first_day_cast import BREAKS, Company, add_healthy, first_day
from tests.test_dashboard_states import drawn, said

FOUR = {
    "failing": "Message failing",
    "one drafted": "Message in draft or off",
    "filtered": "Filter no longer matches",
    "renamed": "Event does not exist",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    company = Company(seed=4)
    for kind in FOUR:
        BREAKS[kind][0](company, 80)
    add_healthy(company)
    folder = tmp_path_factory.mktemp("pages")
    first_day(company, folder / "data")
    return folder


@pytest.fixture(autouse=True)
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", "2026-10-29T10:00:00+00:00")
    st.cache_data.clear()


@pytest.mark.slow("first days")
def test_the_overview_names_each_with_its_cause_and_says_that_it_was_never_otherwise() -> None:
    text = said(drawn())
    for label in FOUR.values():
        assert label in text
    assert text.count("the first day known, ") == len(FOUR)
    assert "last good day" not in text
    assert "Watched: " in text


@pytest.mark.parametrize(("campaign", "label"), list(enumerate(FOUR.values(), start=1)))
def test_a_campaigns_page_says_it_too_and_shows_no_days_before(campaign: int, label: str) -> None:
    text = said(drawn("campaign", campaign=str(campaign), workspace="default"))
    assert label in text
    assert "At least " in text
    assert ", before</dt>" not in text


def test_the_coverage_page_says_what_is_not_watched_and_what_there_is_none_of() -> None:
    shown = drawn("coverage")
    assert NOT_WATCHED in said(shown)
    assert [one.value for one in shown.info] == ["Customer.io has none."] * 2  # broadcasts and messages; newsletters
