"""The health as numbers: the same ones as JSON and as gauges, so that nobody can tell them apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from campaign_health.health.health_facts import Running
from campaign_health.health.health_state import Health, Reason, WorkspaceHealth
from campaign_health.health.prometheus_text import Metric, prometheus_text

_PREFIX = "campaign_health_"
_STATES = "0 healthy, 1 degraded, 2 failing."


def health_json(health: Health) -> dict[str, Any]:
    """What `/healthz` says: instants as ISO 8601 in UTC, days in the workspace's zone, spans in seconds."""
    facts = health.facts
    return {
        "state": health.state.word,
        "reasons": _reasons(health.reasons),
        "version": facts.version,
        "asked_at": facts.now.isoformat(),
        "published_at": _instant(facts.published_at),
        "disk_free_bytes": facts.disk.free if facts.disk else None,
        "disk_needed_bytes": facts.disk.needed if facts.disk else None,
        "clock_ahead_seconds": _seconds(health.clock_ahead),
        "schedule": {
            "started_at": facts.schedule.started_at.isoformat(),
            "looked_ago_seconds": _seconds(facts.schedule.looked_ago),
            "running": [
                {"workspace": one.workspace, "task": one.task, "since": one.since.isoformat()}
                for one in facts.schedule.running
            ],
        }
        if facts.schedule
        else None,
        "workspaces": [_workspace(one) for one in health.workspaces],
    }


def _workspace(health: WorkspaceHealth) -> dict[str, Any]:
    facts = health.facts
    return {
        "workspace": facts.name,
        "state": health.state.word,
        "reasons": _reasons(health.reasons),
        "round_at": _instant(health.round_at),
        "round_due_at": _instant(facts.due.last_round),
        "round_overdue_seconds": _seconds(health.overdue),
        "next_run_at": _instant(facts.due.next_run),
        "judged_day": _day(facts.judged_day),
        "sources": [
            {
                "source": one.source,
                "outcome": one.outcome,
                "newest_run_at": one.newest_run_at.isoformat(),
                "answered_at": _instant(one.answered_at),
                "complete_at": _instant(one.complete_at),
                "failing_since": _instant(one.failing_since),
                "last_day": _day(one.last_day),
            }
            for one in facts.sources
        ],
        "channels": [
            {
                "channel": one.channel,
                "outcome": one.outcome,
                "sent_at": _instant(one.sent_at),
                "failing_since": _instant(one.failing_since),
            }
            for one in facts.channels
        ],
    }


def health_metrics(health: Health) -> str:
    """What `/metrics` says, and what stands in the metrics file: instants in seconds since 1970 (UTC)."""
    return prometheus_text([*_of_all(health), *_of_workspaces(health), *_of_sources(health), *_of_channels(health)])


def _of_all(health: Health) -> list[Metric]:
    facts, schedule, disk = health.facts, health.facts.schedule, health.facts.disk
    running = schedule.running if schedule else ()
    return [
        _gauge("info", "The program's version, as a label; always 1.", [({"version": facts.version}, 1)]),
        _gauge("state", f"How all is: {_STATES}", [({}, health.state)]),
        _gauge("asked_timestamp_seconds", "When these numbers were made.", [({}, _since_1970(facts.now))]),
        _gauge(
            "published_timestamp_seconds", "When the published file was made.", [({}, _since_1970(facts.published_at))]
        ),
        _gauge(
            "disk_free_bytes", "Room on the data directory's disk.", [({}, facts.disk.free if facts.disk else None)]
        ),
        _gauge("disk_needed_bytes", "Room that publishing needs.", [({}, disk.needed if disk else None)]),
        _gauge(
            "clock_ahead_seconds",
            "How far this machine's clock was ahead of the services'; negative: behind; none where they agree.",
            [({}, _seconds(health.clock_ahead))],
        ),
        _gauge(
            "schedule_started_timestamp_seconds",
            "When the schedule started.",
            [({}, _since_1970(schedule.started_at) if schedule else None)],
        ),
        _gauge(
            "schedule_looked_ago_seconds",
            "How long ago the schedule last looked what is due; it looks once a minute.",
            [({}, _seconds(schedule.looked_ago) if schedule else None)],
        ),
        _gauge(
            "running_since_timestamp_seconds",
            "Since when a workspace's work is being done.",
            [(_of_work(one), _since_1970(one.since)) for one in running],
        ),
    ]


