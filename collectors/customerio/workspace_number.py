"""Which of the account's workspaces a key belongs to: its number stands in the addresses of Customer.io's pages."""

from __future__ import annotations

from typing import Any

from collectors.customerio.workspace_api import CustomerioClient
from collectors.http.shape import whole_number

PATH = "/workspaces"


def fetch_workspace_number(client: CustomerioClient, name: str) -> int | None:
    """The number of the account's only workspace, or of the only one called `name`; None where that is not known.

    A key belongs to one workspace, and is told of all of them.

    Raises:
        CollectorError: by what went wrong.
    """
    body = client.reader(PATH).mapping(client.get_json(PATH), "body")
    return chosen_workspace(body.get("workspaces"), name)


def chosen_workspace(listed: Any, name: str) -> int | None:
    """The same of a list of workspaces."""
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    if len(entries) > 1:
        entries = [entry for entry in entries if str(entry.get("name", "")).strip().casefold() == name.casefold()]
    numbers = [whole_number(entry.get("id")) for entry in entries]
    return numbers[0] if len(numbers) == 1 and numbers[0] is not None and 0 < numbers[0] < 2**63 else None
