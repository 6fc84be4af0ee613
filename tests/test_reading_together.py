"""What a page has to read is read through one connection; one that failed is met by nobody again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import streamlit as st

from campaign_health.dashboard.published_cache import answer, reading_together
from storage.connection import Connection
from storage.file.database import Warehouse


@pytest.fixture(autouse=True)
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    warehouse = Warehouse(tmp_path / "data")
    with warehouse.open_and_publish():
        pass
    st.cache_data.clear()
    yield warehouse.published_path
    st.cache_data.clear()


def mark(connection: Connection, number: int) -> int:
    """Leaves a trace in the connection's own, temporary tables; how many there are by now."""
    connection.execute(f"CREATE TEMP TABLE seen{number} (x INTEGER)")
    found = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE temporary").fetchone()
    return int(found[0]) if found else 0


def fail(connection: Connection, what: str) -> None:
    connection.execute("CREATE TEMP TABLE broken (x INTEGER)")
    connection.execute(what)


def test_all_of_a_page_is_read_through_one_connection_and_the_next_page_begins_anew() -> None:
    with reading_together():
        assert [answer(mark, 1), answer(mark, 2), answer(mark, 2)] == [1, 2, 2], "what was read is kept"
    with reading_together():
        assert answer(mark, 3) == 1
    assert [answer(mark, 4), answer(mark, 5)] == [1, 1], "outside of a page, each by itself"


def test_a_newly_published_file_is_opened_in_the_middle_of_a_page(tmp_path: Path) -> None:
    with reading_together():
        assert answer(mark, 1) == 1
        with Warehouse(tmp_path / "data").open_and_publish() as connection:
            connection.execute("INSERT INTO decision (workspace, decision_id, kind, decided_by, decided_at) "
                               "VALUES ('other', 'd', 'note', 'Ada', TIMESTAMP '2026-11-24')")  # fmt: skip
        assert answer(mark, 2) == 1


def test_a_failure_is_told_and_the_connection_is_not_met_again(published: Path) -> None:
    with reading_together():
        assert answer(mark, 1) == 1
        with pytest.raises(duckdb.Error, match="no such state"):
            answer(fail, "SELECT error('no such state')")
        assert answer(mark, 2) == 1
