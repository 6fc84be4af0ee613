"""The words are explained once: on the page Help, at the heads of tables and in the guide."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from streamlit.testing.v1 import AppTest

from campaign_health.dashboard.look.theme import LIGHT
from campaign_health.dashboard.parts import event_table
from campaign_health.dashboard.parts.overview import campaign_table
from campaign_health.detection.incident.money import DEFAULT_CONVERSION_RATE
from campaign_health.words.delivery_terms import DELIVERY_TERMS
from campaign_health.words.glossary import RISK, SECTIONS, TERMS, glossary_page, meaning_of
from campaign_health.words.numbers import unbroken_share

ROOT = Path(__file__).resolve().parents[1]
CAMPAIGNS = ("campaign", "status", "opened_on", "cause", "missed_sends", "currency", "risk_a_week", "handling", "event",
             "events", "sent", "last_good_day", "owner")  # fmt: skip
EVENTS = ("event", "age_days", "quiet_days", "dropped", "line", "events_28d", "first_seen", "last_seen", "campaigns")


def test_the_guides_page_is_made_from_the_words_of_the_dashboard() -> None:
    assert (ROOT / "docs/glossary.md").read_text(encoding="utf-8") == glossary_page(), "run `make docs`"


def test_no_word_is_explained_twice() -> None:
    for section in SECTIONS:
        names = [term.name for term in section.terms]
        assert sorted(set(names)) == sorted(names)
    heads = [head for term in (*TERMS, *DELIVERY_TERMS) for head in (term.name, *term.heads)]
    assert sorted(set(heads)) == sorted(heads)


def test_every_head_of_the_two_great_tables_is_explained() -> None:
    campaigns = campaign_table.for_people(pd.DataFrame({name: [] for name in CAMPAIGNS}), LIGHT)
    events = event_table.for_people(pd.DataFrame({name: [] for name in EVENTS}).astype({"dropped": bool}), LIGHT)
    heads = [*campaigns, *events]
    assert {"Handling", "At risk a week, $", "Count, 28 days"} <= set(heads)
    assert [head for head in heads if meaning_of(head) is None] == []


def test_the_share_that_counts_without_a_rate_is_the_one_that_is_reckoned_with() -> None:
    assert f"without a rate it is {unbroken_share(DEFAULT_CONVERSION_RATE)}." in str(meaning_of(RISK))


def test_a_table_shows_the_meaning_at_its_head_unless_it_has_a_tip_of_its_own() -> None:
    def script() -> None:
        import pandas as pd
        import streamlit as st

        from campaign_health.dashboard.look.data_table import draw_table

        table = pd.DataFrame({"Event": ["paid"], "Count, 28 days": [3], "Colour": ["red"], "Last seen": ["today"]})
        own = {
            "Count, 28 days": st.column_config.NumberColumn(format="localized"),
            "Last seen": st.column_config.TextColumn(help="Its own."),
        }
        draw_table(table, "Events", "events", config=own)

    (table,) = AppTest.from_function(script).run().dataframe
    columns = json.loads(table.proto.columns)
    assert columns["Event"]["help"] == meaning_of("Event")
    assert columns["Count, 28 days"]["help"] == meaning_of("Count")
    assert columns["Count, 28 days"]["type_config"]["format"] == "localized"
    assert columns["Last seen"]["help"] == "Its own."
    assert "Colour" not in columns
