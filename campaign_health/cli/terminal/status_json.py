"""The overview for programs; the shape is described in docs/judging.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from campaign_health.state.handling import handling
from campaign_health.state.incident import Incident
from campaign_health.state.not_configured import NotConfigured
from campaign_health.state.overview import Overview
from campaign_health.words.currency import currency_if_said
from campaign_health.words.not_watched import NOT_WATCHED

_INCIDENT = (
    "workspace", "incident_id", "campaign_id", "campaign", "kind", "stage", "opened_on", "days", "summary", "cause",
    "why", "next_step", "missed_range", "risk_range", "risk_a_week", "currency", "owner", "acknowledged_by", "muted_by",
    "muted_reason", "muted_until", "expected_by", "expected_reason", "expected_how", "renamed_by", "renamed_from",
    "renamed_to", "fixed_by", "fixed_on", "fixed_reason", "fix_failed_on", "missed_a_day", "campaign_ids", "campaigns",
)  # fmt: skip
_NAMES = {"missed_range": "missed_sends", "risk_range": "revenue_at_risk", "risk_a_week": "dollars_a_week"}
_HELD = ("workspace", "days", "first_day", "last_day", "campaigns", "open_incidents", "rows")
_SOURCE = ("workspace", "source", "newest_run_at", "last_day", "trouble")


def status_as_json(overview: Overview, promised_years: Mapping[str, float]) -> dict[str, Any]:
    """All that `status` says, as JSON values: days and instants as ISO 8601, ranges as [value, low, high].

    `promised_years` are those in which a campaign may have one false alarm, by workspace.
    """
    return {
        "sentence": overview.sentence,
        "as_of": {name: day.isoformat() for name, day in overview.as_of.items()},
        "counts": dict(overview.counts),
        "could_not_tell": overview.could_not_tell,
        "stale": list(overview.stale),
        "broken": _incidents(overview.standing.broken, overview.today),
        "muted": _incidents(overview.standing.muted, overview.today),
        "expected": _incidents(overview.standing.intended, overview.today),
        "campaigns": [_values(one, vars(one)) for one in overview.campaigns],
        "sources": [_values(one, _SOURCE) for one in overview.sources],
        "some_lost": [_values(one, (*vars(one), "sentence")) for one in overview.some_lost],
        "not_watched": NOT_WATCHED,
        "coverage": overview.coverage,
        "triggered": [_values(one, (*vars(one), "sentence")) for one in overview.triggered],
        "unchecked": [asdict(one) for one in overview.unchecked],
        "false_alarms": [
            _values(one, vars(one))
            | {"promised_years": promised_years[one.workspace]}
            | {"sentence": one.sentence(promised_years[one.workspace])}
            for one in overview.false_alarms
            if one.workspace in promised_years
        ],
        "not_configured": [_not_configured(one) for one in overview.not_configured],
    }


def _not_configured(one: NotConfigured) -> dict[str, Any]:
    return {**_values(one.held, _HELD), "said": one.said, "cure": one.cure}


def _incidents(found: Iterable[Incident], today: Mapping[str, date]) -> list[dict[str, Any]]:
    known = (
        currency_if_said(_values(one, _INCIDENT)) | {"handling": handling(one, today[one.workspace])} for one in found
    )
    return [{_NAMES.get(name, name): value for name, value in values.items()} for values in known]


def _values(record: object, names: Iterable[str]) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in names}
    return {name: value.isoformat() if isinstance(value, date | datetime) else value for name, value in values.items()}
