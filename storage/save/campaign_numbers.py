"""Daily numbers of campaigns and journeys, and why messages failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar

import duckdb

from storage.file.conversion import stored_instant, stored_json, stored_text
from storage.records import CampaignFailures, CampaignMetrics, JourneyMetrics
from storage.save.bulk import DAY, TEXT, WHOLE, count_of, incoming
from storage.save.restatements import keep_restated_numbers

DayState = Callable[[int, date], str]
"""Says of (campaign id, day) which of the four states the day's number has."""

METRIC_SERIES = (
    "sent",
    "delivered",
    "opened",
    "clicked",
    "converted",
    "bounced",
    "failed",
    "undeliverable",
    "suppressed",
    "drafted",
    "created",
    "attempted",
    "unsubscribed",
)
JOURNEY_SERIES = (
    "started",
    "activated",
    "never_activated",
    "messaged",
    "exited_early",
    "finished",
    "converted",
)
_CAMPAIGNS_AT_ONCE = 200
_Record = TypeVar("_Record")


def save_campaign_metrics(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    metrics: Iterable[CampaignMetrics],
    state_of: DayState,
    engagement_state_of: DayState,
    collected_at: datetime,
) -> int:
    """Save (replace) campaigns' daily series and return the rows of `campaign_day` written.

    Series that have no column of their own are kept in `other_series`. Takes any number of campaigns from an
    iterator without holding them all. `save_source_days` records that the source answered.
    """
    written = 0
    for some in _portions(metrics):
        keys, columns = _columns(some, METRIC_SERIES)
        columns["other_series"] = [other for record in some for other in _other_series(record)]
        columns["state"] = [state_of(*key) for key in keys]
        columns["engagement_state"] = [engagement_state_of(*key) for key in keys]
        types = {"campaign_id": WHOLE, "day": DAY, **dict.fromkeys(METRIC_SERIES, WHOLE)}
        types |= {"other_series": TEXT, "state": TEXT, "engagement_state": TEXT}
        with incoming(connection, "incoming_metrics", types, columns):
            written += _replace(connection, "campaign_day", METRIC_SERIES, "incoming_metrics", workspace, collected_at)
    return written


def save_journey_metrics(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    metrics: Iterable[JourneyMetrics],
    state_of: DayState,
    collected_at: datetime,
) -> int:
    """Save (replace) campaigns' daily journeys and return the rows of `journey_day` written."""
    written = 0
    for some in _portions(metrics):
        keys, columns = _columns(some, JOURNEY_SERIES)
        columns["state"] = [state_of(*key) for key in keys]
        types = {"campaign_id": WHOLE, "day": DAY, **dict.fromkeys(JOURNEY_SERIES, WHOLE), "state": TEXT}
        with incoming(connection, "incoming_journeys", types, columns):
            written += _replace(connection, "journey_day", JOURNEY_SERIES, "incoming_journeys", workspace, collected_at)
    return written


def save_failures(
    connection: duckdb.DuckDBPyConnection, workspace: str, failures: Iterable[CampaignFailures], read_at: datetime
) -> int:
    """Add the failure messages of campaigns, keeping when each was first read; returns the rows written."""
    pairs = sorted({(f.campaign_id, stored_text(text)) for f in failures for text in f.failure_messages})
    columns: dict[str, list[Any]] = {
        "campaign_id": [pair[0] for pair in pairs],
        "failure_message": [pair[1] for pair in pairs],
    }
    with incoming(connection, "incoming_failures", {"campaign_id": WHOLE, "failure_message": TEXT}, columns):
        return count_of(
            connection.execute(
                "INSERT INTO campaign_failure BY NAME SELECT $workspace AS workspace, *, $read_at AS first_read, "
                "$read_at AS last_read FROM incoming_failures "
                "ON CONFLICT DO UPDATE SET last_read = excluded.last_read",
                {"workspace": workspace, "read_at": stored_instant(read_at)},
            )
        )


def _replace(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    names: Sequence[str],
    incoming_name: str,
    workspace: str,
    collected_at: datetime,
) -> int:
    """Write the rows over those of the same campaign and day; a number that the answer lacks stays as it is."""
    keep_restated_numbers(connection, table, incoming_name, workspace, collected_at)
    kept = [f"{name} = coalesce(excluded.{name}, {table}.{name})" for name in names]
    states = ["state", "collected_at", *(["engagement_state", "other_series"] if table == "campaign_day" else [])]
    statement = (
        f"INSERT INTO {table} BY NAME SELECT ? AS workspace, *, ? AS collected_at FROM {incoming_name} "  # noqa: S608
        f"ON CONFLICT DO UPDATE SET {', '.join([*kept, *(f'{name} = excluded.{name}' for name in states)])}"
    )
    return count_of(connection.execute(statement, [workspace, stored_instant(collected_at)]))


def _columns(
    records: Sequence[CampaignMetrics] | Sequence[JourneyMetrics], names: Sequence[str]
) -> tuple[list[tuple[int, date]], dict[str, list[Any]]]:
    """The (campaign id, day) keys and the columns of the named series, campaign after campaign."""
    for record in records:
        for name, values in record.series.items():
            if len(values) != len(record.days):
                raise ValueError(
                    f"Campaign {record.campaign_id}: {len(values)} values of {name} for {len(record.days)} days"
                )
    keys = [(record.campaign_id, day) for record in records for day in record.days]
    columns: dict[str, list[Any]] = {"campaign_id": [key[0] for key in keys], "day": [key[1] for key in keys]}
    for name in names:
        columns[name] = [value for record in records for value in record.series.get(name, [None] * len(record.days))]
    return keys, columns


def _other_series(record: CampaignMetrics) -> list[str | None]:
    others = {name: values for name, values in record.series.items() if name not in METRIC_SERIES}
    if not others:
        return [None] * len(record.days)
    return [
        stored_json({name: values[at] for name, values in others.items() if values[at] is not None})
        for at in range(len(record.days))
    ]


def _portions(records: Iterable[_Record]) -> Iterator[list[_Record]]:
    remaining = iter(records)
    while some := list(islice(remaining, _CAMPAIGNS_AT_ONCE)):
        yield some
