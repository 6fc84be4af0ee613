"""Sends what is due, tells what a stand-in Slack was told, and runs a receiver on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from campaign_health.alerts.channels.delivery import Delivery
from campaign_health.alerts.sending import send_due_digest
from campaign_health.sandbox.slack.slack_service import TOKEN, SlackSandbox
from storage.file.database import Warehouse
from tests.digest_warehouse import settings_in


def send(warehouse: Warehouse, slack: SlackSandbox, now, **environment: str) -> list[Delivery]:  # type: ignore[no-untyped-def]
    environment = environment or {"SLACK_WEBHOOK_URL": slack.webhook_url}
    settings, workspace = settings_in(warehouse.path.parent.parent, **environment)
    return send_due_digest(warehouse, settings, workspace, now, sleep=lambda _: None)


def headlines(slack: SlackSandbox) -> list[str]:
    return [message.payload["blocks"][0]["text"]["text"] for message in slack.messages]


def bot(slack: SlackSandbox, **more: str) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": TOKEN, "SLACK_CHANNEL": "#lifecycle", "SLACK_API_URL": slack.api_url, **more}


class _Receiver(BaseHTTPRequestHandler):
    seen: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((dict(self.headers), body))
        self.send_response(204)
        self.end_headers()

    def do_GET(self) -> None:
        self.seen.append(({}, self.path.encode()))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Keeps the terminal quiet."""


@contextmanager
def running_receiver() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A receiver's address, and the headers and bodies that came to it."""
    seen: list[tuple[dict[str, str], bytes]] = []
    server = HTTPServer(("127.0.0.1", 0), type("Receiver", (_Receiver,), {"seen": seen}))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()
