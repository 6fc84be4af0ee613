"""The sandbox: stand-ins for Mixpanel or Amplitude, and for Customer.io, over real HTTP on loopback."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from campaign_health.sandbox.customerio.report_sender import Habits, ReportSender
from campaign_health.sandbox.errors import PortInUse
from campaign_health.sandbox.faults import Fault, Faults
from campaign_health.sandbox.http.answering import deliver
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.http.request_log import RecordedRequest, Recording
from campaign_health.sandbox.routing import Routing
from campaign_health.sandbox.world.setting import Keys, Setting
from campaign_health.sandbox.world.world import World

_HOST = "127.0.0.1"


class Sandbox:
    """Running stand-in services for one world; `running_sandbox` starts and ends them.

    All methods may be called from any thread while clients are being served.
    """

    def __init__(
        self,
        world: World,
        *,
        faults: Sequence[Fault] = (),
        limits: Limits | None = None,
        port: int = 0,
        keep_bodies: bool = False,
        live: bool = False,
        events_from: Literal["Mixpanel", "Amplitude"] = "Mixpanel",
    ) -> None:
        self.events_from = events_from
        self.keys = Keys()
        self.recording = Recording()
        self.faults = Faults()
        for fault in faults:
            self.faults.add(fault)
        self._now: datetime | None = None if live else world.now
        self._passed = 0.0
        self._closing = threading.Event()
        self._reporting: list[ReportSender] = []
        limits = limits or Limits()
        self._setting = Setting(
            world,
            now=lambda: self.now,
            seconds=lambda: time.monotonic() + self._passed,
            pause=lambda: self._pause(limits.seconds_per_answer),
            limits=limits,
            keys=self.keys,
        )
        routing = Routing(self._setting, self.recording, self.faults, keep_bodies)
        self._server = _listen(port, routing, self._closing)
        self.port = int(self._server.server_address[1])

    @property
    def world(self) -> World:
        """What is being served."""
        return self._setting.world

    def serve(self, world: World) -> None:
        """Serve another world from now on; clock, faults, limits and the log stay as they are."""
        self._setting.world = world

    @property
    def mixpanel_query_url(self) -> str:
        """Base of the Query API."""
        return f"http://{_HOST}:{self.port}/mixpanel/api/query"

    @property
    def mixpanel_export_url(self) -> str:
        """Address of the raw export."""
        return f"http://{_HOST}:{self.port}/mixpanel/api/2.0/export"

    @property
    def mixpanel_app_url(self) -> str:
        """Base of the App API."""
        return f"http://{_HOST}:{self.port}/mixpanel/api/app"

    @property
    def amplitude_url(self) -> str:
        """Base of Amplitude's APIs."""
        return f"http://{_HOST}:{self.port}/amplitude/api/2"

    @property
    def customerio_url(self) -> str:
        """Base of Customer.io's App API."""
        return f"http://{_HOST}:{self.port}/customerio/v1"

    @property
    def customerio_track_url(self) -> str:
        """Address of Customer.io's Track API, which takes what the route sends."""
        return f"http://{_HOST}:{self.port}/track"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that point the product at this sandbox, and set its clock unless that is real."""
        variables = {
            "MIXPANEL_PROJECT_ID": str(self.world.project_id),
            "MIXPANEL_SERVICE_ACCOUNT": self.keys.service_account,
            "MIXPANEL_SERVICE_SECRET": self.keys.service_secret,
            "MIXPANEL_QUERY_URL": self.mixpanel_query_url,
            "MIXPANEL_EXPORT_URL": self.mixpanel_export_url,
            "MIXPANEL_APP_URL": self.mixpanel_app_url,
            "MIXPANEL_TIME_STORAGE": self.world.time_storage,
            "CUSTOMERIO_APP_API_KEY": self.keys.app_api_key,
            "CUSTOMERIO_APP_URL": self.customerio_url,
            "CUSTOMERIO_SITE_ID": self.keys.site_id,
            "CUSTOMERIO_TRACK_API_KEY": self.keys.track_api_key,
            "CUSTOMERIO_TRACK_URL": self.customerio_track_url,
            **self._setting.limits.environment,
        }
        if self.events_from == "Amplitude":
            variables = {name: value for name, value in variables.items() if not name.startswith("MIXPANEL_")}
            variables |= {
                "AMPLITUDE_API_KEY": self.keys.amplitude_key,
                "AMPLITUDE_SECRET_KEY": self.keys.amplitude_secret,
                "AMPLITUDE_URL": self.amplitude_url,
                "AMPLITUDE_TIMEZONE": self.world.time_zone,
            }
        if self._now is not None:
            variables["CAMPAIGN_HEALTH_NOW"] = self._now.astimezone(self.world.zone).isoformat()
        return variables

    @property
    def now(self) -> datetime:
        """What the services take for the present."""
        return self._now or datetime.now(UTC)

    def set_now(self, now: datetime) -> None:
        """Move the services' clock to an instant (with an offset)."""
        if now.tzinfo is None:
            raise ValueError("The sandbox's clock needs an instant with an offset.")
        self._now = now

    def set_today(self, day: date, hour: int = 9) -> None:
        """Move the services' clock to a day, at a full hour of the workspace's zone."""
        self.set_now(datetime.combine(day, time_of_day(hour), self.world.zone))

    def let_pass(self, seconds: float) -> None:
        """Move the clock of the rate limits, without waiting."""
        self._passed += seconds

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request since the start or since `forget_requests`, oldest first."""
        return self.recording.all()

    def count(self, endpoint: str = "") -> int:
        """How many requests were made to an endpoint, or to all that begin so."""
        return sum(
            1
            for request in self.recording
            if not endpoint or request.endpoint == endpoint or request.endpoint.startswith(endpoint + ".")
        )

    def forget_requests(self) -> None:
        """Begin a new run: an empty log, and faults counting from one again."""
        self.recording.clear()
        self.faults.restart()

    def fail(self, kind: str, endpoint: str = "", at: str | int = 1, **details: Any) -> Fault:
        """Arm a `Fault`. Placed at the middle or the last request, it takes the requests logged so far for a
        whole run, and begins a new one."""
        fault = Fault(kind, endpoint, at, **details)
        if fault.at in ("middle", "last") and fault.of is None:
            logged = self.recording.all()
            fault = replace(fault, of=sum(fault.matches(request.endpoint, request) for request in logged))
            self.faults.add(fault)
            self.forget_requests()
        else:
            self.faults.add(fault)
        return fault

    def mend(self) -> None:
        """Disarm all faults."""
        self.faults.clear()

    def report_to(
        self,
        url: str,
        signing_key: str,
        *,
        hour: float = Habits.hour,
        late: float = 0.0,
        doubled: bool = False,
        newest_first: bool = False,
    ) -> ReportSender:
        """Report what becomes of each message that is made from now on to an address, until the sandbox closes.

        A call that fails holds up all later ones; ``hour`` is how many seconds an hour's wait takes. ``late`` is in
        seconds; ``doubled`` sends each report twice, ``newest_first`` those of one request in the wrong order.
        """
        habits = Habits(hour, late, doubled, newest_first)
        sender = ReportSender(self._setting, url, signing_key, habits, self._closing)
        self._reporting.append(sender)
        sender.start()
        return sender

    def start(self) -> None:
        """Serve in the background."""
        thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, name="sandbox", daemon=True
        )
        thread.start()

    def close(self) -> None:
        """End serving, hanging connections included."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        for sender in self._reporting:
            sender.end()

    def _pause(self, seconds: float) -> None:
        if seconds:
            self._closing.wait(seconds)


