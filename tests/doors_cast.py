"""Doors for events that listen on this machine, and the queue behind them."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import uvicorn
from openapi_schema_validator import OAS31Validator

from campaign_health.route.doors.door_keys import DoorKeys
from campaign_health.route.doors.event_door import EventDoor
from campaign_health.route.doors.listening import Listening, application
from campaign_health.route.moved_event import Routed
from campaign_health.route.person import PersonBy, person_of
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.events.event_letters import LetterGroup, letter_groups
from storage.outbox.events.event_queue import waiting_behind, waiting_fresh
from storage.outbox.events.event_tally import numbers
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_file import open_route_file

TOKEN, OLD_TOKEN = "a token that nobody guesses", "the one before"
PUBLIC, SITE = "0123456789abcdef", "https://app.company.example"
KEYS = DoorKeys((TOKEN, OLD_TOKEN), PUBLIC, frozenset((SITE,)))
EVENT = "limit_hit"
DESCRIPTION = json.loads(
    (Path(__file__).parents[1] / "campaign_health/route/doors/openapi.json").read_text(encoding="utf-8")
)


def kept(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in properties.items() if name in ("plan", "hits", "email", "token")}


class Door:
    """A door that listens, and the place that its queue is in."""

    def __init__(self, url: str, place: Place, outbox: GroupCommit, woken: list[int], door: EventDoor) -> None:
        self.url, self.place, self.outbox, self.woken, self.door = url, place, outbox, woken, door

    def ask(self, path: str, method: str = "POST", **options: Any) -> requests.Response:
        """Any request; what is answered is as the description says."""
        answer = requests.request(method, f"{self.url}/default/{path}", timeout=30, allow_redirects=False, **options)
        described = DESCRIPTION["paths"]["/{workspace}/" + path.partition("?")[0].rstrip("/")]
        responses = described[method.lower()]["responses"][str(answer.status_code)]
        if "$ref" in responses:
            responses = DESCRIPTION["components"]["responses"][responses["$ref"].rsplit("/", 1)[1]]
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if responses.get("content"):
            value = answer.json() if kind == "application/json" else answer.text
            OAS31Validator(responses["content"][kind]["schema"]).validate(value)
        return answer

    def post(self, path: str, value: Any, token: str | None = TOKEN, **headers: str) -> requests.Response:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        known = {} if token is None else {"Authorization": f"Bearer {token}"}
        return self.ask(path, data=body, headers={"Content-Type": "application/json"} | known | headers)

    def numbers(self) -> dict[str, int]:
        with open_route_file(self.place) as connection:
            return numbers(connection).get(("default", EVENT), {})

    def waiting(self) -> list[QueuedEvent]:
        """All that is in the queue, in its order."""
        with open_route_file(self.place) as connection:
            found = [
                *waiting_fresh(connection, "default", 0, 10_000),
                *waiting_behind(connection, "default", 0, 0, 10_000),
            ]
        return [event for _, event in sorted(found, key=lambda one: one[0])]

    def letters(self) -> list[LetterGroup]:
        with open_route_file(self.place) as connection:
            return letter_groups(connection)


@contextmanager
def listening(place: Place, keys: DoorKeys = KEYS, by: PersonBy = "id") -> Iterator[Door]:
    outbox = GroupCommit(place)
    outbox.start()
    woken: list[int] = []
    routed = Routed(EVENT, 3600.0, lambda properties: person_of(properties, by), kept, person_by=by)
    door = EventDoor(
        "default",
        keys,
        lambda workspace, person: b"",
        outbox,
        lambda name, *, is_proven: routed if name == EVENT else None,
        lambda: woken.append(1),
        time.time,
    )
    said = Listening(outbox, lambda workspace, person: b"", {}, {"default": door})
    server = uvicorn.Server(
        uvicorn.Config(application(said), port=0, log_config=None, lifespan="off", proxy_headers=False)
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield Door(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", place, outbox, woken, door)
    finally:
        server.should_exit = True
        thread.join(20)
        outbox.close()
