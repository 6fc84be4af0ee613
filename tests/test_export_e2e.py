"""The export beside the doors, over real HTTP on all sides: `route serve`, and the sandbox as both services."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from campaign_health.route.recovery.exported_events import events_between
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from campaign_health.sandbox.world.csv_world import csv_world
from campaign_health.sandbox.world.world import Property
from collectors.zone_days import day_of
from storage.outbox.events.event_tally import numbers
from storage.outbox.route_file import committed, open_route_file
from storage.outbox.route_modes import set_mode
from tests.collectors_cast import sandbox_mixpanel
from tests.reports_cast import listening
from tests.waiting import until

pytestmark = pytest.mark.slow("route")
NAME, AWAY = "signup completed", "away"
MANIFEST = f"""\
version: 1
events:
  {NAME}:
    properties:
      plan: {{type: string, required: true}}
    route: {{attributes: {{plan: plan}}}}
  {AWAY}:
    route: {{}}
derived:
  {AWAY}: {{absent: [{NAME}], for: 2 days, at: "06:00"}}
"""
HOUR = 3600.0


# One where it is about noon now, so that six in the morning is over wherever this runs.
ZONE = ZoneInfo(f"Etc/GMT{datetime.now(UTC).hour - 12:+d}")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    today = datetime.now(ZONE).date()
    lines = [f"{NAME},{today - timedelta(days=ago)},{4 + ago},0" for ago in range(6, -1, -1)]
    world = csv_world("\n".join(["pair_id,date,events,sends", *lines]) + "\n", ZONE.key)
    world.events[NAME].properties = (Property("plan", ("pro", "free")),)
    with running_sandbox(world, limits=Limits.unlimited(), live=True) as found:
        yield found


def test_what_nobody_posted_goes_out_and_so_does_who_stays_away_once_each_over_a_restart(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "campaign-health.yaml").write_text(MANIFEST, encoding="utf-8")
    data = tmp_path / "data"
    begun = time.time()
    with open_route_file(data) as connection, committed(connection):
        for name in (NAME, AWAY):
            set_mode(connection, "default", name, "live")
        connection.execute("UPDATE event_mode SET since = ?", [begun - 80 * HOUR])
    environment = sandbox.environment | {
        "CAMPAIGN_HEALTH_ROUTE_TOKEN": "a token", "CAMPAIGN_HEALTH_MANIFEST": str(tmp_path / "campaign-health.yaml"),
        "CAMPAIGN_HEALTH_TIMEZONE": ZONE.key, "CAMPAIGN_HEALTH_ROUTE_EXPORT_MINUTES": "0.05",
        "CUSTOMERIO_REPORTING_SIGNING_KEY": "",
    }  # fmt: skip

    def counted(name: str) -> dict[str, int]:
        with open_route_file(data) as connection:
            return numbers(connection).get(("default", name), {})

    def asked() -> int:
        return sum(one.path.endswith("/export") for one in sandbox.requests)

    client = sandbox_mixpanel(sandbox)
    whole = list(events_between(client, [NAME], begun - 9 * 24 * HOUR, begun, ZONE, datetime.now(UTC)))
    recent = {one.properties["$insert_id"] for one in whole if begun - 71 * HOUR <= one.time < begun - 300}
    last = {one.properties["distinct_id"]: day_of(one.time, ZONE) for one in whole}
    due = datetime.now(ZONE).date() - timedelta(days=3)
    gone = sorted(person for person, day in last.items() if day == due)
    assert recent
    assert gone
    for _ in range(2):
        with listening(tmp_path, **environment):
            looks = asked()
            until(lambda looks=looks: asked() >= looks + 3)  # type: ignore[misc]
            until(lambda: counted(NAME).get("delivered", 0) + counted(NAME).get("dead", 0) >= len(recent))
            until(lambda: counted(AWAY).get("delivered", 0) >= len(gone))
    sent = Counter((one.name, one.ulid) for one in sandbox.world.received.events)
    assert set(sent.values()) == {1}
    assert counted(NAME)["only_by_export"] == counted(NAME)["received"] >= len(recent)
    assert sorted(one.person for one in sandbox.world.received.events if one.name == AWAY) == gone
    assert counted(AWAY)["received"] == len(gone)
