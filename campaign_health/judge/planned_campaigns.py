"""What is known of each campaign beside Customer.io: the event it is judged against, its owner, its money."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from campaign_health.decisions.stated_facts import FACTS, declared_facts, facts_in_force, facts_said
from campaign_health.manifest.schema import CampaignEntry, Manifest
from campaign_health.manifest.sent_names import event_behind
from campaign_health.words.currency import DOLLARS
from storage.file.conversion import read_instant
from storage.read.decisions_made import Decision

# So little of a day that it may count as the other event's: an edit near midnight, or one that was soon put back.
_SHORT = timedelta(hours=2)


class TriggerEdit(NamedTuple):
    """A campaign's trigger event was edited `at` (naive UTC)."""

    at: datetime
    before: str | None
    after: str | None


@dataclass(frozen=True)
class EventPeriod:
    """From `since` on (None: always) the campaign hangs on `event`; on the day `since` itself on both if `edited`.

    A period of the same event as the one before it tells of a day on which the trigger was moved for hours.
    """

    since: date | None
    event: str | None
    edited: bool = False


@dataclass(frozen=True)
class Plan:
    """A row of `campaign_plan`, with the events the campaign hung on over time.

    `declared` is what the manifest says, as JSON; owner, money and timing are as they hold, also where somebody said
    otherwise on the page.
    """

    campaign_id: int
    event: str | None
    event_from: str
    owner: str | None
    deal_value: float | None
    conversion_rate: float | None
    timing: str | None
    uses: tuple[str, ...]
    periods: tuple[EventPeriod, ...]
    currency: str | None = None
    declared: str | None = None


def make_plans(
    campaigns: Sequence[Mapping[str, Any]],
    triggers: Iterable[tuple[int, datetime, str | None, str | None]],
    variables: Mapping[int, Sequence[str]],
    manifest: ManifestFacts,
    decisions: Sequence[Decision],
    zone: ZoneInfo,
) -> list[Plan]:
    """One plan per campaign, in their order.

    A person's mapping wins over the trigger that Customer.io shows, and that over the manifest, which adds the
    campaigns whose trigger Customer.io does not show. `triggers`: (campaign, when, event before, event after) of each
    edit.
    """
    mapped = {d.campaign_id: d.event for d in decisions if d.kind == "map_event"}
    said = facts_said(decisions)
    edits: dict[int, list[TriggerEdit]] = {}
    for campaign_id, at, before, after in triggers:
        edits.setdefault(campaign_id, []).append(TriggerEdit(at, manifest.behind(before), manifest.behind(after)))
    plans = []
    for row in campaigns:
        campaign_id, trigger = row["campaign_id"], manifest.behind(row["event"])
        facts = manifest.about(campaign_id, row["name"])
        if campaign_id in mapped:
            event, event_from = mapped[campaign_id], "decision"
        elif trigger is not None:
            event, event_from = trigger, "trigger"
        elif facts.event is not None:
            event, event_from = facts.event, "manifest"
        else:
            event, event_from = None, "none"
        periods: tuple[EventPeriod, ...] = (EventPeriod(None, event),)
        if event_from in ("trigger", "none"):
            # Also where no event is left: the days before the trigger was removed hung on one.
            periods = trigger_periods(edits.get(campaign_id, []), event, zone)
        used = {name for name in map(_event_property, variables.get(campaign_id, ())) if name} | set(facts.uses)
        # Whatever the manifest says is kept apart, so that a word that is taken back leaves it as it was.
        declared = {name: getattr(facts, name) for name in FACTS} | {"currency": manifest.currency}
        holding = facts_in_force(declared, said.get(campaign_id))
        plans.append(
            Plan(
                campaign_id,
                event,
                event_from,
                uses=tuple(sorted(used)),
                periods=periods,
                currency=manifest.currency if holding["deal_value"] is not None else None,
                declared=json.dumps(declared, ensure_ascii=False, sort_keys=True),
                **holding,
            )
        )
    return plans


