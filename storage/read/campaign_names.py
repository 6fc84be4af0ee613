"""Campaigns by their names, and the days on which they were judged."""

from __future__ import annotations

from datetime import date

from storage.connection import Connection


def named_campaigns(connection: Connection, workspace: str | None) -> list[tuple[str, int, str]]:
    """(workspace, id, name) of every campaign, of one workspace or of all, by name."""
    return connection.execute(
        "SELECT workspace, campaign_id, name FROM campaign WHERE $workspace IS NULL OR workspace = $workspace "
        "ORDER BY lower(name), campaign_id",
        {"workspace": workspace},
    ).fetchall()


def campaigns_by_event(connection: Connection, workspace: str) -> dict[str, list[str]]:
    """Names of the running campaigns that each event triggers, by name."""
    found: dict[str, list[str]] = {}
    for event, name in connection.execute(
        "SELECT event, name FROM campaign WHERE workspace = ? AND event IS NOT NULL AND state = 'running' "
        "AND gone_at IS NULL ORDER BY lower(name), campaign_id",
        [workspace],
    ).fetchall():
        found.setdefault(event, []).append(name)
    return found


def judged_span(connection: Connection, workspace: str, campaign_id: int) -> tuple[date, date] | None:
    """The first and the last day on which a campaign has a verdict; None where it has none."""
    row = connection.execute(
        "SELECT min(day), max(day) FROM verdict WHERE workspace = ? AND campaign_id = ?", [workspace, campaign_id]
    ).fetchone()
    return None if row is None or row[0] is None else (row[0], row[1])


def running_names(connection: Connection, workspace: str) -> dict[int, str]:
    """Names of the campaigns that run, by id."""
    rows = connection.execute(
        "SELECT campaign_id, name FROM campaign WHERE workspace = ? AND state = 'running' AND gone_at IS NULL",
        [workspace],
    ).fetchall()
    return dict(rows)
