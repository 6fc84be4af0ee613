"""A stand-in for Slack over real HTTP: incoming webhooks, chat.postMessage and chat.update, with Slack's limits.

It refuses what Slack refuses (`slack_limits`) and fails in each way that Slack can when told to.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs

from campaign_health.sandbox.slack.slack_limits import problems_of

WEBHOOK_PATH = "/services/T000/B000/sandbox-secret"
TOKEN = "xoxb-sandbox-token"  # noqa: S105 - the stand-in's own, worth nothing
Fault = Literal["down", "rate_limited", "revoked", "archived", "wrong_token", "hang_up", "hang_up_after"]


@dataclass
class SlackMessage:
    """A message as the channel shows it: `edits` counts how often it was changed."""

    channel: str
    ts: str
    payload: dict[str, Any]
    thread_ts: str | None = None
    edits: int = 0


@dataclass
class SlackSandbox:
    """The running stand-in: what arrived, and the faults still to come (used up one a request)."""

    url: str = ""
    messages: list[SlackMessage] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    standing_fault: Fault | None = None
    requests: int = 0
    retry_after: int = 1
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def webhook_url(self) -> str:
        """Address for SLACK_WEBHOOK_URL."""
        return self.url + WEBHOOK_PATH

    @property
    def api_url(self) -> str:
        """Base for SLACK_API_URL."""
        return f"{self.url}/api"

    def next_fault(self) -> Fault | None:
        """The fault that the present request meets, or None."""
        with self.lock:
            self.requests += 1
            return self.faults.pop(0) if self.faults else self.standing_fault

    def store(self, channel: str, payload: dict[str, Any]) -> SlackMessage:
        """Keeps a message and gives it a time stamp, as Slack does."""
        with self.lock:
            stamp = f"1700000000.{len(self.messages) + 1:06d}"
            message = SlackMessage(channel, stamp, payload, payload.get("thread_ts"))
            self.messages.append(message)
            return message


@contextmanager
def running_slack(port: int = 0) -> Iterator[SlackSandbox]:
    """Runs the stand-in on loopback for as long as the block lasts."""
    slack = SlackSandbox()

    class Handler(_Handler):
        sandbox = slack

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    slack.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield slack
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    sandbox: SlackSandbox
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.sandbox.next_fault()
        webhook = self.path.startswith("/services/")
        if fault == "hang_up":
            self.close_connection = True
            self.connection.close()
            return
        if fault == "down":
            self._answer(503, "service_unavailable")
        elif fault == "rate_limited":
            text = "rate_limited" if webhook else json.dumps({"ok": False, "error": "ratelimited"})
            self._answer(429, text, {"Retry-After": str(self.sandbox.retry_after)})
        elif webhook:
            self._webhook(body, fault)
        else:
            self._method(body, fault)

    def _webhook(self, body: bytes, fault: Fault | None) -> None:
        if fault == "revoked" or self.path != WEBHOOK_PATH:
            return self._answer(404, "no_service")
        if fault == "archived":
            return self._answer(410, "channel_is_archived")
        try:
            payload = json.loads(body)
        except ValueError:
            return self._answer(400, "invalid_payload")
        if problems_of(payload):
            return self._answer(400, "invalid_blocks")
        self.sandbox.store("#webhook", payload)
        return self._finish(fault, 200, "ok")

    def _method(self, body: bytes, fault: Fault | None) -> None:
        arguments = self._arguments(body)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if fault in ("wrong_token", "revoked") or token != TOKEN:
            return self._refuse("token_revoked" if fault == "revoked" else "invalid_auth")
        if fault == "archived":
            return self._refuse("is_archived")
        if not str(arguments.get("channel", "")):
            return self._refuse("channel_not_found")
        if found := problems_of(arguments):
            return self._refuse(found[0].partition(":")[0])
        method = self.path.rpartition("/")[2]
        if method == "chat.postMessage":
            message = self.sandbox.store(str(arguments["channel"]), arguments)
        elif method == "chat.update":
            known = [m for m in self.sandbox.messages if m.ts == arguments.get("ts")]
            if not known:
                return self._refuse("message_not_found")
            message = known[0]
            message.payload, message.edits = arguments, message.edits + 1
        else:
            return self._refuse("unknown_method")
        answer = {"ok": True, "channel": message.channel, "ts": message.ts, "message": {"text": arguments.get("text")}}
        return self._finish(fault, 200, json.dumps(answer))

    def _arguments(self, body: bytes) -> dict[str, Any]:
        if "json" in self.headers.get("Content-Type", ""):
            return dict(json.loads(body or b"{}"))
        values: dict[str, Any] = {name: found[0] for name, found in parse_qs(body.decode()).items()}
        if isinstance(values.get("blocks"), str):
            values["blocks"] = json.loads(values["blocks"])
        return values

    def _refuse(self, code: str) -> None:
        self._answer(200, json.dumps({"ok": False, "error": code}))

    def _finish(self, fault: Fault | None, status: int, text: str) -> None:
        if fault == "hang_up_after":
            # The message arrived, but the sender never learns of it.
            self.close_connection = True
            self.connection.close()
            return
        self._answer(status, text)

    def _answer(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if text.startswith("{") else "text/html")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Keeps the terminal quiet."""
