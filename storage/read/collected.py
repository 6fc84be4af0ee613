"""What is stored already, as far as planning a run needs it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from storage.connection import Connection
from storage.file.conversion import read_instant, stored_instant
from storage.records import CountSource, Source

# Days collected before the zone changed are days of other hours: they count as missing.
ZONE_SINCE = """coalesce((
    SELECT CASE WHEN previous_time_zone IS NOT NULL THEN time_zone_since END FROM workspace WHERE workspace = $workspace
), TIMESTAMP '1970-01-01')"""

_SOURCE_DAYS = f"""
    SELECT day, state FROM source_day
    WHERE workspace = $workspace AND source = $source AND collected_at >= {ZONE_SINCE}
"""  # noqa: S608

_FIRST_STORED = "SELECT min(day) FROM source_day WHERE workspace = ? AND source = ?"

_ASKED_FROM = """
    SELECT min(first_day) FROM collection
    WHERE workspace = ? AND source = ? AND outcome <> 'failed'
"""

_MISSING_OF_EVENTS = f"""
    SELECT e.event, min(d.day) AS missing_since, max(n.collected_at) AS newest
    FROM event e
    LEFT JOIN event_day d ON d.workspace = e.workspace AND d.event = e.event
        AND (d.state <> 'observed' OR d.collected_at < {ZONE_SINCE})
        AND d.day BETWEEN $first_day AND $last_day
    LEFT JOIN (
        SELECT event, max(collected_at) AS collected_at FROM event_day
        WHERE workspace = $workspace AND events IS NOT NULL GROUP BY event
    ) n ON n.event = e.event
    WHERE e.workspace = $workspace GROUP BY e.event
"""  # noqa: S608

_MISSING_OF_CAMPAIGNS = """
    WITH calendar AS (
        SELECT CAST(unnest(generate_series($first_day::DATE, $last_day::DATE, INTERVAL 1 DAY)) AS DATE) AS day
    )
    SELECT c.campaign_id, min(k.day)
    FROM campaign c CROSS JOIN calendar k
    LEFT JOIN {table} d ON d.workspace = $workspace AND d.campaign_id = c.campaign_id AND d.day = k.day
        AND {settled} AND d.collected_at >= {zone_since}
    WHERE c.workspace = $workspace AND d.day IS NULL
    GROUP BY c.campaign_id
"""
_SETTLED = {
    "customerio_metrics": (
        "campaign_day",
        "d.sent IS NOT NULL AND d.state <> 'provisional' AND d.engagement_state <> 'provisional'",
    ),
    "customerio_journeys": ("journey_day", "d.started IS NOT NULL AND d.state <> 'provisional'"),
}

_COUNTED = """
    SELECT coalesce(sum(events), 0)::BIGINT FROM event_day
    WHERE workspace = $workspace AND state <> 'not_collected'
        AND day IN (SELECT unnest($days::DATE[])) AND ($events IS NULL OR event IN (SELECT unnest($events::VARCHAR[])))
"""

_VERSIONS = """
    SELECT campaign_id, valid_from, definition ->> 'state' FROM campaign_version
    WHERE workspace = ? ORDER BY campaign_id, valid_from
"""


# A campaign that runs or ran, and of which Customer.io does not say since when, counts from when it was made.
_LIVES = """
    SELECT campaign_id,
        coalesce(first_started, CASE WHEN state <> 'draft' THEN coalesce(created, TIMESTAMP '2000-01-01') END),
        updated, gone_at
    FROM campaign WHERE workspace = ?
"""


@dataclass(frozen=True)
class WorkspaceZone:
    """The zone that a workspace's days are counted in."""

    time_zone: str
    since: datetime
    previous: str | None


def stored_days(connection: Connection, workspace: str, source: Source) -> dict[date, str]:
    """The state of each day a source has answered for, or failed to; days of a former time zone left out."""
    rows = connection.execute(_SOURCE_DAYS, {"workspace": workspace, "source": source}).fetchall()
    return dict(rows)


def first_stored_day(connection: Connection, workspace: str, source: Source) -> date | None:
    """First day there is a row for, whatever its state or zone."""
    row = connection.execute(_FIRST_STORED, [workspace, source]).fetchone()
    return row[0] if row else None


