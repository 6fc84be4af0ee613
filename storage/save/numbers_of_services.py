"""Which services a workspace's data come from, and its numbers in the addresses of their own pages."""

from __future__ import annotations

from datetime import date

import duckdb


def save_customerio_workspace(
    connection: duckdb.DuckDBPyConnection, workspace: str, number: int | None, asked_on: date
) -> None:
    """Record the workspace's number in Customer.io (None: not known), and the day on which it was asked for."""
    connection.execute(
        "UPDATE workspace SET customerio_workspace = ?, customerio_workspace_on = ? WHERE workspace = ?",
        [number, asked_on, workspace],
    )


def save_mixpanel_view(connection: duckdb.DuckDBPyConnection, workspace: str, number: int) -> None:
    """Record the number of the data view in Mixpanel."""
    connection.execute(
        "UPDATE workspace SET mixpanel_view = ? WHERE workspace = ? AND mixpanel_view IS DISTINCT FROM ?",
        [number, workspace, number],
    )


def save_event_service(connection: duckdb.DuckDBPyConnection, workspace: str, service: str) -> None:
    """Record which service the workspace's events are counted by: Mixpanel or Amplitude."""
    connection.execute(
        "UPDATE workspace SET event_service = ? WHERE workspace = ? AND event_service IS DISTINCT FROM ?",
        [service, workspace, service],
    )
