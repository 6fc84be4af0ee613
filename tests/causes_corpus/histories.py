"""The corpus: as many labelled histories as asked for, each from its own seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from tests.causes_corpus import event_stories, message_stories, part_stories, quiet_stories
from tests.causes_corpus.event_stories import Truth, background_renames
from tests.causes_corpus.tables import Tables, written
from tests.causes_corpus.world import Campaign, World, draw_world

Story = Callable[[World, Campaign, int], Truth]
BROKEN: tuple[tuple[Story, float], ...] = (
    (event_stories.event_renamed, 5.0),
    (event_stories.namespace_move, 0.5),
    (event_stories.event_split, 0.6),
    (event_stories.events_joined, 0.6),
    (event_stories.rolled_back, 0.5),
    (event_stories.event_removed, 3.0),
    (event_stories.event_unknown, 1.5),
    (event_stories.part_renamed, 1.0),
    (event_stories.part_lost, 1.0),
    (event_stories.nothing_arrives, 0.8),
    (message_stories.property_type_changed, 1.5),
    (message_stories.property_missing, 1.5),
    (message_stories.property_partly_missing, 0.7),
    (message_stories.filter_no_longer_matches, 1.5),
    (message_stories.message_failing, 1.5),
    (message_stories.message_draft, 0.8),
    (message_stories.message_off, 0.7),
    (message_stories.recipients_unreachable, 1.2),
    (message_stories.filter_edited, 0.8),
    (message_stories.trigger_edited, 0.8),
    (message_stories.campaign_stopped, 1.0),
)
PARTS: tuple[Story, ...] = (
    part_stories.segment_emptied,
    part_stories.platform_silent,
    part_stories.message_silent,
)
PARTS_SHARE = 0.1  # of the broken ones
QUIET: tuple[Story, ...] = (
    quiet_stories.nothing,
    quiet_stories.like_named_birth,
    quiet_stories.typo_twin,
    quiet_stories.outage,
    quiet_stories.volume_down,
    quiet_stories.sampled,
    quiet_stories.siblings,
    quiet_stories.seasonal,
    quiet_stories.harmless_property,
    quiet_stories.edited_harmlessly,
)
QUIET_SHARE = 0.25


@dataclass(frozen=True)
class History:
    """One project's tables as of a day, and what is true of it. `parts` are counts of segments, platforms and messages.

    `renames` are the true pairs (old, new), `levels` the old names' events a day before, and `unsure` the pairs of
    which so little has been seen by then (under 25 events, or 1.5 a day before) that nobody could tell.
    """

    seed: int
    as_of: date
    time_zone: str
    tables: Tables
    parts: Tables
    truth: Truth
    since: date
    renames: frozenset[tuple[str, str]]
    unsure: frozenset[tuple[str, str]]
    levels: dict[tuple[str, str], float]
    campaign_event: str
    sends_before: float


def histories(seed: int, count: int, events: int | None = None, quiet: bool | None = None) -> Iterator[History]:
    """`count` histories; the same seed gives the same ones. `events` fixes the number of event names."""
    for index in range(count):
        yield history(seed * 100_003 + index, events, quiet)


def history(seed: int, events: int | None = None, quiet: bool | None = None) -> History:
    """The history of one seed."""
    rng = np.random.default_rng(seed)
    size = events or int(np.exp(rng.uniform(np.log(50), np.log(2000))))
    days = int(rng.choice([75, 120, 121, 150, 200, 400], p=[0.1, 0.4, 0.1, 0.2, 0.15, 0.05]))
    world = draw_world(rng, size, days)
    # Of their own, so that what is drawn for the rest stays as it is.
    parts = np.random.default_rng([seed, 7])
    world.counted_from = max(0, days - int(parts.integers(2, 70)))
    world.platform_shares = parts.dirichlet([6.0, 5.0, 4.0, 3.0])
    campaign = world.campaigns[int(rng.integers(len(world.campaigns)))]
    at = days - 1 - int(rng.choice([0, 1, 2, 4, 8, 14, 25], p=[0.1, 0.2, 0.2, 0.15, 0.15, 0.12, 0.08]))
    rate = world.streams[campaign.event].rate * campaign.reach * campaign.passing * campaign.making
    while at > 40 and rate[at:].sum() < 12:  # a break on a weekend without traffic can't be seen by anybody yet
        at -= 1
    if quiet if quiet is not None else rng.random() < QUIET_SHARE:
        story: Story = QUIET[int(rng.integers(len(QUIET)))]
        at = min(at, days - 3)
    else:
        weights = np.array([weight for _, weight in BROKEN])
        story = BROKEN[int(rng.choice(len(BROKEN), p=weights / weights.sum()))][0]
        if parts.random() < PARTS_SHARE:
            story = PARTS[int(parts.integers(len(PARTS)))]
    background_renames(world)
    truth = story(world, campaign, at)
    missing: set[int] = set()
    if rng.random() < 0.3:
        start = int(rng.integers(10, days - 2))
        missing = set(range(start, min(start + int(rng.integers(1, 4)), days - 1)))
        missing.discard(at)
    tables = written(world, missing)
    of_parts = {
        "segments": part_stories.segment_counts(world, parts),
        "platforms": part_stories.platform_counts(world, tables["event_property"], parts),
        "messages": part_stories.message_counts(world, tables["campaign_day"], parts),
    }
    truth = _as_far_as_profiled(truth, campaign, tables)
    sent = tables["campaign_day"]
    mine = sent[sent["campaign_id"] == campaign.campaign_id].reset_index(drop=True)
    unsure = frozenset(pair for pair in world.renames if _hardly_seen(world, pair))
    return History(
        seed=seed,
        as_of=world.first_day + timedelta(days=days - 1),
        time_zone=str(rng.choice(["UTC", "America/New_York", "Asia/Tokyo", "Europe/Berlin"])),
        tables=tables,
        parts=of_parts,
        truth=truth,
        since=world.first_day + timedelta(days=truth.since),
        renames=frozenset(world.renames),
        unsure=unsure,
        levels={
            pair: float(before[max(_began(moved) - 28, 0) : _began(moved)].mean()) if _began(moved) else 0.0
            for pair, (moved, before) in world.moves.items()
        },
        campaign_event=campaign.event,
        sends_before=float(mine["sent"][max(at - 28, 0) : at].astype(float).mean()),
    )


def _as_far_as_profiled(truth: Truth, campaign: Campaign, tables: Tables) -> Truth:
    """Where every profiled day was a day without the event, only the consequence of a changed property can be seen."""
    profiled = (tables["event_property"]["event"] == campaign.event).any()
    if profiled or not (truth.cause or "").startswith("property"):
        return truth
    return replace(truth, also=frozenset({"filter_no_longer_matches", "message_failing"}))


def _began(moved: np.ndarray) -> int:
    return int(np.argmax(moved > 0))


def _hardly_seen(world: World, pair: tuple[str, str]) -> bool:
    """Whether so few events changed name by the last day, or so small a share, that nobody could tell."""
    if pair in world.undecidable:
        return True
    moved, before = world.moves[pair]
    begun = np.flatnonzero(moved > 0)
    if not len(begun):
        return True
    earlier = before[max(begun[0] - 28, 0) : begun[0]]
    if len(earlier) < 21 or (earlier > 0).mean() < 0.5 or earlier.mean() < 1.5:
        return True
    due = before[begun[0] :].sum()
    return bool(moved.sum() < 25 or moved[-2:].sum() < 0.25 * before[-2:].sum() or moved.sum() < 0.1 * due)
