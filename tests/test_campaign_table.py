"""The table of campaigns and its CSV: since when, why and at what cost, as the cards say it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

from campaign_health.dashboard.look.data_table import ROWS_AT_FIRST, stacked_html
from campaign_health.dashboard.look.theme import LIGHT
from campaign_health.dashboard.parts.cost_words import brief_cost
from campaign_health.dashboard.parts.csv_export import as_csv
from campaign_health.dashboard.parts.overview.campaign_table import csv_rows, for_people
from campaign_health.state.every_campaign import campaigns_now
from campaign_health.state.incident import open_incidents
from storage.file.database import PUBLISHED_NAME, open_published


@pytest.fixture(scope="module")
def published(dashboard_world: Path) -> Path:
    return dashboard_world / "data" / PUBLISHED_NAME


@pytest.fixture(scope="module")
def campaigns(published: Path) -> pd.DataFrame:
    with open_published(published) as connection:
        return campaigns_now(connection, "default")


def test_the_csv_says_statuses_in_words_and_days_as_iso(campaigns: pd.DataFrame) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(csv_rows(campaigns)).decode("utf-8-sig"))))
    upgrade = next(row for row in rows if row["campaign"] == "Upgrade offer")
    assert (upgrade["status"], upgrade["day"], upgrade["sent"]) == ("Silent", "2026-11-23", "0")
    assert upgrade["tags"] == "revenue"
    assert upgrade["owner"] == "lifecycle"
    assert (upgrade["since"], upgrade["cause"]) == ("2026-11-22", "Property changed type")


def test_the_csv_and_the_table_cost_what_the_cards_say(published: Path, campaigns: pd.DataFrame) -> None:
    rows = csv_rows(campaigns).set_index("campaign")
    table = for_people(campaigns, LIGHT).set_index("Campaign")
    with open_published(published) as connection:
        found = open_incidents(connection, "default")
    assert len(found) == 4
    for one in found:
        told = brief_cost(one)
        missed = rows.loc[one.campaign, "missed_sends"]
        assert f"about {missed:,} missed sends" in told or missed == 0
        assert table.loc[one.campaign, "Missed sends"] == rows.loc[one.campaign, "missed_sends"]
        if one.risk_a_week is None:
            assert pd.isna(rows.loc[one.campaign, "at_risk_a_week"])
            assert pd.isna(table.loc[one.campaign, "At risk a week, $"])
        else:
            assert f"about ${rows.loc[one.campaign, 'at_risk_so_far']:,} at risk so far" in told
            assert f"about ${rows.loc[one.campaign, 'at_risk_a_week']:,} a week" in told
            assert table.loc[one.campaign, "At risk a week, $"] == rows.loc[one.campaign, "at_risk_a_week"]
    broken = {one.campaign for one in found}
    assert (
        rows.loc[[name not in broken for name in rows.index], ["since", "cause", "missed_sends"]].isna().all(axis=None)
    )


def test_on_a_phone_a_row_is_a_block_without_what_is_not_known_and_many_are_folded(campaigns: pd.DataFrame) -> None:
    table = for_people(campaigns, LIGHT)
    html = stacked_html(
        table, "All campaigns", len(table) + 5, [f"campaign?campaign={n}" for n in range(len(table))], "Status"
    )
    assert html.count('role="listitem"') == len(table)
    assert f"Show {len(table) - ROWS_AT_FIRST} more rows" in html
    assert "5 rows are not shown on a screen this narrow." in html
    assert html.count("<dt>Since</dt>") == 4
    first = html.split('role="listitem"')[1]
    assert '<a href="campaign?campaign=0" target="_self">' in first
    hostile = stacked_html(pd.DataFrame({"<b>": ["<script>"], "x": ['"><img src=q>']}), '"x', 1)
    assert "<script>" not in hostile
    assert "<img" not in hostile
    assert "<b>" not in hostile
