"""From the services over HTTP to the incident: a segment that empties, a platform that stops, one message of three."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from click.testing import CliRunner

from campaign_health.cli.main import campaign_health
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.sandbox.world.world import MISSING, CampaignTruth, EventTruth, Message, Property, World
from tests.collecting_cast import Installation

FIRST, DAYS, BREAK = date(2026, 8, 1), 66, 61

pytestmark = pytest.mark.slow("parts from the services to the status")

UTC = ZoneInfo("UTC")
PLATFORMS = (("swift", "iOS", "4.2"), ("android", "Android", "7"), ("web", "Mac OS X", MISSING))


def platforms(since: int | None = None) -> tuple[Property, ...]:
    """Three platforms in turn, and from a day on only two of them."""
    names = ("mp_lib", "$os", "$app_version_string")
    found = [
        Property(name, values, until=since) for name, values in zip(names, zip(*PLATFORMS, strict=True), strict=True)
    ]
    if since is not None:
        left = zip(names, zip(*PLATFORMS[1:], strict=True), strict=True)
        found += [Property(name, values, since=since) for name, values in left]
    return tuple(found)


def world() -> World:
    """Three campaigns that break on one day, each in a part."""
    chance = np.random.default_rng(11)
    days = np.arange(DAYS + 1)
    counts = [chance.poisson(90, DAYS + 1) for _ in range(3)]
    counts[1] = np.where(days < BREAK, counts[1] // 3 * 3, counts[1] // 3 * 2)
    started = datetime(2026, 8, 1, 0, 5, tzinfo=UTC)
    campaigns: dict[int, CampaignTruth] = {}
    for number, daily in enumerate(counts, start=1):
        activated = np.where(days < BREAK, daily, 0) if number == 1 else daily
        several = tuple(Message(number * 10 + place, f"Mail {place + 1}") for place in range(3 if number == 3 else 1))
        sent = {message.id: activated.copy() for message in several}
        if number == 3:
            sent[31][BREAK:] = 0
        total: Any = sum(sent.values())
        campaigns[number] = CampaignTruth(
            number, f"Campaign {number}", f"event {number}", started, started,
            {"created": total, "sent": total, "delivered": total},
            {"started": daily, "activated": activated, "messaged": activated, "finished": activated},
            several,
            filter_segment_ids=(7,) if number == 1 else (),
            message_series={one: {"sent": daily, "created": daily} for one, daily in sent.items()},
        )  # fmt: skip
    return World(
        time_zone="UTC",
        first_day=FIRST,
        days=DAYS + 1,
        now=datetime.combine(FIRST + timedelta(days=DAYS), datetime.min.time(), UTC),
        events={
            f"event {number}": EventTruth(f"event {number}", daily, platforms(BREAK if number == 2 else None))
            for number, daily in enumerate(counts, start=1)
        },
        campaigns=campaigns,
        segments=[{"id": "7", "name": "Trialists", "state": "finished", "type": "dynamic"}],
        segment_people={7: np.where(days <= BREAK, 412, 0)},
    )


@pytest.fixture(scope="module")
def mornings(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Collected on six mornings around the break and judged after each."""
    directory: Path = tmp_path_factory.mktemp("parts")
    with running_sandbox(world(), limits=Limits.unlimited()) as sandbox:
        installation = Installation(sandbox, directory, {"MIXPANEL_QUERIES_PER_HOUR": "1000"})
        outcomes = []
        for number in range(BREAK - 3, BREAK + 2):
            sandbox.set_today(FIRST + timedelta(days=number + 1))
            outcomes.append(installation.collect().exit_code())
            environment = {**installation.environment, "CAMPAIGN_HEALTH_NOW": sandbox.now.isoformat()}
            judged = CliRunner().invoke(campaign_health, ["judge"], env=environment, catch_exceptions=False)
            assert judged.exit_code == 0, judged.output
        assert outcomes == [0] * 5
        yield installation, environment


def test_each_break_of_a_part_is_an_incident_with_its_cause(mornings: Any) -> None:
    installation, _ = mornings
    found = installation.rows("SELECT campaign_id, opened_on, cause FROM incident ORDER BY campaign_id")
    day = FIRST + timedelta(days=BREAK)
    assert found == [(1, day, "segment_shrank"), (2, day, "part_of_traffic_broke"), (3, day, "message_silent")]


def test_a_platform_and_a_message_are_missed_from_their_first_silent_day(mornings: Any) -> None:
    installation, _ = mornings
    found = installation.rows("SELECT detected_on FROM incident WHERE campaign_id IN (2, 3)")
    assert found == [(FIRST + timedelta(days=BREAK),)] * 2


@pytest.mark.parametrize(
    "said",
    [
        "The segment Trialists fell from 412 to 0 people",
        "iOS no longer sends event 2 since",
        "The message Mail 2 (email) has sent nothing since",
    ],
)
def test_the_status_names_the_part(mornings: Any, said: str) -> None:
    _, environment = mornings
    shown = CliRunner().invoke(campaign_health, ["status"], env=environment, catch_exceptions=False)
    assert said in " ".join(shown.output.replace("`", "").replace("│", " ").split())
