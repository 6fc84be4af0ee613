"""A warehouse of before keeps no reason of a failure that may still name people."""

from __future__ import annotations

from pathlib import Path

import duckdb

from storage.file.migrations import migrate, shipped_migrations


def test_reasons_read_by_an_earlier_version_are_not_kept(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        migrate(connection, tmp_path, [one for one in shipped_migrations() if one.number < 19])
        connection.execute(
            "INSERT INTO campaign_failure (workspace, campaign_id, failure_message, first_read, last_read) "
            "VALUES ('acme', 1, 'Refused for Ada Lovelace', now(), now())"
        )
        assert "impersonal_reasons" in [one.name for one in migrate(connection, tmp_path)]
        assert connection.execute("SELECT count(*) FROM campaign_failure").fetchone() == (0,)
