"""What tests of whole runs share: a small cast, a sandbox that serves it, and a run in this process.

The cast is the same everywhere: one workspace, three events, three campaigns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from campaign_health.pipeline import Order, RunReport, collect_once
from campaign_health.process.clock import read_clock
from campaign_health.process.stopping import StopSignals
from campaign_health.sandbox.server import Sandbox
from campaign_health.sandbox.world.csv_world import csv_world
from campaign_health.sandbox.world.world import World
from campaign_health.settings import Settings, load_settings
from storage.file.database import open_published
from storage.records import CollectionRecord, Source

DATA = Path(__file__).parent / "data"
BIKE_CSV = DATA / "bike.csv"

SIGNED_UP = "signed up"
INVITED = "invité 🎉 100 % / 'quoted' \"twice\" \\"
UPGRADED = "プランを変更"
CAST = {SIGNED_UP: (40, 36), INVITED: (11, 9), UPGRADED: (5, 0)}
FIRST_DAY = date(2026, 11, 1)
DAYS = 20
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)

WHOLE_RUN = Order()


def cast_csv(days: int = DAYS, first_day: date = FIRST_DAY) -> str:
    """Daily numbers of the three events and of the campaigns they trigger, as a CSV."""
    lines = ["pair_id,date,events,sends"]
    for name, (events, sends) in CAST.items():
        quoted = '"' + name.replace('"', '""') + '"'
        for ahead in range(days):
            day = first_day + timedelta(days=ahead)
            lines.append(f"{quoted},{day},{events + ahead % 7},{sends + ahead % 5 if sends else 0}")
    return "\n".join(lines) + "\n"


def cast_world(time_zone: str = "Europe/Berlin", days: int = DAYS, **changes: Any) -> World:
    """The cast's world, its clock at nine o'clock on the day after its last."""
    world = csv_world(cast_csv(days), time_zone)
    for name, value in changes.items():
        setattr(world, name, value)
    return world


@dataclass
class Notes:
    """A progress display that only remembers."""

    begun: list[tuple[str, Source]] = field(default_factory=list)
    advanced: list[tuple[int, int | None, str]] = field(default_factory=list)
    records: list[CollectionRecord] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def begin(self, workspace: str, source: Source) -> None:
        self.begun.append((workspace, source))

    def advance(self, done: int, total: int | None, what: str) -> None:
        self.advanced.append((done, total, what))

    def end(self, record: CollectionRecord) -> None:
        self.records.append(record)

    def note(self, text: str) -> None:
        self.notes.append(text)


@dataclass
class Installation:
    """A data directory, and the sandbox its settings point at."""

    sandbox: Sandbox
    data_dir: Path
    extra: dict[str, str] = field(default_factory=dict)
    shown: Notes = field(default_factory=Notes)

    @property
    def environment(self) -> dict[str, str]:
        """The settings as environment variables."""
        return {**self.sandbox.environment, "CAMPAIGN_HEALTH_DATA_DIR": str(self.data_dir), **self.extra}

    def settings(self) -> Settings:
        """The settings as read."""
        return load_settings(self.environment, self.data_dir)

    def collect(self, order: Order = WHOLE_RUN, *, signals: StopSignals | None = None) -> RunReport:
        """One run in this process, without waiting between tries."""
        self.shown = Notes()
        return collect_once(
            self.settings(), order, read_clock(self.environment), self.shown, signals=signals, sleep=lambda _: None
        )

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the published file."""
        with open_published(self.data_dir) as connection:
            return connection.execute(statement, list(values)).fetchall()

    def value(self, statement: str, *values: object) -> Any:
        """The one value that the statement gives."""
        [(value,)] = self.rows(statement, *values)
        return value

    def outcomes(self, report: RunReport) -> dict[str, str]:
        """Each source's outcome as the published file has it."""
        return dict(self.rows("SELECT source, outcome FROM collection WHERE run_id = ?", report.run_id))

    def next_day(self, days: int = 1) -> None:
        """Moves the services' clock, and with it the run's, to nine o'clock some days later."""
        self.sandbox.set_now(self.sandbox.now + timedelta(days=days))


Install = Callable[..., Installation]
"""`install(world, limits, **settings)`: see the fixture of this name."""
