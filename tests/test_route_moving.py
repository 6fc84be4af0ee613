"""Events from one's own code to a message, over real HTTP on both sides: `route serve`, its door, and the sandbox."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from campaign_health.cli.main import campaign_health
from campaign_health.errors import Refused
from campaign_health.judge.planned_campaigns import ManifestFacts
from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.route.lanes.courier import Courier
from campaign_health.route.manifest_contract import read_contract
from campaign_health.route.moving import Moving
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from storage.outbox.connection.outbox_connection import Place, PostgresPlace
from storage.outbox.events.event_queue import receive
from storage.outbox.events.event_tally import numbers
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_file import open_route_file
from tests.collecting_cast import SIGNED_UP, cast_world
from tests.openapi import answer_violations, request_violations
from tests.reports_cast import listening
from tests.waiting import until

pytestmark = pytest.mark.slow("route")
TOKEN = "a token for the door"
NAME = "signup completed"
MANIFEST = f"""\
version: 1
events:
  {NAME}:
    properties:
      plan: {{type: string, required: true}}
      seats: {{type: integer}}
      secret: {{type: string}}
    route:
      to: {SIGNED_UP}
      attributes:
        plan_name: plan
        seats: {{value: seats, as: integer, default: 1}}
    profile: {{plan: current_plan}}
campaigns:
  - id: 1
    event: {NAME}