@contextmanager
def running_sandbox(
    world: World,
    *,
    faults: Sequence[Fault] = (),
    limits: Limits | None = None,
    port: int = 0,
    keep_bodies: bool = False,
    live: bool = False,
    events_from: Literal["Mixpanel", "Amplitude"] = "Mixpanel",
) -> Iterator[Sandbox]:
    """Serve ``world`` on loopback until the block ends; a free port unless one is given.

    ``keep_bodies`` records the answers' bodies too. ``live`` lets the services' clock follow the real one.
    ``events_from`` is the service that `environment` names as the source of events; both are served.

    Raises:
        PortInUse: when the port is taken.
    """
    sandbox = Sandbox(
        world, faults=faults, limits=limits, port=port, keep_bodies=keep_bodies, live=live, events_from=events_from
    )
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Threads of hanging connections end by themselves once the sandbox closes.
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle of an answer is expected here; anything else is a bug to be seen."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def _listen(port: int, routing: Routing, closing: threading.Event) -> _Server:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else b""
            answer = routing.answer(self.command, self.path, dict(self.headers.items()), body)
            with suppress(BrokenPipeError, ConnectionResetError):
                deliver(self, answer, closing)

        do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the sandbox records requests itself."""

    try:
        return _Server((_HOST, port), Handler)
    except (OSError, OverflowError) as problem:
        raise PortInUse(f"Port {port} cannot be used: {problem}.", "Choose another one, or 0 for any.") from problem
