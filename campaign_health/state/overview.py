"""The state of everything as data, read from the published file alone; `status` is its terminal rendering."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from campaign_health.detection.event.project_outage import LOOK_BACK_DAYS, project_outages
from campaign_health.process.clock import NOW_SETTING, local_day
from campaign_health.state.worst_first import worst_first
from campaign_health.words.dates import day_text, days_since
from campaign_health.words.lists import joined
from campaign_health.words.numbers import plural
from campaign_health.words.sentences import overview_sentence
from campaign_health.words.status import SOURCE_WORDS
from storage.connection import Connection
from storage.file.conversion import read_instant
from storage.file.zones import stored_zone
from storage.read import known as queries
from storage.read.counted_days import COUNTED_DAYS
from storage.records import CORE_SOURCES

STALE_AFTER = timedelta(hours=36)
"""Collected daily, the newest complete run is never older than this; older means that something has stopped."""

CLOCKS_DIFFER_BY = timedelta(hours=1)
"""The machines that collect and that ask may be apart by this much; a collection from later than that is not yet."""

_INCIDENTS = f"""
    WITH counted AS ({COUNTED_DAYS})
    SELECT i.*, c.name AS campaign, p.owner, p.deal_value, r.as_of, n.counted_days
    FROM incident i JOIN campaign c USING (workspace, campaign_id)
    LEFT JOIN counted n USING (workspace, incident_id)
    LEFT JOIN campaign_plan p USING (workspace, campaign_id) LEFT JOIN judge_run r USING (workspace)
    WHERE i.status = 'open' AND ($workspace IS NULL OR i.workspace = $workspace)
"""  # noqa: S608
_NEWEST = """
    SELECT c.workspace, c.campaign_id, c.name AS campaign, v.status, v.day, v.events, v.started, v.sent,
        v.expected_low, v.expected_high, v.probability
    FROM campaign c JOIN (SELECT *, row_number() OVER (PARTITION BY workspace, campaign_id ORDER BY day DESC) AS place
        FROM verdict) v USING (workspace, campaign_id)
    WHERE v.place = 1 AND c.gone_at IS NULL AND ($workspace IS NULL OR c.workspace = $workspace)
    ORDER BY c.workspace, lower(c.name), c.campaign_id
"""


@dataclass(frozen=True)
class OpenIncident:
    """One broken campaign: what is seen, since when, why, what it costs, what to do.

    `dollars_a_week` and `missed_a_day` are of the days that were counted: of a day that was not collected nothing is
    known.
    """

    workspace: str
    incident_id: str
    campaign_id: int
    campaign: str
    kind: str
    stage: str | None
    opened_on: date
    days: int
    summary: str
    cause: str
    why: str
    next_step: str
    missed_sends: tuple[float, float, float] | None
    revenue_at_risk: tuple[float, float, float] | None
    dollars_a_week: float | None
    owner: str | None
    acknowledged_by: str | None
    muted_by: str | None
    muted_reason: str | None
    muted_until: date | None
    expected_by: str | None
    expected_reason: str | None
    missed_a_day: float | None = None


@dataclass(frozen=True)
class CampaignStatus:
    """A campaign's newest verdict."""

    workspace: str
    campaign_id: int
    campaign: str
    status: str
    day: date
    numbers: Mapping[str, Any]


@dataclass(frozen=True)
class SourceState:
    """How the newest run of a source went. `trouble` is None where all is well."""

    workspace: str
    source: str
    newest_run_at: datetime
    last_day: date | None
    trouble: str | None


@dataclass(frozen=True)
class Overview:
    """Everything `status` says. `as_of`: the last judged day by workspace."""

    sentence: str
    as_of: Mapping[str, date]
    broken: Sequence[OpenIncident] = ()
    muted: Sequence[OpenIncident] = ()
    expected: Sequence[OpenIncident] = ()
    campaigns: Sequence[CampaignStatus] = ()
    sources: Sequence[SourceState] = ()
    stale: Sequence[str] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def could_not_tell(self) -> bool:
        """Whether anything that should have been judged could not be."""
        unknown = not self.campaigns or self.counts.get("not_collected", 0) > 0
        return bool(unknown or self.stale or any(item.trouble for item in self.sources if item.source in CORE_SOURCES))

    @property
    def exit_code(self) -> int:
        """1 where anything is broken (muted included), else 2 where it could not be told, else 0."""
        return 1 if self.broken or self.muted else 2 if self.could_not_tell else 0


