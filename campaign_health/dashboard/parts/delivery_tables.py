"""The tables of the page of delivery."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import pandas as pd

from campaign_health.dashboard.look.markup import shown
from campaign_health.state.promises import PromiseState
from campaign_health.words.cohort_words import source_of_cohort
from campaign_health.words.delivery_words import letter_why, source_text
from campaign_health.words.numbers import share_text
from campaign_health.words.proof_words import length_text
from storage.delivery_records import CohortRecord, LetterGroupRecord, RouteEventRecord, SourceAgeRecord

When = Callable[[datetime], str]


def letter_table(letters: Sequence[LetterGroupRecord], when: When) -> pd.DataFrame:
    """A row a group: the event, how many, why, when first and last, and what would mend it."""
    return pd.DataFrame(
        {
            "Event": [shown(one.event) for one in letters],
            "Events": [one.count for one in letters],
            "Why": [shown(letter_why(one.reason, one.field).replace("`", "")) for one in letters],
            "First": [when(one.first) for one in letters],
            "Last": [when(one.last) for one in letters],
        }
    )


def event_table(events: Sequence[RouteEventRecord]) -> pd.DataFrame:
    """A row an event: its mode, its name in Customer.io, and how many became what."""
    return pd.DataFrame(
        {
            "Event": [shown(one.event) for one in events],
            "Mode": [one.mode for one in events],
            "In Customer.io": [shown(one.sent_as) if one.sent_as != one.event else "–" for one in events],
            "Received": [one.received for one in events],
            "Delivered": [one.delivered for one in events],
            "Waiting": [one.waiting for one in events],
            "Kept back": [one.held for one in events],
            "Could not be delivered": [one.dead for one in events],
            "Only in shadow": [one.shadowed for one in events],
            "Had it already": [one.suppressed_once for one in events],
            "Given up": [one.dropped for one in events],
        }
    )


def cohort_table(cohorts: Sequence[CohortRecord], when: When) -> pd.DataFrame:
    """A row a cohort: how many people are in it and in its segment, and when it was last told of."""
    return pd.DataFrame(
        {
            "Cohort": [shown(one.name) for one in cohorts],
            "Told by": [source_of_cohort(one.source) for one in cohorts],
            "Mode": [one.mode for one in cohorts],
            "People": [one.people for one in cohorts],
            "In its segment": [one.in_segment for one in cohorts],
            "To add": [one.to_add for one in cohorts],
            "To remove": [one.to_remove for one in cohorts],
            "Unknown to Customer.io": [one.unknown for one in cohorts],
            "Segment": ["–" if one.segment_id is None else str(one.segment_id) for one in cohorts],
            "Last told": ["–" if one.heard_at is None else when(one.heard_at) for one in cohorts],
        }
    )


def promise_table(promises: Sequence[tuple[str, PromiseState]]) -> pd.DataFrame:
    """A row a campaign: what it promises, for how many it was kept, and what became of the others."""
    return pd.DataFrame(
        {
            "Campaign": [shown(name) for name, _ in promises],
            "Promise": [_length(one.promise_seconds) for _, one in promises],
            "Kept": [_kept(one) for _, one in promises],
            "Of events": [one.known for _, one in promises],
            "Late": [one.late for _, one in promises],
            "Sent nothing": [one.not_sent for _, one in promises],
            "Cannot be told yet": [one.unknown for _, one in promises],
        }
    )


def source_table(sources: Sequence[SourceAgeRecord], when: When) -> pd.DataFrame:
    """A row a source: how old its events are when they come."""
    return pd.DataFrame(
        {
            "Sent by": [shown(source_text(one.source)) for one in sources],
            "Events": [one.events for one in sources],
            "Half are at most": [length_text(one.p50_seconds) for one in sources],
            "95 % are at most": [length_text(one.p95_seconds) for one in sources],
            "99 % are at most": [length_text(one.p99_seconds) for one in sources],
            "Counted since": [when(one.since) for one in sources],
        }
    )


def _length(seconds: float | None) -> str:
    return "–" if seconds is None else f"within {length_text(seconds)}"


def _kept(state: PromiseState) -> str:
    if not state.known:
        return "–"
    return share_text((state.sent if state.within is None else state.within) / state.known)
