"""The route's numbers over HTTP, on a port of their own that only this machine reaches."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from campaign_health.errors import CouldNotStart
from campaign_health.health.bounded_server import PLAIN, Remembered, Reply, served
from campaign_health.health.prometheus_text import CONTENT_TYPE
from campaign_health.process.version import own_version
from campaign_health.route.carriers import Carrier
from campaign_health.route.doors.listening import Listening
from campaign_health.route.metrics_text import Readings, route_metrics
from campaign_health.route.route_state import workspace_states
from campaign_health.settings import Settings
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.route_file import open_route_file

LOOPBACK = "127.0.0.1"
REPORTS = "customerio/report"


@contextmanager
def metrics_served(
    port: int | None, settings: Settings, place: Place, listening: Listening, carriers: Mapping[str, Carrier]
) -> Iterator[int | None]:
    """Serves `/metrics` while the block runs, and gives the port; with None it serves nothing.

    Raises:
        CouldNotStart: the port is taken.
    """
    if port is None:
        yield None
        return
    text = Remembered(lambda: _text(settings, place, listening, carriers))

    def answer(path: str) -> Reply:
        if path == "/metrics":
            return Reply(200, CONTENT_TYPE, text())
        return Reply(404, PLAIN, "Ask for /metrics.\n")

    with ExitStack() as running:
        try:
            at = running.enter_context(served(LOOPBACK, port, answer))
        except OSError as failure:
            taken = f"Port {port} cannot be used for the numbers."
            raise CouldNotStart(taken, "Choose another --metrics-port.") from failure
        yield at


def _text(settings: Settings, place: Place, listening: Listening, carriers: Mapping[str, Carrier]) -> str:
    with open_route_file(place) as connection:
        states = workspace_states(connection, settings.workspaces, time.time())
    came = {
        (name, door, became): number
        for name, one in carriers.items()
        for (door, became), number in one.door.counts.copy().items()
    }
    came |= {
        (name, "stripe", became): number
        for name, one in carriers.items()
        if one.stripe is not None
        for became, number in one.stripe.counts.copy().items()
    }
    came |= {(name, REPORTS, became): number for (name, became), number in listening.counts.copy().items()}
    came |= {
        (name, "stripe", became): number
        for name, stripe in listening.stripe.items()
        for became, number in stripe.counts.copy().items()
    }
    couriers = {name: one.courier.numbers for name, one in carriers.items()}
    outbox = listening.outbox
    faults = {(name, thread.part): thread.number for name, one in carriers.items() for thread in one.threads}
    readings = Readings(own_version(), outbox.can_write, outbox.can_take_in, states, came, couriers, faults)
    return route_metrics(readings)
