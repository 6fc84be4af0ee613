"""The demo: a made-up world, collected through real HTTP by the real collectors day after day, and judged."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

from campaign_health.demo.marker import MARKER
from campaign_health.demo.world.stories import TIME_ZONE, demo_faults, demo_manifest, demo_world
from campaign_health.errors import CouldNotStart
from campaign_health.judge.judging import judge_all
from campaign_health.pipeline import Order, collect_once
from campaign_health.pipeline.day_states import count_state
from campaign_health.pipeline.progress_sink import ProgressSink
from campaign_health.process.stopping import StopSignals
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from campaign_health.settings import Settings, load_settings
from campaign_health.settings.catalogue import BY_NAME
from collectors.route import FILE_NAME as NUMBERS_NAME
from storage.file.database import PREVIOUS_NAME, PUBLISHED_NAME, WAREHOUSE_NAME, Warehouse
from storage.outbox.route_file import FILE_NAME as ROUTE_NAME
from storage.outbox.route_file import KEY_NAME

# On these days before today the demo world is collected: often enough to see each story's change when it happens.
COLLECTED_DAYS_AGO = (21, 12, 11, 8, 4, 1, 0)
# Nothing of the days before is news any more; judging them too would only take longer.
JUDGED_FROM_DAYS_AGO = 8
MANIFEST_NAME = "manifest.yaml"
_MADE = (
    *(WAREHOUSE_NAME, PUBLISHED_NAME, PREVIOUS_NAME),
    *(ROUTE_NAME, f"{ROUTE_NAME}-wal", f"{ROUTE_NAME}-shm", KEY_NAME, NUMBERS_NAME),
)
COLLECTED_AT = 9

Step = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Demo:
    """A demo that is ready to be looked at. `environment` is what a program needs to see it."""

    settings: Settings
    environment: dict[str, str]
    directory: Path
    now: datetime


def prepare_demo(
    directory: Path, now: datetime, progress: ProgressSink, signals: StopSignals, step: Step | None = None
) -> Demo:
    """Collects and judges the demo world into `directory`, as if it had been watched for three weeks until `now`.

    Some of its events are carried to Customer.io on the last days.

    Raises:
        CouldNotStart: the directory holds something that is not a demo's, or cannot be written.
    """
    try:
        _make_room(directory)
    except OSError as failure:
        raise CouldNotStart(
            f"{directory} cannot be used: {failure.strerror or failure}.",
            "Name another folder with --data-dir, or leave it out.",
        ) from failure
    zone = ZoneInfo(TIME_ZONE)
    today, hour = newest_run(now, zone)
    world = demo_world(today, hour=hour)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        for place, days_ago in enumerate(COLLECTED_DAYS_AGO):
            day = today - timedelta(days=days_ago)
            if step is not None:
                step(place, len(COLLECTED_DAYS_AGO), f"{day:%a %d %b}")
            _arm(sandbox, days_ago)
            sandbox.set_today(day, hour if days_ago == 0 else COLLECTED_AT)
            settings, environment = _settings(sandbox, directory)
            if days_ago == 0 and find_spec("campaign_health.route") is not None:
                import_module("campaign_health.demo.carrying").carry_demo(settings, sandbox)
            report = collect_once(settings, Order(), sandbox.now, progress, signals=signals, sleep=_no_sleep)
            if report.stopped is not None:
                raise report.stopped
            if days_ago <= JUDGED_FROM_DAYS_AGO:
                judge_all(Warehouse(settings.data_dir), settings, sandbox.now)
        return Demo(settings, environment, directory, sandbox.now)


def newest_run(now: datetime, zone: ZoneInfo) -> tuple[date, int]:
    """The day and full hour of the demo's newest run: not ahead of the real clock, and when yesterday has settled."""
    local = now.astimezone(zone)
    today, hour = local.date(), min(COLLECTED_AT, local.hour)
    settled = count_state(today - timedelta(days=1), datetime.combine(today, time(hour), zone), zone) == "observed"
    return (today, hour) if settled else (today - timedelta(days=1), COLLECTED_AT)


def _make_room(directory: Path) -> None:
    """Clears a former demo away; refuses to touch anything else."""
    marker, manifest = directory / MARKER, directory / MANIFEST_NAME
    if not marker.exists():
        for name in (*_MADE, MANIFEST_NAME):
            if os.path.lexists(directory / name):
                raise CouldNotStart(
                    f"{directory} holds {name}, which is not from a demo and would be overwritten.",
                    "Name another folder with --data-dir, or leave it out.",
                )
    elif os.path.lexists(manifest) and not _is_the_demos(manifest):
        raise CouldNotStart(
            f"{manifest} was changed since the demo wrote it, and would be overwritten.",
            "Move it away, or name another folder with --data-dir.",
        )
    directory.mkdir(parents=True, exist_ok=True)
    for name in _MADE:
        (directory / name).unlink(missing_ok=True)
    marker.write_text("The files beside this one are a demo's and may be deleted.\n", encoding="utf-8")
    manifest.write_text(demo_manifest(), encoding="utf-8")


def _is_the_demos(manifest: Path) -> bool:
    return not manifest.is_symlink() and manifest.read_bytes() == demo_manifest().encode()


def _no_sleep(seconds: float) -> None:
    """The sandbox has no limits to wait for."""


def _arm(sandbox: Sandbox, days_ago: int) -> None:
    sandbox.mend()
    sandbox.forget_requests()
    for fault in demo_faults(days_ago):
        sandbox.faults.add(fault)


def _settings(sandbox: Sandbox, directory: Path) -> tuple[Settings, dict[str, str]]:
    environment = {
        **sandbox.environment,
        "CAMPAIGN_HEALTH_DATA_DIR": str(directory),
        "CAMPAIGN_HEALTH_MANIFEST": str(directory / MANIFEST_NAME),
    }
    return load_settings(environment, directory), environment


def demo_process_environment(demo: Demo, own: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment for a program that shows the demo: this one's, with the demo's settings for its own."""
    kept = {name: value for name, value in own.items() if name not in BY_NAME}
    return {**kept, **demo.environment}
