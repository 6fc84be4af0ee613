"""An incident as everybody reads it: what is seen, since when, why, what it costs, what to do, who is on it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Any

from campaign_health.words.currency import DOLLARS
from campaign_health.words.ended import ending_text
from campaign_health.words.numbers import plural
from campaign_health.words.status_words import BROKEN
from storage.connection import Connection
from storage.read.incidents import incident_rows

Range = tuple[float, float, float]
"""A value, the lower and the upper end of its range."""


@dataclass(frozen=True)
class Incident:
    """One incident with its ranked causes; columns as in the table `incident`, with what the manifest adds.

    `status` is open, recovered, closed or withdrawn, `recovered_on` the day on which it recovered or was closed.
    `days` are all its days so far, `counted_days` those over which its missed sends were added up: of a day that was
    not collected nothing is known. Money is in `currency`, the manifest's (ISO 4217 code). `trigger` is the event that
    the campaign's trigger in Customer.io names now, `counted_event` the one in Mixpanel that it is compared with.
    `fixed_on` is the day on which somebody said that it is fixed, `fix_failed_on` the first judged one since that shows
    that it is not. An incident of a source has `campaign_id` 0, the `campaign_ids` and `campaigns` (names) that it
    broke together, the `tags` and `owners` of all of them, and `unpriced_campaigns`, how many of those have no deal
    value.
    """

    workspace: str
    incident_id: str
    campaign_id: int
    campaign: str
    status: str
    kind: str
    stage: str | None
    opened_on: date
    detected_on: date
    recovered_on: date | None
    last_good_day: date | None
    summary: str
    cause: str
    causes: tuple[dict[str, Any], ...] = field(repr=False)
    missed_sends: float | None
    missed_sends_low: float | None
    missed_sends_high: float | None
    revenue_at_risk: float | None
    revenue_at_risk_low: float | None
    revenue_at_risk_high: float | None
    owner: str | None
    deal_value: float | None
    tags: tuple[str, ...]
    acknowledged_by: str | None
    muted_by: str | None
    muted_reason: str | None
    muted_until: date | None
    expected_by: str | None
    expected_reason: str | None
    counted_days: int | None
    days: int
    currency: str = DOLLARS
    ended_how: str | None = None
    expected_how: str | None = None
    renamed_by: str | None = None
    renamed_from: str | None = None
    renamed_to: str | None = None
    fixed_by: str | None = None
    fixed_on: date | None = None
    fixed_reason: str | None = None
    fix_failed_on: date | None = None
    trigger: str | None = None
    counted_event: str | None = None
    campaign_ids: tuple[int, ...] = ()
    campaigns: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    unpriced_campaigns: int = 0

    @property
    def unpriced(self) -> int:
        """How many of its campaigns have no deal value, so that their money is not known."""
        if self.is_of_source:
            return self.unpriced_campaigns
        return int(self.deal_value is None and self.revenue_at_risk is None)

    @property
    def is_of_source(self) -> bool:
        """Whether it is none of one campaign."""
        return bool(self.campaign_ids)

    @property
    def of_campaigns(self) -> tuple[int, ...]:
        """The ids of the campaigns that it is of."""
        return self.campaign_ids or (self.campaign_id,)

    @property
    def is_open(self) -> bool:
        """Whether it still goes on."""
        return self.status == "open"

    @property
    def last_day(self) -> date:
        """Its last day so far; of an open one the last that was judged."""
        return self.opened_on + timedelta(days=self.days - 1)

    @property
    def awaits_proof(self) -> bool:
        """Whether it was said to be fixed and no judged day has shown yet that it is not."""
        return self.fixed_by is not None and self.fix_failed_on is None

    @property
    def is_worked_on(self) -> bool:
        """Whether somebody took it on, confirmed its rename or said that it is fixed."""
        return self.acknowledged_by is not None or self.renamed_by is not None or self.fixed_by is not None

    @property
    def fix_is_confirmed(self) -> bool:
        """Whether it was said to be fixed, and the sends are back: days judged after that proved it."""
        return self.status == "recovered" and self.fixed_by is not None

    @property
    def never_otherwise(self) -> bool:
        """Whether it was so on every day that is known, so that nobody knows when it began."""
        return bool(self.headline_cause.get("never_otherwise"))

    def end_text(self, today: date) -> str:
        """How and when it ended: `recovered on Fri 7 Aug`, `closed: the campaign was stopped …`; empty while open."""
        if self.recovered_on is None or self.is_open:
            return ""
        said_by = (self.expected_how, self.expected_by) if self.expected_by else None
        return ending_text(self.ended_how, self.recovered_on, today, said_by)

    @property
    def headline_cause(self) -> Mapping[str, Any]:
        """The most likely cause with its evidence; empty where there is none."""
        return self.causes[0] if self.causes else {}

    @property
    def why(self) -> str:
        """The headline cause in a sentence; empty where there is none."""
        return str(self.headline_cause.get("sentence") or "")

    @property
    def next_step(self) -> str:
        """What to do about the headline cause; empty where nothing is known."""
        return str(self.headline_cause.get("next_step") or "")

    @property
    def missed_range(self) -> Range | None:
        """Missed sends with their range."""
        return _range(self.missed_sends, self.missed_sends_low, self.missed_sends_high)

    @property
    def risk_range(self) -> Range | None:
        """Revenue at risk with its range."""
        return _range(self.revenue_at_risk, self.revenue_at_risk_low, self.revenue_at_risk_high)

    @property
    def risk_a_week(self) -> float | None:
        """Revenue at risk, as a week of the days that were counted; None without a deal value."""
        return None if self.revenue_at_risk is None else self.revenue_at_risk / (self.counted_days or self.days) * 7

    @property
    def missed_a_day(self) -> float | None:
        """Missed sends on each of the days that were counted."""
        return None if self.missed_sends is None else self.missed_sends / (self.counted_days or self.days)

    def is_muted(self, today: date) -> bool:
        """Whether somebody asked not to hear of it today, in the workspace's zone."""
        return self.muted_by is not None and (self.muted_until is None or self.muted_until >= today)