def _of_workspaces(health: Health) -> list[Metric]:
    each = [({"workspace": one.facts.name}, one, one.facts) for one in health.workspaces]
    return [
        _gauge("workspace_state", f"How a workspace is: {_STATES}", [(who, one.state) for who, one, _ in each]),
        _gauge(
            "round_timestamp_seconds",
            "When the newest published round was judged.",
            [(who, _since_1970(one.round_at)) for who, one, _ in each],
        ),
        _gauge(
            "round_due_timestamp_seconds",
            "When a full round was last due.",
            [(who, _since_1970(of.due.last_round)) for who, _, of in each],
        ),
        _gauge(
            "round_overdue_seconds",
            "How long the round that was last due is waited for; 0 where it is done.",
            [(who, _seconds(one.overdue)) for who, one, _ in each],
        ),
        _gauge(
            "next_run_timestamp_seconds",
            "When a workspace's next run is due.",
            [(who, _since_1970(of.due.next_run)) for who, _, of in each],
        ),
        _gauge(
            "judged_day_timestamp_seconds",
            "The first instant of the newest judged day, in the workspace's zone.",
            [
                (who, _since_1970(datetime.combine(of.judged_day, time(), of.zone) if of.judged_day else None))
                for who, _, of in each
            ],
        ),
    ]


def _of_sources(health: Health) -> list[Metric]:
    each = [
        ({"workspace": one.facts.name, "source": source.source}, source)
        for one in health.workspaces
        for source in one.facts.sources
    ]
    return [
        _gauge(
            "source_failing",
            "1 where the newest collection of a source was not complete, else 0.",
            [(who, one.failing_since is not None) for who, one in each],
        ),
        _gauge(
            "source_failing_since_timestamp_seconds",
            "The first of the collections up to the newest that were not complete.",
            [(who, _since_1970(one.failing_since)) for who, one in each],
        ),
        _gauge(
            "source_newest_run_timestamp_seconds",
            "When the newest collection of a source ended.",
            [(who, _since_1970(one.newest_run_at)) for who, one in each],
        ),
        _gauge(
            "source_answered_timestamp_seconds",
            "When the newest collection ended in which a source answered at least in part.",
            [(who, _since_1970(one.answered_at)) for who, one in each],
        ),
        _gauge(
            "source_complete_timestamp_seconds",
            "When the newest complete collection of a source ended.",
            [(who, _since_1970(one.complete_at)) for who, one in each],
        ),
    ]


def _of_channels(health: Health) -> list[Metric]:
    each = [
        ({"workspace": one.facts.name, "channel": channel.channel}, channel)
        for one in health.workspaces
        for channel in one.facts.channels
    ]
    return [
        _gauge(
            "channel_failing",
            "1 where the newest announcement on a channel did not arrive, else 0.",
            [(who, one.failing_since is not None) for who, one in each],
        ),
        _gauge(
            "channel_failing_since_timestamp_seconds",
            "The first of the announcements up to the newest that did not arrive.",
            [(who, _since_1970(one.failing_since)) for who, one in each],
        ),
        _gauge(
            "channel_sent_timestamp_seconds",
            "When the newest announcement on a channel arrived.",
            [(who, _since_1970(one.sent_at)) for who, one in each],
        ),
    ]


def _of_work(running: Running) -> dict[str, str]:
    whose = {} if running.workspace is None else {"workspace": running.workspace}
    return {**whose, "task": running.task}


def _gauge(name: str, meaning: str, samples: Iterable[tuple[Mapping[str, str], float | None]]) -> Metric:
    # What is not known has no sample: a 0 would be a number.
    known = tuple(("", labels, float(value)) for labels, value in samples if value is not None)
    return Metric(_PREFIX + name, meaning, known)


def _reasons(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    return [{"state": reason.state.word, "text": reason.text} for reason in reasons]


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _since_1970(instant: datetime | None) -> float | None:
    return None if instant is None else instant.timestamp()


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
