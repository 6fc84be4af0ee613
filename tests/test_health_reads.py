"""The health of a real installation: its numbers are those that `status`, `doctor` and the files say."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaign_health.cli.terminal.status_json import status_as_json
from campaign_health.doctor.files import examine_files
from campaign_health.health import health_reads
from campaign_health.health.disk_room import MEGABYTE
from campaign_health.health.health_facts import Due, Facts
from campaign_health.health.health_numbers import health_json
from campaign_health.health.health_reads import FactsReader
from campaign_health.health.health_state import State, health_of
from campaign_health.judge.judging import judge_workspace
from campaign_health.pipeline import Order, collect_once
from campaign_health.process.clock import read_clock
from campaign_health.settings import WorkspaceSettings, load_settings
from campaign_health.state.overview import read_overview
from storage.file.database import Warehouse, open_published, transaction
from storage.save.announcements import claim_announcement, settle_announcement
from tests.collecting_cast import Install, Installation, Notes

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.slow("whole rounds")


def due(workspace: WorkspaceSettings, zone: ZoneInfo, now: datetime) -> Due:
    """As if each morning's round were due an hour ago."""
    return Due(now - HOUR, now + 3 * HOUR)


def judged(installation: Installation) -> Installation:
    """Collected, judged and published."""
    installation.collect()
    settings = installation.settings()
    judge_workspace(Warehouse(settings.data_dir), settings.workspaces[0], read_clock(installation.environment))
    Warehouse(settings.data_dir).publish()
    return installation


def facts_of(installation: Installation, after: timedelta = timedelta(0), reader: FactsReader | None = None) -> Facts:
    now = read_clock(installation.environment) + after
    return (reader or FactsReader(due)).facts(installation.settings(), now)


@pytest.fixture
def installation(install: Install) -> Installation:
    return judged(install(CAMPAIGN_HEALTH_BACKFILL_DAYS="10", SLACK_WEBHOOK_URL="http://127.0.0.1:9/x"))


def test_before_anything_was_collected_all_that_is_known_is_told(install: Install) -> None:
    health = health_of(facts_of(install()))
    assert health.state is State.DEGRADED
    assert health_json(health)["workspaces"][0]["round_at"] is None
    assert health.facts.disk is not None or health.reasons


def test_a_round_that_was_judged_and_published_is_done(installation: Installation) -> None:
    health = health_of(facts_of(installation))
    assert health.state is State.HEALTHY
    assert health.workspaces[0].round_at == read_clock(installation.environment)
    assert health.facts.published_at is not None


def test_its_numbers_are_those_of_status(installation: Installation) -> None:
    now = read_clock(installation.environment)
    with open_published(installation.data_dir) as connection:
        status = status_as_json(read_overview(connection, now), {})
    [asked] = health_json(health_of(facts_of(installation)))["workspaces"]
    assert status["as_of"] == {"default": asked["judged_day"]}
    assert len(asked["sources"]) > 3
    assert [
        (one["source"], one["newest_run_at"], one["last_day"], one["trouble"] is None) for one in status["sources"]
    ] == [
        (one["source"], one["newest_run_at"], one["last_day"], one["failing_since"] is None)
        for one in asked["sources"]
    ]  # fmt: skip


def test_its_room_on_the_disk_is_that_of_doctor(installation: Installation) -> None:
    health = health_of(facts_of(installation))
    [found] = [one for one in examine_files(installation.data_dir, ()) if one.subject == "Disk"]
    assert health.facts.disk is not None
    assert abs(float(found.text.split()[0].replace(",", "")) - health.facts.disk.free / MEGABYTE) < 50


def test_a_source_that_fails_is_told_and_the_round_is_done(installation: Installation) -> None:
    installation.next_day()
    installation.sandbox.fail("server_error", endpoint="customerio.metrics", at=1, times=None)
    judged(installation)
    health = health_of(facts_of(installation))
    assert (health.state, health.workspaces[0].overdue) == (State.DEGRADED, timedelta(0))
    assert "Customer.io sends" in health.reasons[0].text


