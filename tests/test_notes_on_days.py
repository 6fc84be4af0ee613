"""What people note on a day of a campaign: stored, shown on that day, taken back; and edits between two looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pytest

from campaign_health.dashboard.acts.in_force import about
from campaign_health.dashboard.figures.timeline import timeline
from campaign_health.dashboard.look.theme import LIGHT
from campaign_health.dashboard.parts.campaign.campaign_marks import campaign_marks, day_notes
from campaign_health.decisions.record_decision import record_decision, undo_decisions
from campaign_health.state.campaign_view import CampaignView, campaign_view
from campaign_health.state.incident_timeline import incident_timeline
from storage.connection import Connection
from storage.file.database import Warehouse, open_published, transaction
from storage.file.migrations import migrate, shipped_migrations
from storage.read.decisions_made import all_decisions
from storage.read.one_campaign import Edit, campaign_edits
from tests.dashboard_world import LAST_DAY, NOW, TODAY, build_dashboard_world

BERLIN = ZoneInfo("Europe/Berlin")
BROKEN = 2
DOWN = LAST_DAY - timedelta(days=2)
BEFORE = LAST_DAY - timedelta(days=20)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A campaign that is broken since five days, with a note on one of these and one on a day long before."""
    found = build_dashboard_world(tmp_path_factory.mktemp("notes"))
    with found.open_and_publish() as connection, transaction(connection):
        for day, text in ((BEFORE, "launch"), (DOWN, "site down")):
            record_decision(connection, "default", "note", "Ada", NOW, campaign_id=BROKEN, reason=text, about_day=day)
    return found


def view(connection: Connection, campaign_id: int = BROKEN) -> CampaignView:
    found = campaign_view(connection, "default", campaign_id, TODAY)[1]
    assert found is not None
    return found


def test_a_note_is_marked_on_its_day_in_the_chart_with_who_wrote_it(warehouse: Warehouse) -> None:
    with open_published(warehouse.published_path) as connection:
        found = view(connection)
    notes = [mark for mark in campaign_marks(found, BERLIN) if mark.is_note]
    assert [(mark.day, mark.text, mark.shape) for mark in notes] == [
        (BEFORE, "launch (Ada)", "✎"), (DOWN, "site down (Ada)", "✎"),
    ]  # fmt: skip
    figure = timeline(found.days, [], notes, LIGHT)
    by_name = {trace.name: trace for trace in figure.data}
    assert [pd.Timestamp(day).date() for day in by_name["Notes"].x] == [BEFORE, DOWN]
    told = dict(zip(by_name["Sends"].x, by_name["Sends"].customdata, strict=True))
    assert told[pd.Timestamp(DOWN)] == "<br>✎ site down (Ada)"
    assert about(found.decisions, BROKEN, None) == [], "it is told by the chart, and not a second time above it"
    assert day_notes(found.decisions, 3) == []


def test_a_note_of_today_is_within_the_chart(warehouse: Warehouse) -> None:
    with open_published(warehouse.published_path) as connection:
        found = view(connection)
    today = replace(next(mark for mark in campaign_marks(found, BERLIN) if mark.is_note), day=TODAY)
    last = timeline(found.days, [], [today], LIGHT).layout.xaxis.range[1]
    assert pd.Timestamp(last) == pd.Timestamp(TODAY) + timedelta(hours=12)


def test_a_note_stands_in_the_timeline_of_the_incident_that_was_on_that_day(warehouse: Warehouse) -> None:
    with open_published(warehouse.published_path) as connection:
        incident = view(connection).open_incident
        assert incident is not None
        rows = incident_timeline(connection, "default", incident)
        said = [one for one in all_decisions(connection, "default") if one.about_day == DOWN]
    (row,) = [row for row in rows if row.kind == "said"]
    assert (row.day, row.at, row.text, row.by) == (DOWN, None, "Note: site down", "Ada")
    assert row.decision_id == said[0].decision_id


def test_a_note_that_is_taken_back_is_gone_from_the_chart_and_told_as_such(tmp_path: Path) -> None:
    made = build_dashboard_world(tmp_path)
    with made.open_and_publish() as connection, transaction(connection):
        said = record_decision(
            connection, "default", "note", "Ada", NOW, campaign_id=BROKEN, reason="site down", about_day=DOWN
        )
        undo_decisions(connection, "default", [said], "Ben", NOW)
    with open_published(made.published_path) as connection:
        found = view(connection)
        assert found.open_incident is not None
        rows = incident_timeline(connection, "default", found.open_incident)
    assert not [mark for mark in campaign_marks(found, BERLIN) if mark.is_note]
    assert [(row.kind, row.by, row.decision_id) for row in rows if row.kind in ("said", "undone")] == [
        ("said", "Ada", None), ("undone", "Ben", None),
    ]  # fmt: skip


def test_a_published_file_of_before_there_were_notes_on_days_is_read(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "older.duckdb") as connection:
        migrate(connection, tmp_path, [one for one in shipped_migrations() if one.name != "notes_on_days"])
        connection.execute(
            "INSERT INTO decision (workspace, decision_id, kind, campaign_id, reason, decided_by, decided_at) "
            "VALUES ('default', 'd1', 'note', 7, 'a launch', 'ada', TIMESTAMP '2026-09-01')"
        )
        connection.execute(
            "INSERT INTO campaign_version VALUES ('default', 7, TIMESTAMP '2026-09-01', NULL, "
            """'[{"field": "name", "from": "a", "to": "b"}]', '{}')"""
        )
        (said,) = all_decisions(connection, "default")
        assert (said.reason, said.about_day) == ("a launch", None)
        (edit,) = campaign_edits(connection, "default", 7)
        assert edit.unchanged_at is None


@pytest.mark.parametrize(
    ("unchanged", "after"),
    [
        (datetime(2026, 11, 16, 5), date(2026, 11, 15)),
        (datetime(2026, 11, 20, 4), None),
        (None, None),
    ],
)
def test_an_edit_that_was_seen_between_two_looks_is_a_span_of_days(
    warehouse: Warehouse, unchanged: datetime | None, after: date | None
) -> None:
    with open_published(warehouse.published_path) as connection:
        found = view(connection, 4)
    edit = Edit(datetime(2026, 11, 20, 5), [{"field": "name", "from": "a", "to": "b"}], unchanged)
    (mark,) = campaign_marks(replace(found, edits=(edit,)), BERLIN)
    assert (mark.day, mark.after) == (date(2026, 11, 20), after)
    between = " (made between Mon 16 Nov and then)" if after else ""
    assert mark.text == f"Campaign edited: name{between}"
