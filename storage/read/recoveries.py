"""What recoveries found and did."""

from __future__ import annotations

from storage.connection import Connection
from storage.read.known_tables import has_table
from storage.read.rows import Row, as_rows


def recoveries_of(connection: Connection, workspace: str, campaign_id: int) -> list[Row]:
    """All columns of `recovery` of one campaign, the newest days first; nothing in a file of an older version."""
    if not has_table(connection, "recovery"):
        return []
    return as_rows(
        connection.execute(
            "SELECT * FROM recovery WHERE workspace = ? AND campaign_id = ? ORDER BY until DESC, since DESC",
            [workspace, campaign_id],
        )
    )