def test_what_was_collected_and_never_published_is_not_done(installation: Installation) -> None:
    installation.next_day()
    settings = installation.settings()
    now = read_clock(installation.environment)
    judge_workspace(Warehouse(settings.data_dir), settings.workspaces[0], now)
    health = health_of(facts_of(installation, after=4 * HOUR))
    assert health.workspaces[0].overdue == HOUR
    assert not health_of(FactsReader(lambda *_: Due(now, None)).facts(settings, now + 4 * HOUR)).is_up


def announce(installation: Installation, status: str, made_at: datetime, channel: str = "slack") -> None:
    warehouse = Warehouse(installation.data_dir)
    with warehouse.open_and_publish() as connection, transaction(connection):
        name = f"{channel}{made_at:%d%H%M%S}"
        claim_announcement(
            connection, "default", announcement_id=name, channel=channel, kind="digest", day=made_at.date(), digest={},
            change_ids=(), made_at=made_at,
        )  # fmt: skip
        if status != "sending":
            settle_announcement(connection, "default", name, status=status, at=made_at)


def test_a_channel_is_failing_from_the_first_message_that_did_not_arrive(installation: Installation) -> None:
    now = read_clock(installation.environment)
    announce(installation, "sent", now - 3 * HOUR)
    announce(installation, "failed", now - 2 * HOUR)
    announce(installation, "failed", now - HOUR)
    announce(installation, "sending", now)
    announce(installation, "failed", now, channel="mail")  # is no longer set up
    [channel] = facts_of(installation).workspaces[0].channels
    assert (channel.channel, channel.outcome) == ("slack", "failed")
    assert (channel.sent_at, channel.failing_since) == (now - 3 * HOUR, now - 2 * HOUR)
    announce(installation, "sent", now + HOUR)
    [channel] = facts_of(installation).workspaces[0].channels
    assert (channel.outcome, channel.failing_since, channel.sent_at) == ("sent", None, now + HOUR)


def test_a_clock_that_is_off_is_told_until_a_run_is_not_refused(install: Install) -> None:
    installation = install(CAMPAIGN_HEALTH_BACKFILL_DAYS="10")
    environment = {name: text for name, text in installation.environment.items() if name != "CAMPAIGN_HEALTH_NOW"}
    assert facts_of(installation).workspaces[0].clock_ahead is None
    ahead = collect_by_the_wall(installation, environment)
    found = health_of(facts_of(installation)).clock_ahead
    assert found is not None
    assert abs(found - ahead) < timedelta(minutes=2)
    judged(installation)
    assert facts_of(installation).workspaces[0].clock_ahead is None


def collect_by_the_wall(installation: Installation, environment: dict[str, str]) -> timedelta:
    """A run by the clock on the wall, in a sandbox whose clock stands elsewhere; returns how far it is ahead."""
    now = read_clock({})
    collect_once(load_settings(environment, installation.data_dir), Order(), now, Notes(), sleep=lambda _: None)
    return now - installation.sandbox.now


def test_a_damaged_published_file_is_failing_and_read_again_until_it_is_mended(installation: Installation) -> None:
    reader = FactsReader(due)
    path = Warehouse(installation.data_dir).published_path
    whole = path.read_bytes()
    path.write_bytes(b"x" * len(whole))
    health = health_of(facts_of(installation, reader=reader))
    assert health.state is State.FAILING
    assert path.name in health.reasons[0].text
    path.write_bytes(whole)
    assert health_of(facts_of(installation, reader=reader)).state is State.HEALTHY


def test_the_published_file_is_read_once_for_each_that_there_is(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    real = health_reads.open_published
    monkeypatch.setattr(health_reads, "open_published", lambda *args: opened.append(args) or real(*args))
    reader = FactsReader(due)
    for _ in range(3):
        facts_of(installation, reader=reader)
    assert len(opened) == 1
    Warehouse(installation.data_dir).publish()
    facts_of(installation, reader=reader)
    assert len(opened) == 2
