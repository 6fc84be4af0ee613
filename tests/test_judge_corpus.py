"""Labelled project histories, from stored rows to incidents: the right campaign and cause, and no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from itertools import count as count_up
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from campaign_health.judge.judging import judge_workspace
from campaign_health.settings import load_settings
from storage.file.database import transaction
from tests.causes_corpus.histories import History, history
from tests.left_out import examples
from tests.storage_cast import warehouse_in

EVENTS = 60
FIRST_SEED = 900_000
FULL_BREAKS = ("silent", "event_lost")
BREAKS = examples(3, quick=1)


def _histories(count: int, wanted: Callable[[History], bool]) -> list[History]:
    """The first histories of the corpus that are as wanted."""
    numbered = (history(seed, EVENTS) for seed in count_up(FIRST_SEED))
    return list(islice(filter(wanted, numbered), count))


def _could_be_seen(told: History) -> bool:
    """Something broke wholly, days ago, in a campaign that sends enough for anybody to notice."""
    enough = told.sends_before >= 20 and (told.as_of - told.since).days >= 4
    return (
        enough
        and told.truth.kind in FULL_BREAKS
        and told.truth.cause not in (None, "campaign_stopped", "segment_shrank")
    )


@pytest.mark.slow("labelled histories")
def test_breaks_are_found_with_their_causes(tmp_path: Path) -> None:
    told = _histories(BREAKS, _could_be_seen)
    right = 0
    for number, one in enumerate(told):
        found = _open_incidents(one, tmp_path / str(number))
        cause, opened = found.get(one.truth.campaign_id, (None, None))
        on_time = opened is not None and (one.truth.cause == "event_unknown" or abs((opened - one.since).days) <= 3)
        right += on_time and cause in {one.truth.cause, *one.truth.also}
    assert right >= max(1, BREAKS - 1)


@pytest.mark.slow("labelled histories")
def test_where_nothing_broke_nothing_is_open(tmp_path: Path) -> None:
    for number, one in enumerate(_histories(2, lambda told: told.truth.cause is None)):
        assert _open_incidents(one, tmp_path / str(number)) == {}


def _open_incidents(told: History, directory: Path) -> dict[int, tuple[str, Any]]:
    warehouse = warehouse_in(directory)
    now = datetime.combine(told.as_of + timedelta(days=1), time(15), UTC)
    with warehouse.open() as connection, transaction(connection):
        stored = now.replace(tzinfo=None)
        connection.execute(
            "INSERT INTO workspace (workspace, time_zone, time_zone_since) VALUES ('default', ?, ?)",
            [told.time_zone, stored],
        )
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