"""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(cast_world("Europe/Berlin", days=60), limits=Limits.unlimited(), live=True) as found:
        yield found


@pytest.fixture
def environment(sandbox: Sandbox, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    (tmp_path / "campaign-health.yaml").write_text(MANIFEST, encoding="utf-8")
    found = sandbox.environment | {
        "CAMPAIGN_HEALTH_ROUTE_TOKEN": TOKEN,
        "CAMPAIGN_HEALTH_MANIFEST": str(tmp_path / "campaign-health.yaml"),
        "CAMPAIGN_HEALTH_ROUTE_DATABASE_URL": place.url if isinstance(place, PostgresPlace) else "",
    }
    monkeypatch.chdir(tmp_path)
    for name, value in {**found, "CAMPAIGN_HEALTH_DATA_DIR": str(tmp_path / "data")}.items():
        monkeypatch.setenv(name, value)
    return found


def run(*words: str) -> Result:
    result = CliRunner().invoke(campaign_health, ["route", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def status() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run("status", "--json").stdout)["workspaces"]["default"]
    return told


def post(url: str, number: int, **properties: Any) -> int:
    event = {
        "event": NAME, "id": f"i-{number}", "person": {"id": f"u-{number}"},
        "properties": {"plan": "pro", "secret": "x"} | properties,
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return requests.post(f"{url}/default/events", json=event, headers=headers, timeout=20).status_code


def delivered() -> int:
    return int(status()["events"].get(NAME, {}).get("delivered", 0))


def test_an_event_becomes_a_message_within_seconds_under_the_name_that_the_campaign_listens_to(
    sandbox: Sandbox, environment: dict[str, str], tmp_path: Path
) -> None:
    sandbox.world.events.pop(SIGNED_UP)  # nobody else sends it
    run("mode", NAME, "live")
    with listening(tmp_path, CUSTOMERIO_REPORTING_SIGNING_KEY="", **environment) as (url, _):
        begun = time.monotonic()
        assert post(url, 1, seats="3") == 200
        until(lambda: bool(sandbox.world.received.deliveries))
        assert time.monotonic() - begun < 20
        assert [post(url, 1), post(url, 2, plan=["pro"]), post(url, 3)] == [200, 200, 200]
        until(lambda: delivered() == 2)
        told = status()
        explained = json.loads(run("explain", "i-3", "--json").stdout)
    events = sandbox.world.received.events
    assert [(one.name, one.person, dict(one.attributes)) for one in events] == [
        (SIGNED_UP, "u-1", {"plan_name": "pro", "seats": 3}), (SIGNED_UP, "u-3", {"plan_name": "pro", "seats": 1}),
    ]  # fmt: skip
    assert [attributes for _, attributes in sandbox.world.received.identified] == [{"current_plan": "pro"}] * 2
    assert {one.person for one in sandbox.world.received.deliveries} == {"u-1", "u-3"}
    assert told["events"][NAME]["dead"] == 1
    assert (told["breaker"], told["oldest_waiting_seconds"]) == ("closed", None)
    assert (explained["outcome"], explained["ulid"]) == ("delivered", events[1].ulid)
    groups = json.loads(run("dead", "--json").stdout)["groups"]
    assert [(one["event"], one["reason"], one["field"], one["count"]) for one in groups] == [
        (NAME, "wrong_type", "plan", 1)
    ]
    assert request_violations(sandbox.requests) == []
    assert answer_violations(sandbox.requests) == []


def test_a_letter_is_replayed_once_the_manifest_is_mended(
    sandbox: Sandbox, environment: dict[str, str], tmp_path: Path
) -> None:
    sandbox.world.events.pop(SIGNED_UP)
    run("mode", NAME, "live")
    with listening(tmp_path, CUSTOMERIO_REPORTING_SIGNING_KEY="", **environment) as (url, _):
        assert post(url, 1, plan={"name": "pro"}) == 200
        until(lambda: status()["events"][NAME]["dead"] == 1)
        manifest = tmp_path / "campaign-health.yaml"
        mended = MANIFEST.replace("plan: {type: string, required: true}", "plan: {type: object, required: true}")
        manifest.write_text(
            mended.replace("plan_name: plan", "plan_name: plan.name").replace("profile: {plan", "profile: {plan.name")
        )
        time.sleep(3)
        assert "1 event would be sent again" in run("replay", "--dry-run").stdout
        run("replay", "--reason", "wrong_type", "--yes")
        until(lambda: delivered() == 1)
    (event,) = sandbox.world.received.events
    assert event.attributes["plan_name"] == "pro"


def test_in_shadow_and_off_nothing_is_sent(sandbox: Sandbox, environment: dict[str, str], tmp_path: Path) -> None:
    with listening(tmp_path, CUSTOMERIO_REPORTING_SIGNING_KEY="", **environment) as (url, _):
        assert post(url, 1) == 200
        assert status()["events"] == {}, "off until asked for"
        run("mode", NAME, "shadow")
        time.sleep(3)
        assert post(url, 2) == 200
        until(lambda: status()["events"][NAME]["shadowed"] == 1)
    assert sandbox.world.received.events == []


def test_live_is_refused_while_somebody_else_sends_the_event(environment: dict[str, str]) -> None:
    with pytest.raises(Refused, match=r"already reaches Customer\.io from elsewhere"):
        CliRunner().invoke(
            campaign_health, ["route", "mode", NAME, "live"], catch_exceptions=False, standalone_mode=False
        )


def test_without_a_token_there_is_no_door_and_a_wrong_one_opens_none(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with listening(tmp_path, CUSTOMERIO_REPORTING_SIGNING_KEY="", **environment) as (url, _):
        answer = requests.post(f"{url}/default/events", json={}, headers={"Authorization": "Bearer x"}, timeout=20)
        assert answer.status_code == 401
    without = {name: value for name, value in environment.items() if name != "CAMPAIGN_HEALTH_ROUTE_TOKEN"}
    with listening(tmp_path, **without) as (url, _):
        assert requests.post(f"{url}/default/events", json={}, timeout=20).status_code == 404


def test_the_monitor_judges_the_campaign_by_the_apps_own_event() -> None:
    facts = ManifestFacts.of(parse_manifest(MANIFEST).manifest)
    assert facts.behind(SIGNED_UP) == NAME
    assert facts.behind("another") == "another"
    assert facts.behind(None) is None


def test_a_manifest_that_is_away_is_told_of_once_and_what_waits_goes_on_waiting(tmp_path: Path) -> None:
    told: list[str] = []
    path, ticks = tmp_path / "campaign-health.yaml", iter(range(0, 1000, 10))
    moving = Moving("default", path, partial(read_contract, person_by="id"), told.append, lambda: float(next(ticks)))
    with open_route_file(tmp_path) as connection:
        assert [moving.refresh(connection) for _ in range(5)] == [False] * 5
        assert len(told) == 1
        path.write_text(MANIFEST)
        assert moving.refresh(connection)
        path.unlink()
        assert [moving.refresh(connection) for _ in range(3)] == [True] * 3, "what it said before holds"
    assert len(told) == 2
    posted: list[str] = []

    def post(path: str, body: bytes) -> tuple[int, str, None]:
        posted.append(path)
        return 200, "{}", None

    outbox = GroupCommit(tmp_path)
    outbox.start()
    courier = Courier("default", tmp_path, outbox, moving.operation, post, refresh=lambda connection: False)
    event = QueuedEvent("default", NAME, b"k" * 16, "u-1", time.time(), time.time(), time.time() + 60, "backend", "{}")
    outbox.submit(lambda connection: receive(connection, event)).result()
    courier.start()
    time.sleep(0.6)
    courier.stop()
    outbox.close()
    assert posted == []
    with open_route_file(tmp_path) as connection:
        assert numbers(connection)["default", NAME]["waiting"] == 1
