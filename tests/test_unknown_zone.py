"""A stored time zone that this machine does not know is named with its cure by every command, not with a traceback."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaign_health.alerts.sending import zone_of
from campaign_health.decisions.record_decision import record_decision
from campaign_health.errors import SettingsError
from campaign_health.judge.past_mornings import replay
from campaign_health.pipeline.zone import choose_zone
from campaign_health.settings import load_settings
from storage.errors import UnknownZoneError
from storage.file.database import transaction
from storage.file.zones import known_zone, stored_zone
from tests.judge_cast import World, broken, day, morning_after, steady
from tests.status_world import environment, run

DAYS = 20
SAID = r"The workspace's time zone 'Mars/Olympus' is not known on this machine\. Install .*CAMPAIGN_HEALTH_TIMEZONE"


@pytest.fixture(scope="module")
def lost_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A judged world whose stored zone became unknown."""
    directory = tmp_path_factory.mktemp("world")
    (directory / "manifest.yaml").write_text("version: 1\n")
    world = World(directory, [broken(steady(1, DAYS, name="Welcome"), DAYS - 4)])
    world.collect(0, DAYS - 1)
    run(world, "judge", now=morning_after(DAYS - 1))
    with world.warehouse.open_and_publish() as connection:
        connection.execute("UPDATE workspace SET time_zone = 'Mars/Olympus'")
    return world


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["digest", "--dry-run"],
        ["digest"],
        ["explain", "Welcome"],
        ["replay", "--from", day(DAYS - 3).isoformat(), "--to", day(DAYS - 2).isoformat()],
        ["judge"],
    ],
    ids=" ".join,
)
def test_every_command_names_it_and_the_cure(
    lost_world: World, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "http://127.0.0.1:9/")
    with pytest.raises(UnknownZoneError, match=SAID):
        run(lost_world, *arguments, now=morning_after(DAYS - 1))


def test_the_reads_behind_them_say_it_as_well(lost_world: World) -> None:
    workspace = load_settings(environment(lost_world), lost_world.directory).workspaces[0]
    with pytest.raises(UnknownZoneError, match=SAID):
        next(replay(lost_world.directory, workspace, day(DAYS - 3), day(DAYS - 2)))
    with lost_world.warehouse.open() as connection:
        for read in (lambda: zone_of(connection, workspace), lambda: stored_zone(connection, "default")):
            with pytest.raises(UnknownZoneError, match=SAID):
                read()
        assert stored_zone(connection, "another") is None


def test_a_decision_is_refused_whole(lost_world: World) -> None:
    def mute() -> None:
        with lost_world.warehouse.open() as connection, transaction(connection):
            (incident,) = connection.execute("SELECT incident_id FROM incident").fetchone() or ("",)
            record_decision(
                connection, "default", "mute", "ada", morning_after(DAYS - 1), incident_id=incident,
                reason="Migration", until=day(DAYS - 1) + timedelta(days=9),
            )  # fmt: skip

    with pytest.raises(UnknownZoneError, match=SAID):
        mute()
    assert lost_world.rows("SELECT count(*) FROM decision") == [(0,)]


def test_collecting_keeps_no_unknown_zone_and_takes_a_known_one_instead() -> None:
    with pytest.raises(SettingsError, match=SAID):
        choose_zone("default", None, None, "Mixpanel did not answer.", "Mars/Olympus", "4242")
    berlin = known_zone("Europe/Berlin")
    assert choose_zone("default", berlin, None, None, "Mars/Olympus", "4242").is_new
    assert choose_zone("default", None, "Europe/Berlin", None, "Mars/Olympus", "4242").zone == berlin


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "/etc/passwd", "../x", "Europe", "a\x00b"])
def test_whatever_is_no_zone_is_named(name: str) -> None:
    with pytest.raises(UnknownZoneError, match="is not known on this machine"):
        known_zone(name)
