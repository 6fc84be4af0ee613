"""The small cast of the storage tests: one workspace, days, and builders with sensible defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd

from storage.file.database import Warehouse, transaction
from storage.records import CampaignMetrics, CampaignRecord, Collected, EventCounts, JourneyMetrics, MessageRecord
from storage.save import save_campaign_metrics, save_campaigns, save_event_window, save_source_days, save_workspace_zone

WORKSPACE = "default"
NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
RUN = Collected(WORKSPACE, "run", NOW)
FIRST = date(2026, 11, 1)


def day(number: int) -> date:
    """The n-th day of the cast's November, 1 being the first."""
    return FIRST + timedelta(days=number - 1)


def days(first: int, last: int) -> list[date]:
    return [day(number) for number in range(first, last + 1)]


def observed(first: int, last: int) -> dict[date, str]:
    return dict.fromkeys(days(first, last), "observed")


def answered(connection: duckdb.DuckDBPyConnection, source: str) -> list[date]:
    """The days that the source answered for."""
    rows = connection.execute(
        "SELECT day FROM source_day WHERE workspace = ? AND source = ? AND state <> 'not_collected' ORDER BY day",
        [WORKSPACE, source],
    ).fetchall()
    return [found for (found,) in rows]


def charted(connection: duckdb.DuckDBPyConnection, campaign_id: int, workspace: str = WORKSPACE) -> pd.DataFrame:
    """One campaign's rows of `event_vs_campaign`, oldest day first."""
    return connection.execute(
        "SELECT * FROM event_vs_campaign WHERE workspace = ? AND campaign_id = ? ORDER BY day", [workspace, campaign_id]
    ).df()


def counts(event: str, by_day: Mapping[int, int], source: str = "query") -> EventCounts:
    return EventCounts(event, {day(number): count for number, count in by_day.items()}, source)  # type: ignore[arg-type]


def save_window(
    connection: duckdb.DuckDBPyConnection, records: Sequence[EventCounts], first: int, last: int, **more: object
) -> int:
    return save_event_window(connection, records, observed(first, last), RUN, **more)


def message(
    message_id: int = 1, sending_state: str = "automatic", required: Sequence[str] = ("event.plan",)
) -> MessageRecord:
    return MessageRecord(message_id, "Hello", "email", sending_state, required, [], None, None)


def campaign(
    campaign_id: int = 1,
    name: str = "Welcome",
    state: str = "running",
    event: str | None = "signed_up",
    updated: datetime | None = NOW - timedelta(days=300),
    messages: Sequence[MessageRecord] | None = (),
    definition: Mapping[str, object] | None = None,
    started: datetime | None = NOW - timedelta(days=299),
) -> CampaignRecord:
    return CampaignRecord(
        campaign_id=campaign_id,
        name=name,
        state=state,
        active=state == "running",
        trigger_kind="event" if event else "segment",
        event=event,
        tags=["core"],
        created=NOW - timedelta(days=300),
        first_started=started,
        updated=updated,
        definition=definition or {"filters": None},
        messages=messages,
    )


def sends(campaign_id: int, by_day: Mapping[int, int]) -> CampaignMetrics:
    return CampaignMetrics(campaign_id, [day(n) for n in by_day], {"sent": list(by_day.values())})


def journeys(campaign_id: int, by_day: Mapping[int, int]) -> JourneyMetrics:
    return JourneyMetrics(campaign_id, [day(n) for n in by_day], {"started": list(by_day.values())})


def always_observed(_campaign_id: int, _day: date) -> str:
    return "observed"


def save_a_run(connection: duckdb.DuckDBPyConnection, number: int, campaigns: int = 3) -> None:
    """A whole small run whose every number is `number`: any mixture of two runs shows."""
    at = NOW + timedelta(days=number)
    save_workspace_zone(connection, WORKSPACE, "UTC", NOW)
    events = [EventCounts(f"event {i}", dict.fromkeys(days(1, 20), number), "query") for i in range(campaigns)]
    save_event_window(connection, events, observed(1, 20), Collected(WORKSPACE, f"run {number}", at))
    save_campaigns(connection, WORKSPACE, [campaign(i, event=f"event {i}") for i in range(campaigns)], at)
    metrics = [sends(i, dict.fromkeys(range(1, 21), number)) for i in range(campaigns)]
    save_campaign_metrics(connection, WORKSPACE, metrics, always_observed, always_observed, at)
    save_source_days(connection, "customerio_metrics", observed(1, 20), Collected(WORKSPACE, f"run {number}", at))


def lost(directory: Path, number: int = 1) -> Warehouse:
    """A data directory whose only file is the published copy of a run."""
    warehouse = warehouse_in(directory)
    with warehouse.open() as connection, transaction(connection):
        save_a_run(connection, number)
    warehouse.publish()
    warehouse.path.unlink()
    return warehouse


def numbers(warehouse: Warehouse) -> list[tuple[int, int]]:
    """The counts of events in the warehouse, each with its rows: one only, where it holds a whole run."""
    with warehouse.open() as connection:
        return connection.execute("SELECT DISTINCT events, count(*) FROM event_day GROUP BY events").fetchall()


@cache
def empty_warehouse() -> bytes:
    """A new warehouse file, made once: most tests begin with one."""
    with TemporaryDirectory() as directory:
        warehouse = Warehouse(Path(directory))
        with warehouse.open():
            pass
        return warehouse.path.read_bytes()


def warehouse_in(directory: Path) -> Warehouse:
    """The warehouse in a directory, a new one where there is none: copied, which costs less than making it."""
    warehouse = Warehouse(directory)
    if not warehouse.exists():
        directory.mkdir(parents=True, exist_ok=True)
        warehouse.path.write_bytes(empty_warehouse())
    return warehouse


@contextmanager
def open_warehouse(directory: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A new warehouse, open in a transaction that is kept at the end."""
    with warehouse_in(directory).open() as connection, transaction(connection):
        yield connection
