"""The sandbox: stand-ins for Mixpanel and Customer.io over real HTTP on loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from campaign_health.sandbox.customerio_service import CustomerIo
from campaign_health.sandbox.delivery import deliver
from campaign_health.sandbox.errors import PortInUse
from campaign_health.sandbox.exchange import Answer, Call, Refusal, Service, json_answer
from campaign_health.sandbox.faults import Fault, Faults
from campaign_health.sandbox.limits import Limits
from campaign_health.sandbox.mixpanel_access import MixpanelAccess
from campaign_health.sandbox.mixpanel_app import MixpanelApp
from campaign_health.sandbox.mixpanel_export import MixpanelExport
from campaign_health.sandbox.mixpanel_query import MixpanelQuery
from campaign_health.sandbox.recording import RecordedRequest, Recording, without_secrets
from campaign_health.sandbox.setting import Keys, Setting
from campaign_health.sandbox.world import World

_HOST = "127.0.0.1"
_BASES = {
    "/mixpanel/api/query": ("mixpanel-query", ""),
    "/mixpanel/api/2.0": ("mixpanel-export", ""),
    "/mixpanel/api/app": ("mixpanel-app", ""),
    "/customerio/v1": ("customerio", "/v1"),
}


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
    ) -> None:
        self.world = world
        self.keys = Keys()
        self.limits = limits or Limits()
        self.keep_bodies = keep_bodies
        self.recording = Recording()
        self.faults = Faults()
        for fault in faults:
            self.faults.add(fault)
        self._now: datetime | None = None if live else world.now
        self._passed = 0.0
        setting = Setting(world, lambda: self.now, lambda: time.monotonic() + self._passed, self.limits, self.keys)
        access = MixpanelAccess(setting)
        self._services: dict[str, Service] = {
            "mixpanel-query": MixpanelQuery(setting, access),
            "mixpanel-export": MixpanelExport(setting, access),
            "mixpanel-app": MixpanelApp(setting, access),
            "customerio": CustomerIo(setting),
        }
        self._closing = threading.Event()
        self._server = _listen(port, self)
        self.port = int(self._server.server_address[1])

    # Addresses

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
    def customerio_url(self) -> str:
        """Base of Customer.io's App API."""
        return f"http://{_HOST}:{self.port}/customerio/v1"

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
        }
        if self._now is not None:
            variables["CAMPAIGN_HEALTH_NOW"] = self._now.astimezone(self.world.zone).isoformat()
        return variables

    # Clock

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

    # Requests and faults

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
            of = sum(1 for request in logged if fault.matches(request.endpoint, _call_of(request)))
            fault = replace(fault, of=of)
            self.faults.add(fault)
            self.forget_requests()
        else:
            self.faults.add(fault)
        return fault

    def mend(self) -> None:
        """Disarm all faults."""
        self.faults.clear()

    # Serving

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

    def answer(self, method: str, target: str, headers: dict[str, str]) -> Answer:
        """The answer to one request; recorded."""
        url = urlsplit(target)
        base = next((base for base in _BASES if url.path == base or url.path.startswith(base + "/")), None)
        if base is None:
            return json_answer({"error": f"The sandbox has nothing at {url.path}"}, 404)
        server, prefix = _BASES[base]
        call = Call(
            server=server,
            method=method,
            path=prefix + url.path[len(base) :],
            target=target,
            query=parse_qsl(url.query, keep_blank_values=True),
            headers=headers,
        )
        service = self._services[server]
        endpoint = service.endpoint(call)
        record = RecordedRequest(
            0, server, endpoint or "unknown", method, call.path, call.query, without_secrets(headers)
        )
        self.recording.add(record)
        if self.limits.seconds_per_answer:
            self._closing.wait(self.limits.seconds_per_answer)
        fault = self.faults.claim(endpoint or "unknown", call)
        record.fault = fault.kind if fault else None
        answer = fault.answer(call) if fault and fault.replaces else self._serve(service, endpoint, call)
        if fault and not fault.replaces:
            answer = fault.spoil(answer)
        record.status = 0 if answer.delivery in ("hang", "drop") else answer.status
        record.content_type = answer.content_type
        if self.keep_bodies and answer.stream is None:
            record.body = answer.body
        return answer

    def _serve(self, service: Service, endpoint: str | None, call: Call) -> Answer:
        length = self.limits.url_length
        if length is not None and len(call.target) > length:
            return Answer(414, b"Request-URI Too Large", content_type="text/plain")
        if endpoint is None:
            return json_answer({"error": f"Not found: {call.path}"}, 404)
        if call.method != "GET":
            return json_answer({"error": f"{call.method} is not allowed"}, 405)
        try:
            return service.answer(call)
        except Refusal as refusal:
            return refusal.answer


@contextmanager
def running_sandbox(
    world: World,
    *,
    faults: Sequence[Fault] = (),
    limits: Limits | None = None,
    port: int = 0,
    keep_bodies: bool = False,
    live: bool = False,
) -> Iterator[Sandbox]:
    """Serve ``world`` on loopback until the block ends; a free port unless one is given.

    ``keep_bodies`` records the answers' bodies too. ``live`` lets the services' clock follow the real one.

    Raises:
        PortInUse: when the port is taken.
    """
    sandbox = Sandbox(world, faults=faults, limits=limits, port=port, keep_bodies=keep_bodies, live=live)
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
        """A client that leaves in the middle of an answer is expected here."""


def _call_of(request: RecordedRequest) -> Call:
    return Call(request.server, request.method, request.path, "", request.query, {})


def _listen(port: int, sandbox: Sandbox) -> _Server:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if length:
                self.rfile.read(length)
            answer = sandbox.answer(self.command, self.path, dict(self.headers.items()))
            with suppress(BrokenPipeError, ConnectionResetError):
                deliver(self, answer, sandbox._closing)

        do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the sandbox records requests itself."""

    try:
        return _Server((_HOST, port), Handler)
    except (OSError, OverflowError) as problem:
        raise PortInUse(f"Port {port} cannot be used: {problem}.", "Choose another one, or 0 for any.") from problem
