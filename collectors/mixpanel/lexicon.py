"""What Mixpanel's Lexicon declares of events and their properties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from collectors.errors import AuthenticationFailed, Forbidden, NotFound, PlanForbids, UnexpectedShape
from collectors.event_source import Definitions
from collectors.http.shape import Reader, storable
from collectors.mixpanel.project_apis import MixpanelClient, reader
from storage.records import DefinitionRecord


def fetch_definitions(client: MixpanelClient) -> Definitions:
    """Every event that has a schema in the Lexicon, and its declared properties.

    Only declared ones are listed: that an event is absent proves nothing. A Lexicon that this account or plan
    may not read is no failure, and comes back with the reason.

    Raises:
        UnexpectedShape: no entry can be read.
        CollectorError: any other failure.
    """
    path = f"/projects/{client.project_id}/schemas"
    try:
        body = client.app.get_json(path)
    except (AuthenticationFailed, PlanForbids, Forbidden, NotFound) as error:
        return Definitions(None, error.message)
    read = reader(client.app, path)
    records: list[DefinitionRecord] = []
    unreadable: list[UnexpectedShape] = []
    for i, entity in enumerate(read.sequence(read.mapping(body, "body").get("results"), "results")):
        try:
            records += list(parse_definitions(entity, f"results[{i}]", read))
        except UnexpectedShape as error:
            unreadable.append(error)
    if unreadable and not records:
        raise unreadable[0]
    return Definitions(tuple(records), unreadable=tuple(error.message for error in unreadable))


def is_declared(client: MixpanelClient, event: str) -> bool:
    """Whether the Lexicon has a schema of the event, asked for by its name: a list may leave one out.

    Raises:
        CollectorError: by what went wrong.
    """
    try:
        client.app.get_json(f"/projects/{client.project_id}/schemas/event/{quote(event, safe='')}")
    except NotFound:
        return False
    return True


def parse_definitions(entity: Any, field: str, read: Reader) -> Iterator[DefinitionRecord]:
    """One record of the event that an entry declares, and one per declared property of it; none of other entries."""
    entity = read.mapping(entity, field)
    if str(entity.get("entityType", "event")).lower() != "event":
        return
    name = read.text(entity.get("name"), f"{field}.name")
    # An entry without its schema says nothing of what it declares.
    schema = read.mapping(entity.get("schemaJson"), f"{field}.schemaJson")
    yield _definition(name, "", None, schema, f"{field}.schemaJson", read)
    properties = read.mapping(schema.get("properties") or {}, f"{field}.schemaJson.properties")
    for declared, value in properties.items():
        of_property = f"{field}.schemaJson.properties[{declared!r}]"
        value = read.mapping(value, of_property)
        yield _definition(name, storable(declared), _declared_type(value.get("type")), value, of_property, read)


def _definition(
    event: str, declared: str, json_type: str | None, value: dict[str, Any], field: str, read: Reader
) -> DefinitionRecord:
    metadata = read.mapping(value.get("metadata") or {}, f"{field}.metadata")
    own = read.mapping(metadata.get("com.mixpanel") or {}, f"{field}.metadata['com.mixpanel']")
    display = own.get("displayName")
    return DefinitionRecord(
        event=event,
        property=declared,
        type=json_type,
        display_name=storable(display) if isinstance(display, str) and display else None,
        hidden=own.get("hidden") is True,
        dropped=own.get("dropped") is True,
    )


def _declared_type(value: Any) -> str | None:
    if isinstance(value, list):  # JSON Schema allows several
        return " or ".join(sorted(str(one) for one in value)) or None
    return value if isinstance(value, str) and value else None
