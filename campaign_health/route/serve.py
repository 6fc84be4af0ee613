"""Runs the doors: one process, one writer, until it is told to end."""

from __future__ import annotations

import gc
import ipaddress
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from campaign_health.errors import CouldNotStart
from campaign_health.route.carriers import carriers_of
from campaign_health.route.doors.headers_in_time import HeadersInTime
from campaign_health.route.doors.listening import Listening, ReportDoor, application
from campaign_health.route.lanes.courier import LAST_SECONDS
from campaign_health.route.metrics_port import LOOPBACK, metrics_served
from campaign_health.route.noting import Noting
from campaign_health.settings import Settings
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.connection.sealed_text import refuse_lost_key
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_file import PersonHash, open_route_file

END_SECONDS = 3
MOST_CONNECTIONS = 1_000
OBJECTS_UNTIL_LOOK = 20_000


def doors_of(settings: Settings) -> dict[str, ReportDoor]:
    """The doors for reports that are open: one for each workspace whose signing key is set."""
    return {
        one.name: ReportDoor(one.route.signing_key.get_secret_value(), one.route.person)
        for one in settings.workspaces
        if one.route.signing_key is not None
    }


def refuse_open_address(address: str, behind_proxy: bool) -> None:
    """Raises CouldNotStart for an address that others reach, unless a proxy with TLS is said to stand before it."""
    try:
        is_own = ipaddress.ip_address(address).is_loopback
    except ValueError:
        is_own = address == "localhost"
    if not is_own and not behind_proxy:
        raise CouldNotStart(
            f"{address} can be reached by others, and what is sent there has people in it.",
            "Put a proxy with TLS before it and say so with --behind-proxy, or listen on 127.0.0.1.",
        )


def serve(
    settings: Settings,
    place: Place,
    address: str,
    port: int,
    told: Callable[[str], None],
    metrics_port: int | None = None,
    hold_changed: Callable[[], None] = lambda: None,
) -> None:
    """Listen until SIGTERM or SIGINT; what was begun is answered. `told` gets one line once it listens.

    With a `metrics_port` (0 for any that is free), `/metrics` is served there to this machine alone. `hold_changed` is
    called where one begins or ends.

    Raises:
        CouldNotStart: no door is open, or a port is taken.
        StorageError: the route's file cannot be opened, or not what is sealed in it.
    """
    doors = doors_of(settings)
    with open_route_file(place) as connection:
        refuse_lost_key(connection)
    outbox = GroupCommit(place)
    outbox.start()
    hash_of = PersonHash(place)
    carriers = carriers_of(settings, place, outbox, hash_of, told)
    if not doors and not carriers:
        outbox.close()
        raise CouldNotStart(
            "No door is open: no workspace has a signing key for Customer.io's reports, nor a token for events.",
            "Set CUSTOMERIO_REPORTING_SIGNING_KEY (Customer.io, Data & integrations, reporting webhooks), or "
            "CAMPAIGN_HEALTH_ROUTE_TOKEN beside the Track API's keys and a manifest.",
        )
    stripe = {name: one.stripe for name, one in carriers.items() if one.stripe is not None}
    cohorts = {name: one.cohort_door for name, one in carriers.items() if one.cohort_door is not None}
    listening = Listening(outbox, hash_of, doors, {name: one.door for name, one in carriers.items()}, stripe, cohorts)
    listening.failing = lambda: [
        f"the {thread.part} of {name}" for name, one in carriers.items() for thread in one.threads
        if thread.failed_lately
    ]  # fmt: skip
    config = uvicorn.Config(
        application(listening), host=address, port=port, access_log=False, log_config=None, server_header=False,
        lifespan="off", timeout_graceful_shutdown=END_SECONDS, limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=30, proxy_headers=False, http=HeadersInTime,
    )  # fmt: skip
    shown = f"[{address}]" if ":" in address else address
    names = dict.fromkeys([*doors, *carriers])

    def listens(at: int) -> None:
        told(f"Listening on http://{shown}:{at} for {', '.join(names)}.")
        if metrics_at is not None:
            told(f"Numbers: http://{LOOPBACK}:{metrics_at}/metrics")

    server = _Server(config, listens)
    noting = Noting(place, settings.data_dir, carriers, told)
    for one in carriers.values():
        one.keeper.changed = hold_changed
        if one.cohorts is not None:
            one.cohorts.changed = hold_changed
        one.start()
    noting.start()
    # What is there now stays, and is not looked through again and again for what nobody needs any more, while events
    # by the thousand come and go.
    gc.freeze()
    gc.set_threshold(OBJECTS_UNTIL_LOOK)
    try:
        with metrics_served(metrics_port, settings, place, listening, carriers) as metrics_at:
            server.run()
    except SystemExit as failure:
        raise CouldNotStart(f"Port {port} of {address} cannot be used.", "Choose another one with --port.") from failure
    finally:
        ends = time.monotonic() + LAST_SECONDS
        for one in carriers.values():
            one.stop(max(0.0, ends - time.monotonic()))
        noting.stop()
        outbox.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, listens: Callable[[int], None]) -> None:
        super().__init__(config)
        self._listens = listens

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.servers:
            self._listens(self.servers[0].sockets[0].getsockname()[1])

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Without raising them again at the end, as uvicorn does: nothing would be closed after that."""
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
