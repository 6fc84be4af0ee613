"""How a source's newest run went."""

from __future__ import annotations

from storage.connection import Connection
from storage.records import Source


def newest_outcome(connection: Connection, workspace: str, source: Source) -> str | None:
    """How the newest run of a source went: `complete`, `partial` or `failed`; None where there was none."""
    # Where the clock stands still, as in a replay, the one that was stored last is the newest.
    found = connection.execute(
        "SELECT outcome FROM collection WHERE workspace = ? AND source = ? "
        "ORDER BY started_at DESC, rowid DESC LIMIT 1",
        [workspace, source],
    ).fetchone()
    return found[0] if found else None