def read_overview(connection: Connection, now: datetime, workspace: str | None = None) -> Overview:
    """The state of all workspaces, or of one, as last published. `now` tells how old that is."""
    names = [workspace] if workspace is not None else queries.workspaces(connection)
    zones = {name: stored_zone(connection, name) or ZoneInfo("UTC") for name in names}
    incidents = sorted((_incident(row) for row in _rows(connection, _INCIDENTS, workspace)), key=worst_first)
    campaigns = [_campaign(row) for row in _rows(connection, _NEWEST, workspace)]
    sources = [state for name in names for state in _sources(connection, name)]
    runs = connection.execute("SELECT workspace, judged_at, as_of FROM judge_run").fetchall()
    as_of = {name: day for name, _, day in runs if name in names}
    stale = [
        text for name in names if (text := _staleness(name, sources, as_of.get(name), zones[name], now)) is not None
    ]
    stale += [text for name in names if (text := _standstill(connection, name, as_of.get(name))) is not None]
    broken = [item for item in incidents if item.expected_by is None and item.muted_by is None]
    muted = [item for item in incidents if item.expected_by is None and item.muted_by is not None]
    expected = [item for item in incidents if item.expected_by is not None]
    counts = _counts(campaigns, [*broken, *muted], expected)
    weekly = [item.dollars_a_week for item in (*broken, *muted) if item.dollars_a_week is not None]
    sentence = overview_sentence(
        counts,
        sum(weekly) if weekly else None,
        _freshness(sources, zones, now),
        certain=not stale and not any(item.trouble for item in sources if item.source in CORE_SOURCES),
        unjudged=_unjudged(connection, workspace),
    )
    return Overview(sentence, as_of, broken, muted, expected, campaigns, sources, stale, counts)


def as_json(overview: Overview) -> dict[str, Any]:
    """The overview for programs; the shape is described in docs/judging.md."""
    return {
        "sentence": overview.sentence,
        "as_of": {name: day.isoformat() for name, day in overview.as_of.items()},
        "counts": dict(overview.counts),
        "could_not_tell": overview.could_not_tell,
        "stale": list(overview.stale),
        "broken": [_plain(item) for item in overview.broken],
        "muted": [_plain(item) for item in overview.muted],
        "expected": [_plain(item) for item in overview.expected],
        "campaigns": [_plain(item) for item in overview.campaigns],
        "sources": [_plain(item) for item in overview.sources],
    }


def _plain(item: Any) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, (date, datetime)) else value for name, value in vars(item).items()
    }


def _rows(connection: Connection, sql: str, workspace: str | None) -> list[dict[str, Any]]:
    found = connection.execute(sql, {"workspace": workspace})
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _incident(row: Mapping[str, Any]) -> OpenIncident:
    causes = json.loads(row["evidence"])
    headline = causes[0] if causes else {}
    days = max(1, ((row["as_of"] or row["opened_on"]) - row["opened_on"]).days + 1)
    counted = row["counted_days"] or days
    revenue, missed = _range(row, "revenue_at_risk"), _range(row, "missed_sends")
    names = (
        "workspace", "incident_id", "campaign_id", "campaign", "kind", "stage", "opened_on", "summary", "cause",
        "owner", "acknowledged_by", "muted_by", "muted_reason", "muted_until", "expected_by", "expected_reason",
    )  # fmt: skip
    return OpenIncident(
        **{name: row[name] for name in names},
        days=days,
        why=headline.get("sentence") or "",
        next_step=headline.get("next_step") or "",
        missed_sends=missed,
        revenue_at_risk=revenue,
        dollars_a_week=None if revenue is None else revenue[0] / counted * 7,
        missed_a_day=None if missed is None else missed[0] / counted,
    )


def _campaign(row: Mapping[str, Any]) -> CampaignStatus:
    numbers = {
        name: row[name] for name in ("events", "started", "sent", "expected_low", "expected_high", "probability")
    }
    return CampaignStatus(row["workspace"], row["campaign_id"], row["campaign"], row["status"], row["day"], numbers)


def _range(row: Mapping[str, Any], name: str) -> tuple[float, float, float] | None:
    return None if row[name] is None else (row[name], row[f"{name}_low"], row[f"{name}_high"])


def _counts(
    campaigns: Sequence[CampaignStatus], broken: Sequence[OpenIncident], expected: Sequence[OpenIncident]
) -> dict[str, int]:
    """Campaigns by status; one with an open incident counts as what that is, one that is expected not at all."""
    kinds = {(item.workspace, item.campaign_id): item.kind for item in broken}
    quiet = {(item.workspace, item.campaign_id) for item in expected}
    counts: dict[str, int] = {}
    for item in campaigns:
        key = (item.workspace, item.campaign_id)
        status = "expected" if key in quiet else kinds.get(key, item.status)
        counts[status] = counts.get(status, 0) + 1
    return counts


