"""Causes in the segments that a campaign names: one that lost its people lets nobody in, or nobody past."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pandas as pd

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.detection.causes.links_kept import Chain
from campaign_health.detection.causes.property_drift import GONE_SHARE, PropertyChange
from campaign_health.detection.causes.segment_falls import SegmentFall, find_segment_falls
from campaign_health.words.dates import day_text
from campaign_health.words.guides import asking
from campaign_health.words.numbers import count, plural

DAYS_EITHER_SIDE = 2  # between the counts that show the fall and the first bad day
CLOSES = 0.85  # of the usual share that passes the filter: above it, the filter is open
MATCH = 0.2  # how near the people left must be to what is left of the campaign, where it is a step
SURE_EMPTY, SURE_STEP, EMPTY_ALL_ALONG, UNSURE = 0.95, 0.88, 0.85, 0.5
_ROLES = {"trigger": "Entering it starts the campaign.", "filter": "Only people in it get past the filter."}


def segment_causes(case: BrokenCampaign, chain: Chain) -> Iterator[Cause]:
    """One cause per segment of the campaign that fell when the break began."""
    if case.segments is None or case.kind == "surging" or case.stage not in ("event", "started", "activated", None):
        return
    falls = find_segment_falls(case.segments, case.as_of)
    if not falls:
        yield from _empty_all_along(case, chain)
    for fall in falls:
        if _timely(fall, case):
            confidence = _confidence(fall, case, chain)
            if confidence > 0:
                yield _cause(fall, case, confidence)


def _empty_all_along(case: BrokenCampaign, chain: Chain) -> Iterator[Cause]:
    """A segment that had nobody in it since it is counted, where nobody starts or gets past the filter either."""
    assert case.segments is not None
    known = case.segments[pd.to_datetime(case.segments["day"]) <= pd.Timestamp(case.as_of) + pd.Timedelta(days=1)]
    for (segment_id, role), rows in known.groupby(["segment_id", "role"]):
        series = chain.series("activated" if role == "filter" else "started")
        if (
            rows["people"].max() > 0
            or series is None
            or series.since > 0
            or (role == "filter") != (case.stage == "activated")
        ):
            continue
        name = rows["name"].iloc[-1]
        segment = f"`{name if isinstance(name, str) else segment_id}`"
        first = pd.Timestamp(rows["day"].min()).date()
        yield Cause(
            "segment_shrank",
            EMPTY_ALL_ALONG,
            case.since,
            f"The segment {segment} has held nobody since it is counted ({day_text(first, case.as_of)})."
            f" {_ROLES[str(role)]}",
            {"segment": segment.strip("`"), "segment_role": str(role), "people_after": 0},
            _step(case, segment),
        )


def segments_that_hold(case: BrokenCampaign) -> str | None:
    """Said of segments that were counted and did not fall; None where there are none such, or one fell."""
    if case.segments is None or case.segments.empty or find_segment_falls(case.segments, case.as_of):
        return None
    newest = case.segments.sort_values("day").groupby("segment_id").tail(1)
    columns = (newest[column] for column in ("segment_id", "name", "people"))
    people = ", ".join(
        f"`{name if isinstance(name, str) else segment_id}`: {count(int(number))}"
        for segment_id, name, number in zip(*columns, strict=True)
    )
    return f"The segments it names hold as many people as before ({people})."


def _timely(fall: SegmentFall, case: BrokenCampaign) -> bool:
    slack = timedelta(days=DAYS_EITHER_SIDE)
    return fall.counted_before - slack <= case.since <= fall.counted_on + slack


def _confidence(fall: SegmentFall, case: BrokenCampaign, chain: Chain) -> float:
    if fall.role == "filter":
        left = chain.kept("activated", "started")
        if left is None or left > CLOSES:
            return 0.0
    else:
        started = chain.series("started")
        if case.stage == "activated" or started is None or started.before <= 0:
            return 0.0
        left = started.since / started.before
    if fall.is_empty:
        return SURE_EMPTY if left <= MATCH else UNSURE
    return SURE_STEP if abs(left - fall.kept) <= MATCH else UNSURE


def _cause(fall: SegmentFall, case: BrokenCampaign, confidence: float) -> Cause:
    segment = f"`{fall.name or fall.segment_id}`"
    before, after = day_text(fall.counted_before, case.as_of), day_text(fall.counted_on, case.as_of)
    left = plural(fall.people_after, "person", "people")
    sentence = f"The segment {segment} fell from {count(fall.people_before)} to {left}"
    sentence += f" between the counts of {before} and {after}"
    vanished = _vanished(fall, case)
    if vanished is not None:
        sentence += f", when `{vanished.property}` vanished from `{vanished.event}`"
    facts = {
        "segment": fall.name or fall.segment_id,
        "segment_role": fall.role,
        "people_before": round(fall.people_before),
        "people_after": fall.people_after,
        "counted_before": fall.counted_before.isoformat(),
        "counted_on": fall.counted_on.isoformat(),
        "property": None if vanished is None else vanished.property,
        "event": None if vanished is None else vanished.event,
    }
    return Cause(
        "segment_shrank",
        confidence,
        case.since,
        f"{sentence}. {_ROLES[fall.role]}",
        facts,
        _step(case, segment),
    )


def _step(case: BrokenCampaign, segment: str) -> str:
    return (
        f"In Customer.io, open the segment {segment} and compare its conditions with one person who belongs in it: an"
        " attribute, an event or a value that they name was probably renamed;"
        f" {asking(case.owner, 'the engineers')} what was. When the segment fills again, journeys follow the same day."
    )


def _vanished(fall: SegmentFall, case: BrokenCampaign) -> PropertyChange | None:
    """The property of any event that was lost between the two counts, the most common one; None where none was."""
    found = [
        change
        for change in case.property_changes
        if change.kind == "missing"
        and change.share_after <= GONE_SHARE
        and (change.last_day_before or change.day) <= fall.counted_on
        and change.day >= fall.counted_before - timedelta(days=1)
    ]
    return max(found, key=lambda change: change.share_before, default=None)
