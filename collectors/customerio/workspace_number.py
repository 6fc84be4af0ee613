"""Which of the account's workspaces a key belongs to: its number stands in the addresses of Customer.io's pages."""

from __future__ import annotations

from typing import Any

from collectors.customerio.workspace_api import CustomerioClient
from collectors.http.shape import whole_number

PATH = "/workspaces"


def fetch_workspace_number(client: CustomerioClient, name: str, known: int | None = None) -> int | None:
    """The number of the account's only workspace, or of the only one called `name`; None where that is not known.

    A key belongs to one workspace, and is told of all of them. The number `known` so far stays where the answer
    does not tell and still lists it: a key of another account tells of others.

    Raises:
        CollectorError: by what went wrong.
    """
    body = client.reader(PATH).mapping(client.get_json(PATH), "body")
    return chosen_workspace(body.get("workspaces"), name, known)


def chosen_workspace(listed: Any, name: str, known: int | None = None) -> int | None:
    """The same of a list of workspaces."""
    listed_numbers: set[int | None] = set()
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    if len(entries) > 1:
        listed_numbers = {whole_number(entry.get("id")) for entry in entries}
        entries = [entry for entry in entries if str(entry.get("name", "")).strip().casefold() == name.casefold()]
    numbers = [whole_number(entry.get("id")) for entry in entries]
    if len(numbers) == 1 and numbers[0] is not None and 0 < numbers[0] < 2**63:
        return numbers[0]
    return known if known in listed_numbers else None
