"""A local server that answers as it is told, and clients that ask it without waiting."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from campaign_health.sandbox.server import Sandbox
from collectors.customerio import CustomerioClient
from collectors.http.request_watch import NOBODY, Watch
from collectors.http.transport import Timeouts, Transport
from collectors.mixpanel import MixpanelClient, MixpanelProject

KEY = "app-key/with+signs=0123456789"
SECRET = "service-secret-0123456789"
A, B, C = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)
ZONES = ["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Auckland", "UTC"]


@dataclass
class Reply:
    """One answer; `cut` closes the connection that many bytes before the announced end, -1 without an answer."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0

    @property
    def bytes(self) -> bytes:
        """The body as sent: bytes and text as they are, all else as JSON."""
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


@dataclass
class Asked:
    """One request as it came; `body` is that of a POST."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes | None = None


class ScriptedServer:
    """Gives its replies in order, the last one for ever."""

    def __init__(self, replies: list[Reply]) -> None:
        self.replies = list(replies)
        self.asked: list[Asked] = []
        self.url = ""
        self._lock = threading.Lock()

    def next_reply(self, asked: Asked) -> Reply:
        """The reply to this request."""
        with self._lock:
            self.asked.append(asked)
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def scripted(*replies: Reply) -> Iterator[ScriptedServer]:
    """A server on loopback that gives these replies."""
    script = ScriptedServer(list(replies))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self.answer(None)

        def do_POST(self) -> None:
            self.answer(self.rfile.read(int(self.headers["Content-Length"])))

        def answer(self, told: bytes | None) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = script.next_reply(Asked(parts.path, dict(parse_qsl(parts.query)), headers, told))
            self.close_connection = bool(reply.cut)
            if reply.cut < 0:
                return
            body = reply.bytes
            self.send_response(reply.status)
            own = {"Content-Type": "application/json", "Content-Length": str(len(body))}
            for name, value in {**own, **reply.headers}.items():
                if value:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) - reply.cut])

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()


class Sleeps(list[float]):
    """Stands in for sleeping: remembers how long, and returns at once."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def hasty(**changes: Any) -> Transport:
    """Waits for nothing: a transport with short time-outs that only remembers its sleeps."""
    return Transport(**({"timeouts": Timeouts(5.0, 5.0), "sleep": Sleeps()} | changes))


def customerio_at(url: str, **changes: Any) -> CustomerioClient:
    """A client of a scripted server."""
    return CustomerioClient(KEY, app_url=url + "/v1", requests_per_second=None, transport=hasty(**changes))


def mixpanel_at(url: str, queries: Watch = NOBODY, **changes: Any) -> MixpanelClient:
    """A client of a scripted server, project 4242."""
    project = MixpanelProject(
        4242, "robot", SECRET, "us", url + "/api/query", url + "/api/2.0/export", url + "/api/app"
    )
    return MixpanelClient(project, queries=queries, transport=hasty(**changes))


def sandbox_customerio(sandbox: Sandbox, read_seconds: float = 10.0) -> CustomerioClient:
    """A client of the sandbox's Customer.io."""
    key = sandbox.environment["CUSTOMERIO_APP_API_KEY"]
    transport = hasty(timeouts=Timeouts(5.0, read_seconds))
    return CustomerioClient(key, app_url=sandbox.customerio_url, requests_per_second=None, transport=transport)


def sandbox_mixpanel(sandbox: Sandbox, read_seconds: float = 10.0, **changes: Any) -> MixpanelClient:
    """A client of the sandbox's Mixpanel."""
    environment = sandbox.environment
    project = MixpanelProject(
        environment["MIXPANEL_PROJECT_ID"],
        environment["MIXPANEL_SERVICE_ACCOUNT"],
        environment["MIXPANEL_SERVICE_SECRET"],
        query_url=sandbox.mixpanel_query_url,
        export_url=sandbox.mixpanel_export_url,
        app_url=sandbox.mixpanel_app_url,
        **changes,
    )
    return MixpanelClient(project, transport=hasty(timeouts=Timeouts(5.0, read_seconds)))
