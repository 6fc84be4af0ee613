"""The project's own settings, as far as Mixpanel tells them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from collectors.errors import Forbidden, NotFound, PlanForbids, UnexpectedShape
from collectors.event_source import ProjectTold
from collectors.http.shape import storable, whole_number
from collectors.mixpanel.project_apis import MixpanelClient

PATH = "/me"


WITHHELD = (Forbidden, NotFound, PlanForbids, UnexpectedShape)
"""A key that works may still not be told the project's zone: no failure where the zone is known otherwise."""


def fetch_time_zone(client: MixpanelClient) -> str | None:
    """The IANA name of the project's time zone, None where Mixpanel does not say, or not to this key.

    Raises:
        CollectorError: the key is wrong, or Mixpanel could not be asked.
    """
    try:
        return ask_project(client).time_zone
    except WITHHELD:
        return None


def ask_project(client: MixpanelClient) -> ProjectTold:
    """What Mixpanel says of the project.

    Raises:
        CollectorError: it refused to say (WITHHELD), the key is wrong, or Mixpanel could not be asked.
    """
    body = client.app.get_json(PATH)
    return ProjectTold(parse_time_zone(body, client.project_id), parse_view(body, client.project_id))


def parse_time_zone(body: Any, project_id: int) -> str | None:
    """The `timezone` of the project in an answer of `/me`, wherever it stands there; an IANA name where one is there.

    The answer is not publicly documented: projects are keyed by their id, or listed with it, below `results`.
    """
    zones = [found.get("timezone") for found in _projects(body, str(project_id))]
    named = [zone for zone in zones if isinstance(zone, str) and zone]
    return next((zone for zone in named if _exists(zone)), storable(named[0]) if named else None)


def parse_view(body: Any, project_id: int) -> int | None:
    """The number of the project's view of all its data, else of its default view, in an answer of `/me`."""
    views = [view for view in _views(body) if whole_number(view.get("project_id")) == int(project_id)]
    chosen = next((view for mark in ("is_global", "is_default") for view in views if view.get(mark) is True), None)
    number = None if chosen is None else whole_number(chosen.get("id"))
    return number if number is not None and 0 < number < 2**63 else None


def _views(value: Any) -> Iterator[dict[str, Any]]:
    """Every entry below a `workspaces`, as Mixpanel's code calls its data views."""
    if isinstance(value, list):
        for item in value:
            yield from _views(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "workspaces":
                found = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
                yield from (view for view in found if isinstance(view, dict))
            yield from _views(item)


def _projects(value: Any, project_id: str) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _projects(item, project_id)
    elif isinstance(value, dict):
        own_id = value.get("id", value.get("project_id"))
        if own_id is not None and whole_number(own_id) == int(project_id):
            yield value
        for key, item in value.items():
            if key == project_id and isinstance(item, dict):
                yield item
            yield from _projects(item, project_id)


def _exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        return False
    return True