def trigger_periods(edits: Sequence[TriggerEdit], newest: str | None, zone: ZoneInfo) -> tuple[EventPeriod, ...]:
    """The trigger events a campaign had over time, from its edits, oldest first.

    Of several edits on a day only the last one counts; where it soon put back what there was, none does.
    """
    if not edits:
        return (EventPeriod(None, newest),)
    periods = [EventPeriod(None, edits[0].before)]
    left = edits[0].at  # when what hung before the day's first edit was left; set by each day's first edit
    for edit in edits:
        if edit.after == periods[-1].event:
            continue
        instant = read_instant(edit.at)
        assert instant is not None
        local = instant.astimezone(zone).replace(tzinfo=None)
        day, since_midnight = local.date(), local - datetime.combine(local.date(), datetime.min.time())
        if timedelta(days=1) - since_midnight <= _SHORT:
            day, since_midnight = day + timedelta(days=1), timedelta()
        edited = since_midnight > _SHORT
        if periods[-1].since != day:
            left = local
        elif edit.after == periods[-2].event and local - left <= _SHORT:
            periods.pop()
            continue
        else:
            edited |= periods.pop().edited
        periods.append(EventPeriod(day, edit.after, edited))
    return tuple(periods)


@dataclass(frozen=True)
class CampaignFacts:
    """What a manifest says of one campaign."""

    event: str | None = None
    owner: str | None = None
    deal_value: float | None = None
    conversion_rate: float | None = None
    timing: str | None = None
    uses: tuple[str, ...] = ()


class ManifestFacts:
    """What a manifest says of campaigns, by id or by name, and the currency of deal values (None: dollars)."""

    def __init__(
        self,
        by_id: Mapping[int, CampaignFacts],
        by_name: Mapping[str, CampaignFacts],
        currency: str | None,
        manifest: Manifest | None = None,
    ) -> None:
        self._manifest = manifest
        self._by_id = by_id
        self._by_name = by_name
        self.currency = currency

    def behind(self, sent: str | None) -> str | None:
        """The event of the app that Customer.io is sent under a name, where the manifest's route changes it."""
        return sent if sent is None or self._manifest is None else event_behind(self._manifest, sent)

    @classmethod
    def of(cls, manifest: Manifest | None, currency: str = DOLLARS) -> ManifestFacts:
        """The facts of a manifest; None says nothing. Deal values are in `currency` where it does not say."""
        entries = manifest.campaigns if manifest else ()
        said = manifest.currency if manifest and "currency" in manifest.model_fields_set else currency
        by_id = {entry.id: _facts(entry) for entry in entries if entry.id is not None}
        named = [(entry.name, entry) for entry in entries if entry.name is not None and entry.id is None]
        return cls(
            by_id, {name.strip(): _facts(entry) for name, entry in named}, None if said == DOLLARS else said, manifest
        )

    @classmethod
    def stored(cls, plans: Iterable[Mapping[str, Any]]) -> ManifestFacts:
        """What the manifest said when it was last read, from the rows of `campaign_plan`."""
        rows = [(row, declared_facts(row)) for row in plans]
        return cls(
            {
                row["campaign_id"]: CampaignFacts(
                    event=row["event"] if row["event_from"] == "manifest" else None,
                    uses=tuple(row["uses"]),
                    **{name: declared[name] for name in FACTS},
                )
                for row, declared in rows
            },
            {},
            next((declared["currency"] for _, declared in rows if declared["currency"]), None),
        )

    @property
    def are_any(self) -> bool:
        """Whether anything but the properties used is said of any campaign; those may be read off its messages."""
        return any(
            replace(facts, uses=()) != CampaignFacts() for facts in (*self._by_id.values(), *self._by_name.values())
        )

    def about(self, campaign_id: int, name: str) -> CampaignFacts:
        """What is said of a campaign; nothing where the manifest does not name it."""
        return self._by_id.get(campaign_id) or self._by_name.get(name.strip()) or CampaignFacts()


def _facts(entry: CampaignEntry) -> CampaignFacts:
    return CampaignFacts(
        event=entry.event.strip() if entry.event is not None else None,
        owner=entry.owner,
        deal_value=entry.deal_value,
        conversion_rate=entry.conversion_rate,
        timing=entry.timing,
        uses=tuple(entry.uses),
    )


def _event_property(variable: str) -> str | None:
    """`plan` of `event.plan.name` or `trigger.plan`; None of a variable that is not the event's."""
    head, _, rest = variable.partition(".")
    name = rest.partition(".")[0].partition("[")[0]
    return name if head == "event" and name else None
