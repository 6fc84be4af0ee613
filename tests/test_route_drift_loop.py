"""A rename and a type change in the app while its events are carried live: nobody's message is lost, nobody gets two.

Real processes: `route serve`, the sandbox, Slack's stand-in. It prints how long each step took (`pytest -s`).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from campaign_health.cli.main import campaign_health
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from storage.outbox.events.event_pace import note_pace
from storage.outbox.route_file import committed, open_route_file
from tests.collecting_cast import SIGNED_UP, cast_world
from tests.reports_cast import listening
from tests.waiting import until

pytestmark = pytest.mark.slow("route")
TOKEN = "a token for the door"
NAME, RENAMED = SIGNED_UP, SIGNED_UP.replace("_", ".") if "_" in SIGNED_UP else f"{SIGNED_UP} v2"
MANIFEST = f"""\
version: 1
events:
  "{NAME}":
    properties:
      plan: {{type: string, required: true}}
    route:
      attributes: {{plan: plan}}
campaigns:
  - {{id: 1, event: "{NAME}"}}
"""
MENDED = MANIFEST.replace("plan: {type: string, required: true}", "plan: {}")


class App(threading.Thread):
    """Posts events of two platforms, five a second each, each of somebody else; what they send can be changed."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url = f"{url}/default/events"
        self.name_of = {"web": NAME, "phone": NAME}
        self.plan_of: dict[str, Any] = {}
        self.ended = threading.Event()
        self.people: list[str] = []

    def run(self) -> None:
        number = 0
        while not self.ended.wait(0.1):
            number += 1
            platform = ("web", "phone")[number % 2]
            person = f"{platform}-{number}"
            event = {
                "event": self.name_of[platform], "id": f"i-{number}", "person": {"id": person},
                "properties": {"plan": self.plan_of.get(platform, "pro")},
            }  # fmt: skip
            answer = requests.post(self.url, json=event, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20)
            assert answer.status_code == 200
            self.people.append(person)


@contextmanager
def slack() -> Iterator[tuple[str, list[tuple[float, str]]]]:
    """A webhook that takes everything, and what it took and when."""
    heard: list[tuple[float, str]] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((time.monotonic(), body.decode()))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", heard
    finally:
        server.shutdown()


def run(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(campaign_health, [*words], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def holds() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("route", "status", "--json").stdout)["workspaces"]["default"]["holds"]
    return found


def waiting() -> int:
    told: dict[str, Any] = json.loads(run("route", "status", "--json").stdout)["workspaces"]["default"]["events"]
    return sum(one["waiting"] + one["held"] for one in told.values())


def sent_to(sandbox: Sandbox) -> list[str]:
    return [one.person for one in sandbox.world.received.events]


def hears(heard: list[tuple[float, str]], words: str) -> float:
    """When Slack heard of it; the digest is looked at as the schedule does where there is something to tell."""
    deadline = time.monotonic() + 90
    while not any(words in text for _, text in heard):
        assert time.monotonic() < deadline, heard
        CliRunner().invoke(campaign_health, ["digest"])
        time.sleep(0.5)
    return next(at for at, text in heard if words in text)


def test_nobodys_message_is_lost_and_nobody_gets_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = tmp_path / "campaign-health.yaml"
    manifest.write_text(MANIFEST, encoding="utf-8")
    took: dict[str, float] = {}
    with (
        running_sandbox(cast_world("Europe/Berlin", days=20), limits=Limits.unlimited(), live=True) as sandbox,
        slack() as (webhook, heard),
    ):
        sandbox.world.events.pop(SIGNED_UP)  # nobody else sends it
        environment = sandbox.environment | {
            "CAMPAIGN_HEALTH_ROUTE_TOKEN": TOKEN, "CAMPAIGN_HEALTH_MANIFEST": str(manifest),
            "CAMPAIGN_HEALTH_DATA_DIR": str(tmp_path / "data"), "SLACK_WEBHOOK_URL": webhook,
            "CAMPAIGN_HEALTH_ROUTE_EXPORT_MINUTES": "0",
        }  # fmt: skip
        monkeypatch.chdir(tmp_path)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        CliRunner().invoke(campaign_health, ["collect"])
        run("judge")
        CliRunner().invoke(campaign_health, ["digest"])
        run("route", "mode", NAME, "live")
        now = time.time()
        with open_route_file(tmp_path / "data") as connection, committed(connection):
            for day in range(1, 8):
                for number in range(3_600):
                    note_pace(connection, "default", NAME, now - day * 86_400 - number)
        with listening(tmp_path, "--prove-every", "0", port=0, **environment) as (url, _):
            app = App(url)
            app.start()
            until(lambda: len(sent_to(sandbox)) > 20)

            # The type of a property changes on one platform.
            changed = time.monotonic()
            app.plan_of["web"] = {"name": "pro"}
            until(lambda: bool(holds()))
            took["type changed, held after"] = time.monotonic() - changed
            before = len(sent_to(sandbox))
            took["… Slack heard after"] = hears(heard, "is kept back since") - changed
            until(lambda: sum(person.startswith("phone") for person in sent_to(sandbox)[before:]) > 5)
            manifest.write_text(MENDED, encoding="utf-8")
            mended = time.monotonic()
            until(lambda: not holds())
            until(lambda: len(sent_to(sandbox)) >= len(app.people) - 3)
            took["… mended, all sent after"] = time.monotonic() - mended

            # The event is renamed on both.
            app.name_of = {"web": RENAMED, "phone": RENAMED}
            changed = time.monotonic()
            until(lambda: any(one["kind"] == "candidate" for one in holds()), 120)
            took["renamed, held after"] = time.monotonic() - changed
            until(lambda: any(one["waiting"] > 20 for one in holds()), 60)
            shown = run("route", "release", RENAMED, "--dry-run").stdout
            assert f'"name": "{NAME}"' in shown
            (hold,) = holds()
            wanted = len(sent_to(sandbox)) + hold["waiting"]
            run("route", "release", RENAMED, "--yes")
            released = time.monotonic()
            until(lambda: not holds() and len(sent_to(sandbox)) >= wanted)
            took["… confirmed, all sent after"] = time.monotonic() - released
            app.ended.set()
            app.join()
            until(lambda: app.people[-1] in sent_to(sandbox) and not waiting(), 60)
        for words, seconds in took.items():
            print(f"{words} {seconds:.1f} s")
        sent = sent_to(sandbox)
        assert {one.name for one in sandbox.world.received.events} == {NAME}
        assert len(sent) == len(set(sent)), "nobody was sent two"
        missed = set(app.people) - set(sent)
        # Before the new name was noticed it was only counted: the export gives these back.
        first_kept = next(number for number, person in enumerate(app.people) if person in missed) if missed else 0
        assert missed == set(app.people[first_kept : first_kept + len(missed)]), "one stretch, before the hold began"
        assert took["renamed, held after"] > 0.09 * len(missed)
        assert took["type changed, held after"] < 10
