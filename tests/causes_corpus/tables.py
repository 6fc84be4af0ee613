"""Writes a world down as the published tables' frames, with counts drawn and days that were not collected."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.causes_corpus.world import Campaign, Property, World

Tables = dict[str, pd.DataFrame]
WORKSPACE = "default"


def written(world: World, missing: set[int]) -> Tables:
    """All tables; `missing` are the days on which the collection of both sources failed."""
    rng = world.rng
    counts = {name: stream.drawn(rng) for name, stream in world.streams.items()}
    days = [world.first_day + timedelta(days=index) for index in range(world.days)]
    tables: Tables = {"event_day": _event_day(counts, days, missing)}
    seen = {name: np.flatnonzero(series) for name, series in counts.items()}
    tables["event"] = pd.DataFrame(
        [
            {"event": name, "first_seen": days[at[0]], "last_seen": days[at[-1]], "listed_at": world.instant(0)}
            for name, at in seen.items()
            if len(at)
        ]
    )
    campaign_days, journey_days = [], []
    for campaign in world.campaigns:
        sends, journeys = _chain(world, campaign, counts.get(campaign.source_event, np.zeros(world.days, np.int64)))
        campaign_days.append(_long(campaign, sends, days, missing))
        journey_days.append(_long(campaign, journeys, days, missing))
    tables["campaign_day"] = pd.concat(campaign_days, ignore_index=True)
    tables["campaign_day"]["engagement_state"] = tables["campaign_day"]["state"]
    tables["journey_day"] = pd.concat(journey_days, ignore_index=True)
    tables["event_property"] = _event_property(world, counts, days)
    columns = ["event", "property", "type", "display_name", "hidden", "dropped"]
    tables["event_definition"] = pd.DataFrame(world.definitions, columns=columns)
    tables["source_day"] = pd.DataFrame(
        [
            {"source": source, "day": day, "state": "not_collected" if index in missing else "observed"}
            for source in ("mixpanel_events", "customerio_metrics", "customerio_journeys")
            for index, day in enumerate(days)
        ]
    )
    tables |= _definitions(world)
    for name, table in tables.items():
        if "workspace" not in table:
            table.insert(0, "workspace", WORKSPACE)
        if name in ("event_day", "campaign_day", "journey_day", "event_property"):
            table["collected_at"] = world.instant(world.days)
    return tables


def _event_day(counts: dict[str, NDArray[np.int64]], days: list[date], missing: set[int]) -> pd.DataFrame:
    names, columns, values, absent = [], [], [], []
    gone = np.array(sorted(missing), dtype=np.intp)
    for name, series in counts.items():
        happened = np.flatnonzero(series)
        happened = happened[~np.isin(happened, gone)]
        if not len(happened):
            continue
        span = np.arange(happened[0], len(series))
        names.append(np.full(len(span), name, dtype=object))
        columns.append(span)
        values.append(series[span])
        absent.append(np.isin(span, gone))
    at, lost = np.concatenate(columns), np.concatenate(absent)
    return pd.DataFrame(
        {
            "event": np.concatenate(names),
            "day": np.array(days, dtype="datetime64[s]")[at],
            "events": pd.array(np.where(lost, -1, np.concatenate(values)), dtype="Int64").astype("Int64"),
            "state": np.where(lost, "not_collected", "observed"),
            "source": "query",
        }
    ).assign(events=lambda frame: frame["events"].mask(frame["state"] == "not_collected"))


def _chain(world: World, campaign: Campaign, events: NDArray[np.int64]) -> tuple[Tables, Tables]:
    rng = world.rng
    started = rng.binomial(events, np.clip(campaign.reach, 0, 1))
    activated = rng.binomial(started, np.clip(campaign.passing, 0, 1))
    created = np.round(activated * campaign.making).astype(np.int64)
    left, lost = created.copy(), {}
    for loss in ("drafted", "failed", "undeliverable", "suppressed"):
        lost[loss] = rng.binomial(left, np.clip(campaign.losses[loss], 0, 1))
        left = left - lost[loss]
    delivered = rng.binomial(left, campaign.delivered)
    opened = rng.binomial(delivered, 0.4)
    sends = {"sent": left, "delivered": delivered, "bounced": left - delivered, "created": created, "opened": opened}
    sends |= {"clicked": rng.binomial(opened, 0.1), "converted": rng.binomial(delivered, 0.03)}
    sends |= {"attempted": np.zeros_like(left), "unsubscribed": rng.binomial(delivered, 0.002), **lost}
    journeys = {"started": started, "activated": activated, "never_activated": started - activated}
    journeys |= {"messaged": activated, "exited_early": 0 * started, "finished": activated, "converted": 0 * started}
    return sends, journeys


def _long(
    campaign: Campaign, series: dict[str, NDArray[np.int64]], days: list[date], missing: set[int]
) -> pd.DataFrame:
    frame = pd.DataFrame(series, dtype="Int64")
    frame.insert(0, "campaign_id", campaign.campaign_id)
    frame.insert(1, "day", np.array(days, dtype="datetime64[s]"))
    absent = np.isin(np.arange(len(days)), sorted(missing))
    frame.loc[absent, list(series)] = pd.NA
    frame["state"] = np.where(absent, "not_collected", "observed")
    return frame


def _event_property(world: World, counts: dict[str, NDArray[np.int64]], days: list[date]) -> pd.DataFrame:
    rng, last = world.rng, world.days - 1
    watched = int(rng.choice([1, 1, 10, 40]))
    profiled = sorted({last - back for back in range(watched)} | {last - watched + 1 - back for back in (7, 14, 28)})
    rows = []
    mapped = {campaign.event for campaign in world.campaigns} | set(world.property_changes)
    for event in sorted((mapped | world.profiled_too) & set(world.properties) & set(counts)):
        for at in profiled:
            if at < 0 or counts[event][at] == 0:
                continue
            for prop in _properties_on(world, event, at):
                for kind, share in prop.shares.items():
                    read = int(counts[event][at])
                    seen = rng.binomial(read, min(max(share, 0), 1)) / read
                    if seen > 0:
                        rows.append((event, prop.name, kind, days[at], seen, read, False))
            rows.append((event, "$os", "string", days[at], 1.0, int(counts[event][at]), False))
    columns = ["event", "property", "type", "day", "share", "events_read", "sampled"]
    return pd.DataFrame(rows, columns=columns)


def _properties_on(world: World, event: str, at: int) -> list[Property]:
    current = {prop.name: prop for prop in world.properties[event]}
    for since, prop, _ in world.property_changes.get(event, []):
        if at >= since:
            current[prop.name] = prop
    return list(current.values())


def _definitions(world: World) -> Tables:
    campaigns, versions, messages, failures, plans = [], [], [], [], []
    for campaign in world.campaigns:
        definition = json.dumps(campaign.definition)
        started = world.instant(-60)
        changed = [world.instant(at, int(world.rng.integers(8, 20))) for at, _ in campaign.changes]
        campaigns.append(
            {
                "campaign_id": campaign.campaign_id,
                "name": campaign.name,
                "state": campaign.state,
                "active": campaign.state == "running",
                "trigger_kind": campaign.trigger_kind,
                "event": campaign.event,
                "tags": ["lifecycle"],
                "created": started,
                "first_started": started,
                "updated": max(changed, default=started),
                "definition": definition,
                "seen_at": world.instant(world.days),
                "gone_at": None,
            }
        )
        moments = [world.instant(0), *changed]
        for index, moment in enumerate(moments):
            versions.append(
                {
                    "campaign_id": campaign.campaign_id,
                    "valid_from": moment,
                    "valid_to": moments[index + 1] if index + 1 < len(moments) else None,
                    "changes": json.dumps(campaign.changes[index - 1][1] if index else []),
                    "definition": definition,
                }
            )
        messages.extend(
            {
                "campaign_id": campaign.campaign_id,
                "message_id": message.message_id,
                "name": f"Message {message.message_id}",
                "type": "email",
                "sending_state": message.sending_state,
                "required_variables": list(message.variables),
                "optional_variables": list(message.optional),
                "problem": None,
                "updated": started,
            }
            for message in campaign.messages
        )
        for text, at in campaign.failures:
            failures.append(
                {
                    "campaign_id": campaign.campaign_id,
                    "failure_message": text,
                    "first_read": world.instant(at + 1),
                    "last_read": world.instant(world.days),
                }
            )
        used = sorted(
            {v.removeprefix("event.") for m in campaign.messages for v in m.variables if v.startswith("event.")}
        )
        plans.append(
            {
                "campaign_id": campaign.campaign_id,
                "event": campaign.event,
                "event_from": "trigger",
                "owner": None,
                "deal_value": None,
                "conversion_rate": None,
                "timing": None,
                "uses": used,
            }
        )
    columns = ["campaign_id", "failure_message", "first_read", "last_read"]
    return {
        "campaign": pd.DataFrame(campaigns),
        "campaign_version": pd.DataFrame(versions),
        "campaign_message": pd.DataFrame(messages),
        "campaign_failure": pd.DataFrame(failures, columns=columns),
        "campaign_plan": pd.DataFrame(plans),
    }
