"""A small judged world for the commands, and a way to run them in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from click.testing import CliRunner, Result

from campaign_health.cli.main import campaign_health
from storage.file.database import transaction
from storage.records import SOURCES, CollectionRecord
from storage.save import save_collection
from tests.judge_cast import World, broken, day, morning_after, steady

DAYS = 45
BREAK = 34
LAST = 37
HOSTILE = "Evil\x1b[31m [bold]name[/bold] \r\n*x*"
MANIFEST = """
version: 1
events:
  event_2: {}
campaigns:
  - {name: Upgrade offer, event: event_2, owner: "@growth", deal_value: 1200, conversion_rate: 0.1}
"""


def collected(world: World, outcome: str = "complete", error: str | None = None) -> None:
    with world.warehouse.open() as connection, transaction(connection):
        for source in SOURCES:
            at = morning_after(LAST) - timedelta(hours=2, minutes=28)
            wrong = source == "customerio_metrics"
            record = CollectionRecord(
                "run", "default", source, at, at, outcome if wrong else "complete", day(0), day(LAST), 1, 1,  # type: ignore[arg-type]
                error if wrong else None,
            )  # fmt: skip
            save_collection(connection, record)


def environment(world: World, now: datetime | None = None) -> dict[str, str]:
    return {
        "CAMPAIGN_HEALTH_DATA_DIR": str(world.directory),
        "CAMPAIGN_HEALTH_NOW": (now or morning_after(LAST)).isoformat(),
        "CAMPAIGN_HEALTH_MANIFEST": str(world.directory / "manifest.yaml"),
    }


def run(world: World, *arguments: str, now: datetime | None = None) -> Result:
    return CliRunner().invoke(campaign_health, list(arguments), env=environment(world, now), catch_exceptions=False)


def make_status_world(directory: Path, manifest: str = MANIFEST) -> World:
    """One silent campaign with a price, one that loses sends, one surging, one fine; judged and published."""
    (directory / "manifest.yaml").write_text(manifest)
    surging = steady(4, DAYS, name="Survey")
    for name in ("activated", "sent", "delivered"):
        getattr(surging, name)[BREAK:] *= 4
    stories = [
        steady(1, DAYS, name="Welcome"),
        broken(steady(2, DAYS, name="Upgrade offer"), BREAK),
        broken(steady(3, DAYS, name=HOSTILE), BREAK - 6, keep=0.4),
        surging,
    ]
    world = World(directory, stories, {"CAMPAIGN_HEALTH_MANIFEST": str(directory / "manifest.yaml")})
    world.collect(0, LAST)
    collected(world)
    assert run(world, "judge").exit_code == 0
    return world