def asked_from(connection: Connection, workspace: str, source: Source) -> date | None:
    """First day that a run which was not wholly in vain ever asked the source for."""
    row = connection.execute(_ASKED_FROM, [workspace, source]).fetchone()
    return row[0] if row else None


def was_ever_collected(connection: Connection, workspace: str, source: Source) -> bool:
    """Whether any run had an answer from the source."""
    row = connection.execute(
        "SELECT count(*) FROM collection WHERE workspace = ? AND source = ? AND outcome <> 'failed'",
        [workspace, source],
    ).fetchone()
    return bool(row and row[0])


def events_and_gaps(
    connection: Connection, workspace: str, first_day: date, last_day: date
) -> dict[str, tuple[date | None, datetime | None]]:
    """Every known event with the first day of the span that it lacks (None: none) and when it was last counted."""
    values = {"workspace": workspace, "first_day": first_day, "last_day": last_day}
    rows = connection.execute(_MISSING_OF_EVENTS, values).fetchall()
    return {event: (missing_since, read_instant(newest)) for event, missing_since, newest in rows}


def series_begins(connection: Connection, workspace: str) -> dict[str, date]:
    """The first day of which anything is stored of each event that has any."""
    return dict(
        connection.execute("SELECT event, min(day) FROM event_day WHERE workspace = ? GROUP BY event", [workspace])
        .fetchall()
    )  # fmt: skip


def campaign_gaps(
    connection: Connection, workspace: str, source: Source, first_day: date, last_day: date
) -> dict[int, date]:
    """The first day of the span that a campaign has no settled number for; campaigns that lack none are left out."""
    table, settled = _SETTLED[source]
    statement = _MISSING_OF_CAMPAIGNS.format(table=table, settled=settled, zone_since=ZONE_SINCE)
    values = {"workspace": workspace, "first_day": first_day, "last_day": last_day}
    return dict(connection.execute(statement, values).fetchall())


def state_changes(connection: Connection, workspace: str) -> dict[int, list[tuple[datetime, str]]]:
    """Every state each campaign was seen in, oldest first: since when (UTC), and Customer.io's word for it."""
    versions: dict[int, list[tuple[datetime, str]]] = {}
    for campaign_id, valid_from, state in connection.execute(_VERSIONS, [workspace]).fetchall():
        versions.setdefault(campaign_id, []).append((_aware(valid_from), state or ""))
    return versions


def campaign_instants(
    connection: Connection, workspace: str
) -> dict[int, tuple[datetime | None, datetime | None, datetime | None]]:
    """Of each known campaign, deleted ones included: first started, last updated, found to be gone (UTC)."""
    rows = connection.execute(_LIVES, [workspace]).fetchall()
    return {
        campaign_id: (read_instant(first_started), read_instant(updated), read_instant(gone_at))
        for campaign_id, first_started, updated, gone_at in rows
    }


@dataclass(frozen=True)
class KnownCampaign:
    """What the last whole entry of a campaign held: its trigger event, and when it was made and first started."""

    event: str | None
    created: datetime | None
    first_started: datetime | None


def known_campaigns(connection: Connection, workspace: str) -> dict[int, KnownCampaign]:
    """The campaigns that were not found to be deleted, by id."""
    rows = connection.execute(
        "SELECT campaign_id, event, created, first_started FROM campaign WHERE workspace = ? AND gone_at IS NULL "
        "ORDER BY campaign_id",
        [workspace],
    ).fetchall()
    return {
        campaign_id: KnownCampaign(event, read_instant(created), read_instant(first_started))
        for campaign_id, event, created, first_started in rows
    }


def existing_campaigns(connection: Connection, workspace: str) -> list[int]:
    """Ids of the campaigns that were not found to be deleted."""
    rows = connection.execute(
        "SELECT campaign_id FROM campaign WHERE workspace = ? AND gone_at IS NULL ORDER BY campaign_id", [workspace]
    ).fetchall()
    return [campaign_id for (campaign_id,) in rows]


def message_updates(connection: Connection, workspace: str) -> dict[int, datetime | None]:
    """Of each campaign whose messages were read: when the campaign had last been changed then."""
    rows = connection.execute(
        "SELECT c.campaign_id, c.updated FROM campaign c "
        "WHERE c.workspace = ? AND (c.definition ->> 'messages') IS NOT NULL",
        [workspace],
    ).fetchall()
    return {campaign_id: read_instant(updated) for campaign_id, updated in rows}


