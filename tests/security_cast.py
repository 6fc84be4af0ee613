"""Pages, one's own servers and what is on the disk: with what the promises of security are tried."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import requests

from tests.moved_cast import NAME, TOKEN, Company, run, status

SITE, PUBLIC = "https://app.company.example", "0123456789abcdef"
BROWSERS = {"CAMPAIGN_HEALTH_ROUTE_BROWSER_ORIGINS": SITE, "CAMPAIGN_HEALTH_ROUTE_MIXPANEL_TOKEN": PUBLIC}
MEGABYTE = 1024 * 1024


def of_page(at: str, number: int, origin: str = SITE, **properties: Any) -> int:
    """One event as Mixpanel's SDK in a page sends it; the status of the answer."""
    known = {"token": PUBLIC, "$insert_id": f"p-{number}", "plan": "pro"}
    value = {"event": NAME, "properties": known | properties}
    return requests.post(f"{at}/default/track", json=[value], headers={"Origin": origin}, timeout=20).status_code


def own(url: str, path: str, value: Any, **headers: str) -> requests.Response:
    """What one's own server posts."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    known = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    return requests.post(f"{url}/default/{path}", data=body, headers=known | headers, timeout=60)


def numbers(event: str = NAME) -> dict[str, int]:
    return {name: one for name, one in status()["events"].get(event, {}).items() if isinstance(one, int)}


def letters() -> list[tuple[str, str, int]]:
    groups = json.loads(run("route", "dead", "--json").stdout)["groups"]
    return [(one["event"], one["reason"], one["count"]) for one in groups]


def in_files(folder: Path) -> bytes:
    """All bytes of the route's data, with SQLite's log."""
    return b"".join(path.read_bytes() for path in (folder / "data").glob("route.sqlite*"))


def sent(found: Company) -> list[tuple[str, dict[str, Any]]]:
    return [(one.person, dict(one.attributes)) for one in found.sandbox.world.received.events]


def event(number: int, person: str = "u-1", **properties: Any) -> dict[str, Any]:
    whole = {"plan": "pro"} | properties
    return {"event": NAME, "id": f"i-{number}", "person": {"id": person}, "properties": whole}
