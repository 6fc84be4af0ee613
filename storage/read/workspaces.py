"""Which workspaces and campaigns there are at all."""

from __future__ import annotations

from storage.connection import Connection


def workspaces(connection: Connection) -> list[str]:
    """Every workspace that anything is known of, in alphabetical order."""
    rows = connection.execute(
        "SELECT workspace FROM workspace UNION SELECT workspace FROM collection ORDER BY workspace"
    ).fetchall()
    return [name for (name,) in rows]


def listed_campaigns(connection: Connection) -> int:
    """How many campaigns of all workspaces the view `campaign_health` lists."""
    row = connection.execute("SELECT count(*) FROM campaign_health").fetchone()
    return int(row[0]) if row else 0
