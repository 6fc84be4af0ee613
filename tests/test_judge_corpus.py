"""Labelled project histories, from stored rows to incidents: the right campaign and cause, and no other."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from campaign_health.judge import judge_workspace
from campaign_health.settings import load_settings
from storage.database import Warehouse, transaction
from tests.causes_corpus.histories import History, history

# A renamed event, a message switched off, an event nobody knows, journeys that no longer start; and two quiet ones.
BROKEN = (300005, 300001, 300012, 300010)
QUIET = (300000, 300006)
EVENTS = 80


@pytest.mark.parametrize("seed", BROKEN)
def test_a_break_is_found_with_its_cause_and_no_other_campaign_is_accused(seed: int, tmp_path: Path) -> None:
    told = history(seed, EVENTS)
    found = _open_incidents(told, tmp_path)
    assert set(found) == {told.truth.campaign_id}
    cause, opened = found[told.truth.campaign_id]
    assert cause in {told.truth.cause, *told.truth.also}
    assert told.truth.story == "event_unknown:never" or abs((opened - told.since).days) <= 1


@pytest.mark.parametrize("seed", QUIET)
def test_where_nothing_broke_nothing_is_open(seed: int, tmp_path: Path) -> None:
    assert _open_incidents(history(seed, EVENTS), tmp_path) == {}


def _open_incidents(told: History, directory: Path) -> dict[int, tuple[str, Any]]:
    warehouse = Warehouse(directory)
    now = datetime.combine(told.as_of + timedelta(days=1), time(15), UTC)
    with warehouse.open() as connection, transaction(connection):
        stored = now.replace(tzinfo=None)
        connection.execute("INSERT INTO workspace VALUES ('default', ?, ?, NULL)", [told.time_zone, stored])
        missing = {"source_day": {"collected_at": stored, "run_id": "run"}, "event_definition": {"read_at": stored}}
        for name, table in told.tables.items():
            if len(table):
                rows = _naive(table.assign(**missing.get(name, {})))
                columns = ", ".join(f'"{column}"' for column in rows.columns)
                connection.register("incoming", rows)
                connection.execute(f"INSERT OR REPLACE INTO {name} ({columns}) SELECT * FROM incoming")
    judge_workspace(warehouse, load_settings({}, directory).workspaces[0], now)
    with warehouse.read() as connection:
        rows_of = connection.execute(
            "SELECT campaign_id, cause, opened_on FROM incident WHERE status = 'open'"
        ).fetchall()
    return {campaign: (cause, opened) for campaign, cause, opened in rows_of}


def _naive(table: pd.DataFrame) -> pd.DataFrame:
    """Instants as the warehouse stores them: UTC without saying so."""
    for column in table.columns:
        if isinstance(table[column].dtype, pd.DatetimeTZDtype):
            table[column] = table[column].dt.tz_convert("UTC").dt.tz_localize(None)
    return table