def _unjudged(connection: Connection, workspace: str | None) -> int:
    """Campaigns that were collected and have no verdict yet."""
    row = connection.execute(
        """
        SELECT count(*) FROM campaign c WHERE c.gone_at IS NULL AND ($workspace IS NULL OR c.workspace = $workspace)
        AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.workspace = c.workspace AND v.campaign_id = c.campaign_id)
        """,
        {"workspace": workspace},
    ).fetchone()
    return int(row[0]) if row else 0


def _sources(connection: Connection, workspace: str) -> list[SourceState]:
    rows = connection.execute(
        """
        SELECT c.source, max(c.ended_at), arg_max(c.outcome, c.ended_at), arg_max_null(c.error, c.ended_at),
            (SELECT max(day) FROM source_day d WHERE d.workspace = c.workspace AND d.source = c.source
             AND d.state <> 'not_collected')
        FROM collection c WHERE c.workspace = ? GROUP BY c.workspace, c.source ORDER BY c.source
        """,
        [workspace],
    ).fetchall()
    states = []
    for source, ended_at, outcome, error, last_day in rows:
        trouble = None if outcome == "complete" else error or f"The newest run was {outcome}."
        instant = read_instant(ended_at)
        assert instant is not None
        states.append(SourceState(workspace, source, instant, last_day, trouble))
    return states


def _core(sources: Iterable[SourceState]) -> list[SourceState]:
    """The sources without which nothing can be judged; all of them where none of those was ever asked."""
    known = list(sources)
    return [item for item in known if item.source in CORE_SOURCES] or known


def _staleness(
    workspace: str, sources: Sequence[SourceState], as_of: date | None, zone: ZoneInfo, now: datetime
) -> str | None:
    """What is too old to be trusted, in a sentence; None where nothing is."""
    core = _core(item for item in sources if item.workspace == workspace)
    if not core:
        return f"Nothing was collected for {workspace} yet."
    newest = max(item.newest_run_at for item in core)
    if newest - now > CLOCKS_DIFFER_BY:
        return (
            f"The clock says {_moment(now, zone)}, which is before the newest collection ({_moment(newest, zone)}):"
            f" set this machine's clock, or remove {NOW_SETTING}."
        )
    if as_of is None:
        return f"Nothing was judged for {workspace} yet: run `campaign-health judge`."
    old = [item for item in core if now - item.newest_run_at > STALE_AFTER]
    if old:
        oldest = min(item.newest_run_at for item in old)
        days = plural((local_day(now, zone) - local_day(oldest, zone)).days, "day")
        names = [SOURCE_WORDS.get(item.source, item.source) for item in old]
        of = "" if len(old) == len(core) else f" of {joined(names)}"
        return f"The newest collection{of} is {days} old: what follows is not of today."
    if (local_day(now, zone) - as_of).days > 2:
        return f"Nothing after {as_of.isoformat()} was judged: run `campaign-health judge`."
    return None


def _standstill(connection: Connection, workspace: str, as_of: date | None) -> str | None:
    """That the last judged day had not one event, in a sentence; None where it had, or where few are usual."""
    first = None if as_of is None else as_of - timedelta(days=LOOK_BACK_DAYS)
    days = connection.execute(
        "SELECT event, day, events FROM event_day WHERE workspace = ? AND day BETWEEN ? AND ? AND events IS NOT NULL",
        [workspace, first, as_of],
    ).fetchall()
    if first is None or as_of is None or not days:
        return None
    rows = {event: row for row, event in enumerate(sorted({event for event, _, _ in days}))}
    counts = np.full((len(rows), LOOK_BACK_DAYS + 1), np.nan)
    for event, day, events in days:
        counts[rows[event], (day - first).days] = events
    if not project_outages(counts)[-1]:
        return None
    return (
        f"Not one event of {workspace} on {day_text(as_of)}: tracking stopped, or everything dropped together."
        " No campaign is blamed for it."
    )


def _moment(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    return f"{day_text(local.date())} at {local:%H:%M}"


def _freshness(sources: Sequence[SourceState], zones: Mapping[str, ZoneInfo], now: datetime) -> str | None:
    if not sources:
        return None
    troubled = sorted({SOURCE_WORDS.get(item.source, item.source) for item in sources if item.trouble})
    # What was asked last says nothing of a source that was last asked long ago.
    oldest = min(_core(sources), key=lambda item: item.newest_run_at)
    zone = zones[oldest.workspace]
    local, today = oldest.newest_run_at.astimezone(zone), local_day(now, zone)
    is_ahead = local.date() > today
    when = f"on {_moment(local, zone)}" if is_ahead else f"{days_since(local.date(), today)} at {local:%H:%M}"
    if not troubled:
        return f"all sources collected {when}"
    return f"collected {when}, except part of {joined(troubled)}"
