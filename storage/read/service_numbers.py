"""Which services a workspace's data come from, and its numbers in the addresses of their own pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from storage.connection import Connection
from storage.read.rows import as_rows


@dataclass(frozen=True)
class ServiceNumbers:
    """The workspace's number in Customer.io, and that of its data view in Mixpanel; None where not known.

    `customerio_asked_on` is the day in the workspace's zone on which Customer.io was last asked for its own.
    `event_service` counts its events; None before it was first asked, and in files of an older version.
    """

    customerio_workspace: int | None = None
    mixpanel_view: int | None = None
    customerio_asked_on: date | None = None
    event_service: str | None = None


UNKNOWN_NUMBERS = ServiceNumbers()


def service_numbers(connection: Connection, workspace: str) -> ServiceNumbers:
    """The numbers as last collected; a file of an older version knows none."""
    rows = as_rows(connection.execute("SELECT * FROM workspace WHERE workspace = ?", [workspace]))
    row = rows[0] if rows else {}
    return ServiceNumbers(
        row.get("customerio_workspace"),
        row.get("mixpanel_view"),
        row.get("customerio_workspace_on"),
        row.get("event_service"),
    )
