"""Mixpanel's export with events of our choosing, over HTTP, and what reads it for a company of `holding_cast`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from campaign_health.route.net.export_net import ExportNet
from campaign_health.route.net.export_source import ExportSource
from collectors.http.retrying import Retries
from storage.outbox.connection.outbox_connection import Place, PostgresPlace
from storage.outbox.route_file import open_route_file
from tests.collectors_cast import Reply, ScriptedServer, mixpanel_at, scripted
from tests.holding_cast import EVENT, Company

HOUR = 3600.0


@dataclass
class Exported:
    """The export; its events in the order in which they were given."""

    server: ScriptedServer
    lines: list[str] = field(default_factory=list)
    number: int = 0

    def has(
        self, person: str = "u-1", name: str = EVENT, *, ago: float, insert_id: str | None = "", **more: Any
    ) -> None:
        """One event more, so many seconds ago; without an `insert_id` one that Mixpanel made, None: no id at all."""
        self.number += 1
        known = {"time": int(time.time() - ago), "distinct_id": person, "$user_id": person, "plan": "pro"}
        named = {} if insert_id is None else {"$insert_id": insert_id or f"mixpanel-{self.number}"}
        self.lines.append(json.dumps({"event": name, "properties": known | named | more}))
        self.answer(Reply(body="\n".join(self.lines) + "\n", headers={"Content-Type": "text/plain"}))

    def answer(self, reply: Reply) -> None:
        """What it answers from now on."""
        self.server.replies[:] = [reply]

    def source(self, place: Place, zone: ZoneInfo | None = None) -> ExportSource:
        """It, as the route asks it."""
        folder = place.data_dir if isinstance(place, PostgresPlace) else place
        return ExportSource("default", folder, partial(mixpanel_at, self.server.url, retries=Retries(most=0)), zone)


@contextmanager
def exported() -> Iterator[Exported]:
    """An export without an event."""
    with scripted(Reply(body="", headers={"Content-Type": "text/plain"})) as server:
        yield Exported(server)


def net_of(found: Company, there: Exported, clock: Callable[[], float] = time.time) -> ExportNet:
    """What looks for what a company's door missed."""
    source = there.source(found.place)
    return ExportNet(found.moving, source, found.outbox, found.hash_of, found.courier.wake, 600.0, clock)


def look(found: Company, net: ExportNet) -> bool:
    """One look; whether the export was asked."""
    with open_route_file(found.place) as connection:
        return net.look(connection)


def moved_for(found: Company, seconds: float) -> None:
    """As if the modes had been set so long ago."""
    found.write(lambda connection: connection.execute("UPDATE event_mode SET since = ?", [time.time() - seconds]))