def open_incidents(connection: Connection, workspace: str) -> tuple[Incident, ...]:
    """The open incidents of a workspace, worst first."""
    return in_order(map(_incident, incident_rows(connection, workspace)))


def open_and_also(connection: Connection, workspace: str, ids: Collection[str]) -> tuple[Incident, ...]:
    """The open incidents and those of the ids given, whatever became of them; worst first."""
    return in_order(map(_incident, incident_rows(connection, workspace, also=ids)))


def incidents_of(connection: Connection, workspace: str, campaign_id: int) -> tuple[Incident, ...]:
    """All incidents that a campaign ever had: open ones first, then the newest."""
    found = in_order(map(_incident, incident_rows(connection, workspace, campaign_id=campaign_id)))
    return tuple(sorted(found, key=lambda one: (not one.is_open, 0 if one.is_open else -one.opened_on.toordinal())))


def incident_on(incidents: Iterable[Incident], day: date) -> Incident | None:
    """The one of a campaign's incidents that was told of on `day`; None where none was."""
    for one in incidents:
        over = one.recovered_on is not None and one.recovered_on <= day
        if one.detected_on <= day and not over and one.status != "withdrawn":
            return one
    return None


def in_order(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """Worst first, the one order everywhere: most money a week (whatever its currency), most missed sends a day, worst
    kind, name.
    """
    return tuple(sorted(incidents, key=_worst_first))


def _worst_first(one: Incident) -> tuple[float, float, int, str, str]:
    kind = BROKEN.index(one.kind) if one.kind in BROKEN else len(BROKEN)
    return -(one.risk_a_week or 0.0), -(one.missed_a_day or 0.0), kind, one.campaign, one.incident_id


def _incident(row: dict[str, Any]) -> Incident:
    together = f"{plural(len(row.get('campaign_ids') or ()), 'campaign')} together"
    last = row["recovered_on"] - timedelta(days=1) if row["recovered_on"] else row["as_of"] or row["opened_on"]
    values = row | {
        "campaign": row["campaign"] or together,
        "causes": tuple(json.loads(row["evidence"] or "[]")),
        "tags": tuple(row["tags"] or ()),
        "currency": row.get("currency") or DOLLARS,
        # A file of an older version does not know what people said apart from each other.
        **{name: row.get(name) for name in _SAID_SINCE},
        "campaign_ids": tuple(row.get("campaign_ids") or ()),
        "campaigns": tuple(row.get("campaigns") or ()),
        "owners": tuple(row.get("owners") or ()),
        "unpriced_campaigns": row.get("unpriced_campaigns") or 0,
        "days": max(1, (last - row["opened_on"]).days + 1),
    }
    return Incident(**{column.name: values[column.name] for column in fields(Incident)})


_SAID_SINCE = (
    "ended_how", "expected_how", "renamed_by", "renamed_from", "renamed_to", "trigger", "counted_event", "fixed_by",
    "fixed_on", "fixed_reason", "fix_failed_on",
)  # fmt: skip


def _range(value: float | None, low: float | None, high: float | None) -> Range | None:
    return None if value is None else (value, value if low is None else low, value if high is None else high)
