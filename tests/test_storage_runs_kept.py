"""Over years the notes on runs stay few; nothing that a day, a later run or a message rests on is forgotten."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from storage.read.collected import asked_from, newest_full_run, was_ever_collected
from storage.read.source_runs import source_rows
from storage.records import Collected, CollectionRecord
from storage.save import save_collection, save_source_days
from storage.save.old_runs import RUNS_KEPT
from tests.storage_cast import WORKSPACE, open_warehouse

BEGAN = datetime(2023, 1, 1, 6, 30, tzinfo=UTC)
SOURCE = "customerio_metrics"
YEARS, RUNS_A_DAY = 3, 3
NEWEST = BEGAN + timedelta(days=YEARS * 365)
_RUNS = """
    INSERT INTO collection SELECT 'run ' || began, 'default', 'customerio_metrics', began, began + INTERVAL 3 MINUTE,
        'complete', began::DATE - 7, began::DATE, 1, 1, NULL, '{}'
    FROM (SELECT TIMESTAMP '2023-01-01 06:30' + to_days(d::INT) + to_hours(4 * r::INT) AS began
        FROM range(1, $days) a(d), range($a_day) b(r))
"""
_DAYS = """
    INSERT INTO source_day SELECT 'default', 'customerio_metrics', began::DATE - 7, 'observed', began, 'run ' || began
    FROM (SELECT TIMESTAMP '2023-01-01 06:30' + to_days(d::INT) + to_hours(4 * $newest) AS began
        FROM range(1, $days) a(d))
"""


def run(
    connection: duckdb.DuckDBPyConnection,
    at: datetime,
    outcome: str = "complete",
    first_day: date | None = None,
    source: str = SOURCE,
    workspace: str = WORKSPACE,
) -> None:
    first_day = first_day or at.date() - timedelta(days=7)
    error = None if outcome == "complete" else "Refused."
    record = CollectionRecord(
        f"run {at:%Y-%m-%d %H}", workspace, source, at, at + timedelta(minutes=3), outcome,  # type: ignore[arg-type]
        first_day, at.date(), 1, 1, error,
    )  # fmt: skip
    save_collection(connection, record)


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three years of three runs a day, of which the first went far back; each day is from the last of a day."""
    directory = tmp_path_factory.mktemp("years")
    with open_warehouse(directory) as connection:
        run(connection, BEGAN, first_day=date(2022, 9, 1))
        run(connection, BEGAN, source="mixpanel_properties")
        run(connection, BEGAN, workspace="other")
        connection.execute(_RUNS, {"days": YEARS * 365, "a_day": RUNS_A_DAY})
        connection.execute(_DAYS, {"days": YEARS * 365, "newest": RUNS_A_DAY - 1})
        run(connection, NEWEST)
    return directory


def test_older_runs_are_forgotten_but_for_one_a_day_that_the_days_are_from(years: Path) -> None:
    with open_warehouse(years) as connection:
        kept = [at for (at,) in connection.execute(
            "SELECT started_at FROM collection WHERE workspace = ? AND source = ? ORDER BY 1", [WORKSPACE, SOURCE]
        ).fetchall()]  # fmt: skip
        limit = (NEWEST - RUNS_KEPT).replace(tzinfo=None)
        assert len([at for at in kept if at >= limit]) == RUNS_A_DAY * RUNS_KEPT.days + 1
        old = [at for at in kept if at < limit]
        assert len(old) == len({at.date() for at in old}), "one a day"
        lost = connection.execute(
            "SELECT count(*) FROM source_day d WHERE NOT EXISTS (SELECT 1 FROM collection c WHERE c.run_id = d.run_id "
            "AND c.workspace = d.workspace AND c.source = d.source)"
        ).fetchone()
        assert lost == (0,)


def test_planning_and_freshness_find_what_they_found_before(years: Path) -> None:
    with open_warehouse(years) as connection:
        assert asked_from(connection, WORKSPACE, "customerio_metrics") == date(2022, 9, 1)
        assert was_ever_collected(connection, WORKSPACE, "mixpanel_properties")
        assert newest_full_run(connection, WORKSPACE, NEWEST) == BEGAN, "of the other source nothing is forgotten"
        (row,) = [row for row in source_rows(connection, WORKSPACE) if row["source"] == SOURCE]
        assert (row["outcome"], row["complete_at"], row["failing_since"]) == (
            "complete", NEWEST + timedelta(minutes=3), None,
        )  # fmt: skip
        assert connection.execute("SELECT count(*) FROM collection WHERE workspace = 'other'").fetchone() == (1,)


@pytest.mark.slow("files of older versions")
def test_a_source_that_fails_for_years_is_said_to_fail_since_its_first_failure(tmp_path: Path) -> None:
    with open_warehouse(tmp_path) as connection:
        run(connection, BEGAN)
        for number in range(1, 900, 3):
            run(connection, BEGAN + timedelta(days=number), "failed" if number % 2 else "partial")
        (row,) = source_rows(connection, WORKSPACE)
        assert row["failing_since"] == BEGAN + timedelta(days=1)
        assert row["complete_at"] == BEGAN + timedelta(minutes=3)
        assert row["answered_at"] == BEGAN + timedelta(days=898, minutes=3)
        kept = connection.execute("SELECT count(*) FROM collection").fetchone()
        assert kept is not None
        assert kept[0] <= RUNS_KEPT.days / 3 + 4


def test_a_clock_that_was_far_ahead_forgets_only_notes(tmp_path: Path) -> None:
    with open_warehouse(tmp_path) as connection:
        run(connection, BEGAN)
        run(connection, BEGAN + timedelta(hours=4))
        day = {BEGAN.date(): "observed"}
        save_source_days(connection, SOURCE, day, Collected(WORKSPACE, "run 2023-01-01 06", BEGAN))  # type: ignore[arg-type]
        run(connection, BEGAN + timedelta(days=4000))
        ids = connection.execute("SELECT run_id FROM collection ORDER BY 1").fetchall()
        assert ("run 2023-01-01 06",) in ids
        assert connection.execute("SELECT count(*) FROM source_day").fetchone() == (1,)
