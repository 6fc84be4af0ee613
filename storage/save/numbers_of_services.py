"""The numbers of a workspace in the addresses of the services' own pages."""

from __future__ import annotations

import duckdb


def save_customerio_workspace(connection: duckdb.DuckDBPyConnection, workspace: str, number: int) -> None:
    """Record the workspace's number in Customer.io."""
    connection.execute("UPDATE workspace SET customerio_workspace = ? WHERE workspace = ?", [number, workspace])


def save_mixpanel_view(connection: duckdb.DuckDBPyConnection, workspace: str, number: int) -> None:
    """Record the number of the data view in Mixpanel."""
    connection.execute(
        "UPDATE workspace SET mixpanel_view = ? WHERE workspace = ? AND mixpanel_view IS DISTINCT FROM ?",
        [number, workspace, number],
    )
