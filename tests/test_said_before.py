"""A warehouse of before: whoever confirmed a rename is no longer quoted as having called the break intended."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from storage.file.migrations import migrate, shipped_migrations

DECISION = (
    "INSERT INTO decision (workspace, decision_id, kind, event, new_event, decided_by, decided_at) "
    "VALUES ('default', 'd1', 'confirm_rename', 'a.b', 'a_b', 'ada', TIMESTAMP '2026-09-01')"
)
VERDICT = "INSERT INTO verdict (workspace, campaign_id, day, status) VALUES ('default', 1, '2026-09-01', 'silent')"


@pytest.fixture
def connection(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """Four incidents as an older version stored them: of a confirmed rename, of the manifest, intended, and neither."""
    made = duckdb.connect(tmp_path / "warehouse.duckdb")
    before = [one for one in shipped_migrations() if one.number < 17]
    migrate(made, tmp_path, before)
    made.execute(DECISION)
    made.execute(VERDICT)
    reason = "Hand-over in progress until Fri 18 Sep 2026: {} becomes {}"
    for number, by, why in (
        (1, "ada", reason.format("a.b", "a_b")),
        (2, "manifest", reason.format("c.d", "c_d")),
        (3, "ben", "a new plan"),
        (4, None, None),
    ):
        made.execute(
            "INSERT INTO incident (workspace, incident_id, campaign_id, status, kind, opened_on, detected_on, cause, "
            "evidence, summary, expected_by, expected_reason) VALUES ('default', ?, ?, 'open', 'silent', "
            "DATE '2026-08-30', DATE '2026-08-30', 'unknown', '[]', '', ?, ?)",
            [f"{number}-2026-08-30", number, by, why],
        )
    return made


def test_what_was_said_is_told_apart_in_a_warehouse_of_before(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    migrate(connection, tmp_path)
    rows = connection.execute(
        "SELECT expected_by, expected_how, renamed_by, renamed_from, renamed_to FROM incident ORDER BY campaign_id"
    ).fetchall()
    assert rows == [
        (None, None, "ada", "a.b", "a_b"),
        ("manifest", "manifest", None, None, None),
        ("ben", "decision", None, None, None),
        (None, None, None, None, None),
    ]


def test_nothing_else_is_lost_and_the_new_words_are_taken(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    migrate(connection, tmp_path)
    assert connection.execute("SELECT count(*) FROM decision").fetchone() == (1,)
    assert connection.execute("SELECT status FROM verdict").fetchall() == [("silent",)]
    connection.execute("UPDATE verdict SET status = 'journeys_only'")
    connection.execute("UPDATE decision SET kind = 'false_alarm'")
    with pytest.raises(duckdb.ConstraintException):
        connection.execute("UPDATE verdict SET status = 'anything'")
    comment = connection.execute(
        "SELECT count(*) FROM duckdb_columns() WHERE comment IS NULL "
        "AND table_name IN ('verdict', 'decision', 'incident')"
    ).fetchone()
    assert comment == (0,)
