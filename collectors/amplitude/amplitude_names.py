"""The events that Amplitude lists: their names, and what is declared of them."""

from __future__ import annotations

from collectors.amplitude.amplitude_client import AmplitudeClient
from collectors.errors import AuthenticationFailed, Forbidden, NotFound, PlanForbids, UnexpectedShape
from collectors.event_source import Definitions
from collectors.http.shape import Reader, storable
from storage.records import DefinitionRecord

PATH = "/events/list"


def fetch_listed_events(client: AmplitudeClient) -> tuple[DefinitionRecord, ...]:
    """Every event type that is listed, by the name it is sent under.

    `hidden` is hidden from the menus of charts and still counted; `dropped` is deleted, and counted no more. That an
    event is absent proves nothing.

    Raises:
        UnexpectedShape: an entry has no name.
        CollectorError: by what went wrong.
    """
    return parse_listed_events(client.ask(PATH), client.reader(PATH))


def fetch_declared(client: AmplitudeClient) -> Definitions:
    """The listed events as declarations; a list that this key or plan may not read comes back with the reason.

    Raises:
        CollectorError: any other failure.
    """
    try:
        return Definitions(fetch_listed_events(client))
    except (AuthenticationFailed, PlanForbids, Forbidden, NotFound) as error:
        return Definitions(None, error.message)


def parse_listed_events(body: object, read: Reader) -> tuple[DefinitionRecord, ...]:
    """The distinct events of an `/events/list` answer, in its order."""
    found: dict[str, DefinitionRecord] = {}
    entries = read.sequence(read.mapping(body, "body").get("data"), "data")
    unreadable: UnexpectedShape | None = None
    for i, entry in enumerate(entries):
        field = f"data[{i}]"
        try:
            entry = read.mapping(entry, field)
            # `value` is the name in the data, `name` the one shown; an answer may have the latter alone.
            name = read.text(entry.get("value", entry.get("name")), f"{field}.value")
        except UnexpectedShape as error:
            unreadable = error
            continue
        shown = entry.get("display") or entry.get("name")
        display = storable(shown) if isinstance(shown, str) and shown and shown != name else None
        if name:
            found.setdefault(
                name,
                DefinitionRecord(name, "", None, display, entry.get("hidden") is True, entry.get("deleted") is True),
            )
    if unreadable is not None and not found:
        raise unreadable
    return tuple(found.values())
