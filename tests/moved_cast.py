"""A company whose events the route moves: a sandbox for both services, a manifest, and the settings that join them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from campaign_health.cli.main import campaign_health
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from tests.collecting_cast import SIGNED_UP, cast_world
from tests.reports_cast import listening

TOKEN = "a token for the door"
NAME = "signup completed"
CAMPAIGN = 1
MANIFEST = f"""\
version: 1
events:
  {NAME}:
    properties:
      plan: {{type: string, required: true}}
      seats: {{type: integer}}
    route:
      to: {SIGNED_UP}
      attributes: {{plan_name: plan, seats: {{value: seats, as: integer, default: 1}}}}
campaigns:
  - id: {CAMPAIGN}
    event: {NAME}
    timing: within 5 minutes
"""


@dataclass(frozen=True)
class Company:
    """Its services, its folder, and the environment of its commands."""

    sandbox: Sandbox
    folder: Path
    environment: dict[str, str]

    @contextmanager
    def serving(self, *options: str, **environment: str) -> Iterator[tuple[str, str]]:
        """`route serve` with `/metrics`: the address of its doors, and that of its numbers."""
        whole = self.environment | {"CUSTOMERIO_REPORTING_SIGNING_KEY": ""} | environment
        with listening(self.folder, "--metrics-port", "0", *options, **whole) as (url, process):
            assert process.stderr is not None
            found = re.search(r"http://127\.0\.0\.1:\d+/metrics", process.stderr.readline())
            assert found
            yield url, found[0]


@contextmanager
def company(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The company; what it does by itself is stopped, so that nobody else sends the event."""
    world = cast_world("Europe/Berlin", days=60)
    world.events.pop(SIGNED_UP)
    manifest = folder / "campaign-health.yaml"
    manifest.write_text(MANIFEST, encoding="utf-8")
    with running_sandbox(world, limits=Limits.unlimited(), live=True) as sandbox:
        environment = sandbox.environment | {
            "CAMPAIGN_HEALTH_ROUTE_TOKEN": TOKEN, "CAMPAIGN_HEALTH_MANIFEST": str(manifest),
            "CAMPAIGN_HEALTH_DATA_DIR": str(folder / "data"),
        }  # fmt: skip
        monkeypatch.chdir(folder)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield Company(sandbox, folder, environment)


def run(*words: str, code: int = 0) -> Result:
    """A command, in process, that ends with this code."""
    result = CliRunner().invoke(campaign_health, words, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def post(url: str, number: int, token: str = TOKEN, **properties: Any) -> int:
    """One event of the person `u-number` through the door; the status of the answer."""
    event = {
        "event": NAME, "id": f"i-{number}", "person": {"id": f"u-{number}"}, "properties": {"plan": "pro"} | properties,
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{url}/default/events", json=event, headers=headers, timeout=20).status_code


def status() -> dict[str, Any]:
    """What `route status --json` says of the workspace."""
    told: dict[str, Any] = json.loads(run("route", "status", "--json").stdout)["workspaces"]["default"]
    return told