def events_counted(
    connection: Connection, workspace: str, days: Collection[date], events: Collection[str] | None = None
) -> int:
    """How many events are stored of these days, of the events named or of all."""
    values = {"workspace": workspace, "days": sorted(days), "events": None if events is None else sorted(events)}
    row = connection.execute(_COUNTED, values).fetchone()
    return int(row[0]) if row else 0


def workspace_zone(connection: Connection, workspace: str) -> WorkspaceZone | None:
    """The zone last used, None before the first collection."""
    row = connection.execute(
        "SELECT time_zone, time_zone_since, previous_time_zone FROM workspace WHERE workspace = ?", [workspace]
    ).fetchone()
    return None if row is None else WorkspaceZone(row[0], _aware(row[1]), row[2])


def known_events(connection: Connection, workspace: str) -> list[str]:
    """Every event name ever listed, in alphabetical order, vanished ones included."""
    rows = connection.execute("SELECT event FROM event WHERE workspace = ? ORDER BY event", [workspace]).fetchall()
    return [event for (event,) in rows]


def event_source_in_use(connection: Connection, workspace: str) -> CountSource | None:
    """Where the stored event counts come from, None before the first."""
    row = connection.execute("SELECT source FROM event_day WHERE workspace = ? LIMIT 1", [workspace]).fetchone()
    return None if row is None else ("export" if row[0] == "export" else "query")


def campaign_events(connection: Connection, workspace: str) -> list[str]:
    """The events that existing campaigns hang on: trigger events and mapped ones, in alphabetical order."""
    rows = connection.execute(
        "SELECT DISTINCT m.event FROM campaign_event m JOIN campaign c USING (workspace, campaign_id) "
        "WHERE c.workspace = ? AND c.gone_at IS NULL AND m.event IS NOT NULL ORDER BY m.event",
        [workspace],
    ).fetchall()
    return [event for (event,) in rows]


def recent_requests(connection: Connection, project: str, since: datetime) -> list[tuple[datetime, int]]:
    """When the project's counts were asked for since then (included) and what each cost, oldest first, of all runs."""
    rows = connection.execute(
        "SELECT asked_at, cost FROM internal.mixpanel_request WHERE project = ? AND asked_at >= ? ORDER BY asked_at",
        [project, stored_instant(since)],
    ).fetchall()
    return [(_aware(asked_at), int(cost)) for asked_at, cost in rows]


def newest_instant(connection: Connection) -> datetime | None:
    """When the newest collection of any workspace ended, None before the first."""
    row = connection.execute("SELECT max(ended_at) FROM collection").fetchone()
    return read_instant(row[0]) if row and row[0] is not None else None


def newest_full_run(connection: Connection, workspace: str, now: datetime) -> datetime | None:
    """When the newest run that was more than a refresh began, up to `now`: later ones are of a wrong clock."""
    row = connection.execute(
        "SELECT max(started_at) FROM collection WHERE workspace = ? AND started_at <= ? "
        "AND source IN ('customerio_campaigns', 'mixpanel_properties')",
        [workspace, stored_instant(now)],
    ).fetchone()
    return read_instant(row[0]) if row and row[0] is not None else None


def outcomes_of_newest_full_run(connection: Connection, workspace: str, now: datetime) -> dict[str, str]:
    """The outcome of each source that the newest run recorded that was more than a refresh, up to `now`.

    A run that was killed lacks those that it did not come to.
    """
    rows = connection.execute(
        "SELECT source, outcome FROM collection WHERE workspace = $workspace AND run_id = ("
        "SELECT arg_max(run_id, started_at) FROM collection WHERE workspace = $workspace AND started_at <= $now "
        "AND source IN ('customerio_campaigns', 'mixpanel_properties'))",
        {"workspace": workspace, "now": stored_instant(now)},
    ).fetchall()
    return dict(rows)


def newest_run(connection: Connection, workspace: str, now: datetime) -> datetime | None:
    """When the newest run of any kind began, up to `now`: later ones are of a wrong clock."""
    row = connection.execute(
        "SELECT max(started_at) FROM collection WHERE workspace = ? AND started_at <= ?",
        [workspace, stored_instant(now)],
    ).fetchone()
    return read_instant(row[0]) if row and row[0] is not None else None


def _aware(stored: datetime) -> datetime:
    instant = read_instant(stored)
    assert instant is not None
    return instant
