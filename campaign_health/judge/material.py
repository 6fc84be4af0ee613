"""Reads everything that a judging rests on, once, into plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from campaign_health.detection.chain.chain_input import ChainInput
from campaign_health.detection.chain.part_hand_overs import LONGEST_DAYS
from campaign_health.detection.parts.mark_parts import LONGEST_DAYS as LONGEST_SILENCE
from campaign_health.detection.parts.message_stops import LEAST_SHARE as LEAST_MESSAGE_SHARE
from campaign_health.detection.parts.never_sent import HELD_LEAST, UNMADE_DAYS
from campaign_health.detection.parts.part_stops import LEAST_SHARE
from campaign_health.detection.parts.silence import HISTORY_DAYS, LEAST_EXPECTED, LEFT
from campaign_health.judge.arrays import Panels, build_panels, last_settled_column
from campaign_health.judge.background import Known
from campaign_health.judge.checkpoint import Checkpoint
from campaign_health.judge.remembering import fingerprint, remembered
from storage.connection import Connection
from storage.read import judge_input, judged
from storage.read.about_campaigns import AboutCampaigns, about_campaigns
from storage.read.daily_numbers import daily_numbers, source_days
from storage.read.held_back_counts import COUNTERS, held_back_counts
from storage.read.message_days import changing_messages, messages_without_a_send
from storage.read.parts_of_events import parts_of_events

DIAGNOSIS_DAYS = 120
"""How much history causes are looked for in."""

PART_DAYS = LONGEST_SILENCE + HISTORY_DAYS
"""How far back parts that are silent now may have stopped, and how long before that they are looked at."""

RECHECK_DAYS = 8
"""The memory that is kept is this many days old: every run re-reads, and so may restate, the seven days before."""


@dataclass(frozen=True)
class Stretch:
    """The days from `begin` on, which are judged anew after what `before` remembers, and some days before them.

    `before` is None where all is judged from the first day on.
    """

    before: Checkpoint | None
    begin: date
    panels: Panels


@dataclass(frozen=True)
class Told:
    """What was judged and told before: the stored incidents by id, and their changes, oldest first.

    `restated_until` is the last day judged in another time zone, where this is the first judging in the new one.
    """

    incidents: Mapping[str, Mapping[str, Any]]
    changes: Sequence[Mapping[str, Any]]
    restated_until: date | None


@dataclass(frozen=True)
class Material:
    """Everything that judging a workspace up to the day `last_settled` rests on, but for what broken campaigns need.

    `settled` has the columns of the stretch up to that day.
    `checkpoint_day` is the last day that the next memory covers, `fingerprint` its mark (None: the stored one stays).
    `definitions` and `profiles` are the rows of `event_definition` and `event_property`, `parts` those of
    `event_part_day`, `message_days` those of `message_day`, that bear on the days judged anew. `silent_messages` are
    those of campaigns with a message that was silent before its first send ever; `counters` are what Customer.io counts
    of each campaign over the columns of `settled`, NaN where not known or not of use.
    """

    known: Known
    stretch: Stretch
    settled: ChainInput
    last_settled: date
    checkpoint_day: date
    fingerprint: str | None
    definitions: pd.DataFrame
    profiles: pd.DataFrame
    parts: pd.DataFrame
    message_days: pd.DataFrame
    silent_messages: pd.DataFrame
    counters: Mapping[str, NDArray[np.float64]]
    told: Told


@dataclass(frozen=True)
class BrokenMaterial:
    """What the campaigns need that may be broken: what may tell why, and which of their days were judged before."""

    tables: AboutCampaigns
    judged_days: Collection[tuple[int, date]]


def read_stretch(connection: Connection, known: Known, end: date, look_back: int, *, whole: bool = False) -> Stretch:
    """The days up to the last known one, judged anew after a memory of days before `end`, or if `whole` all of them.

    With the `look_back` days before them, as far as they are known.
    """
    before = None if whole else remembered(connection, known, end)
    begin = known.first_day if before is None else before.day + timedelta(days=1)
    window = max(known.first_day, begin - timedelta(days=look_back))
    numbers = daily_numbers(connection, known.workspace, window, known.last_day)
    return Stretch(before, begin, build_panels(window, known, numbers))


def read_material(connection: Connection, known: Known) -> Material | None:
    """Everything but what only broken campaigns need: that is read when it is known which may be.

    None where no day is settled yet.
    """
    name, last_settled = known.workspace, _last_settled_day(connection, known)
    if last_settled is None:
        return None
    stretch = read_stretch(connection, known, last_settled, DIAGNOSIS_DAYS + LONGEST_DAYS)
    before, settled = stretch.before, stretch.panels.settled
    judged_columns = settled.span(0, settled.column(last_settled) + 1)
    checkpoint_day = max(last_settled - timedelta(days=RECHECK_DAYS), before.day if before else date.min)
    parts_from = stretch.begin - timedelta(days=PART_DAYS + 1)
    keeps_anew = checkpoint_day >= stretch.begin
    return Material(
        known,
        stretch,
        judged_columns,
        last_settled,
        checkpoint_day,
        fingerprint(connection, known, checkpoint_day) if keeps_anew else None,
        judge_input.event_definitions(connection, name),
        judge_input.property_profiles(connection, name),
        parts_of_events(
            connection,
            name,
            parts_from,
            last_settled,
            left=LEFT,
            least_share=LEAST_SHARE,
            least_due=LEAST_EXPECTED / 2,
        ),
        changing_messages(
            connection,
            name,
            parts_from,
            last_settled,
            left=LEFT,
            least_share=LEAST_MESSAGE_SHARE,
            least_due=LEAST_EXPECTED / 2,
        ),
        messages_without_a_send(connection, name, last_settled, least_held=HELD_LEAST, least_days=UNMADE_DAYS),
        _counters(connection, known, judged_columns, parts_from, last_settled),
        Told(
            judged.incidents(connection, name),
            judged.incident_changes(connection, name),
            judge_input.restated_until(connection, name),
        ),
    )


def read_broken(connection: Connection, material: Material, campaign_ids: Collection[int]) -> BrokenMaterial:
    """What these campaigns need, and those that have an incident already."""
    name, first, end = material.known.workspace, material.settled.first_day, material.last_settled
    with_incident = {row["campaign_id"] for row in material.told.incidents.values()}
    return BrokenMaterial(
        about_campaigns(connection, name, campaign_ids, first, end),
        judged.judged_days(connection, name, {*campaign_ids, *with_incident}, material.stretch.begin, end),
    )


def _last_settled_day(connection: Connection, known: Known) -> date | None:
    """The last day that is not merely provisional, None where all are."""
    days = (known.last_day - known.first_day).days + 1
    stored = source_days(connection, known.workspace, known.first_day, known.last_day)
    column = last_settled_column(stored, days)
    return None if column < 0 else known.first_day + timedelta(days=column)


def _counters(
    connection: Connection, known: Known, settled: ChainInput, since: date, last_settled: date
) -> dict[str, NDArray[np.float64]]:
    """Customer.io's own counters as `[campaigns, days]`, over the days of `settled`; known from `since` on."""
    found = held_back_counts(
        connection, known.workspace, settled.first_day, max(since, settled.first_day), last_settled
    )
    counters = {name: np.full((len(settled.campaign_ids), settled.days), np.nan) for name in COUNTERS}
    ours = np.isin(found["campaign_id"], settled.campaign_ids)
    rows = np.searchsorted(settled.campaign_ids, found["campaign_id"][ours])
    for name, array in counters.items():
        array[rows, found["day"][ours]] = found[name][ours]
    return counters
