"""A warehouse of before anybody could say that a break is fixed opens and goes on, with all that was said in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from storage.file.migrations import migrate, shipped_migrations

SAID_TO_BE_FIXED = 22
DECISION = (
    "INSERT INTO decision (workspace, decision_id, kind, campaign_id, reason, until, decided_by, decided_at, "
    "undone_by, undone_at) VALUES ('default', 'd1', 'mute', 7, 'a launch', DATE '2026-09-20', 'ada', "
    "TIMESTAMP '2026-09-01', 'ben', TIMESTAMP '2026-09-02')"
)
INCIDENT = (
    "INSERT INTO incident (workspace, incident_id, campaign_id, status, kind, opened_on, detected_on, cause, evidence, "
    "summary, acknowledged_by) VALUES ('default', '7-2026-08-30', 7, 'open', 'silent', DATE '2026-08-30', "
    "DATE '2026-08-30', 'unknown', '[]', '', 'ada')"
)


@pytest.fixture
def connection(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    made = duckdb.connect(tmp_path / "warehouse.duckdb")
    migrate(made, tmp_path, [one for one in shipped_migrations() if one.number < SAID_TO_BE_FIXED])
    made.execute(DECISION)
    made.execute(INCIDENT)
    with pytest.raises(duckdb.ConstraintException):
        made.execute("UPDATE decision SET kind = 'fixed'")
    migrate(made, tmp_path)
    return made


def test_what_was_said_is_kept_and_nothing_is_called_fixed(connection: duckdb.DuckDBPyConnection) -> None:
    assert connection.execute("SELECT * FROM decision").fetchone()[1:9] == (  # type: ignore[index]
        "d1", "mute", None, 7, None, None, "a launch", date(2026, 9, 20),
    )  # fmt: skip
    assert connection.execute(
        "SELECT acknowledged_by, fixed_by, fixed_on, fixed_reason, fix_failed_on FROM incident"
    ).fetchone() == ("ada", None, None, None, None)


def test_the_new_words_are_taken_and_no_others(connection: duckdb.DuckDBPyConnection) -> None:
    for kind in ("fixed", "note", "campaign_facts", "checklist"):
        connection.execute("UPDATE decision SET kind = ?", [kind])
    with pytest.raises(duckdb.ConstraintException):
        connection.execute("UPDATE decision SET kind = 'anything'")
    assert connection.execute(
        "SELECT count(*) FROM duckdb_columns() WHERE comment IS NULL AND table_name IN ('decision', 'incident')"
    ).fetchone() == (0,)
