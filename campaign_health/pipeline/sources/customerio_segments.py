"""Source `customerio_segments`: how many people are in the segments that running campaigns name."""

from __future__ import annotations

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.campaign_days import ensure_campaigns_are_listed
from collectors.customerio import Fetched, fetch_each, fetch_people_count, fetch_segments
from collectors.errors import CollectorError
from storage.read.segment_numbers import segments_counted, segments_named
from storage.records import CampaignGone, CampaignRefused, SegmentRecord
from storage.save import mark_segments_gone, save_segment_counts, save_segments

BUILT = "finished"


def collect_customerio_segments(run: WorkspaceRun, tally: Tally) -> None:
    """Counts, once a day, every segment that the trigger or a filter of a running campaign names.

    Raises:
        CollectorError: what ended it; the counts answered by then are saved, the other segments are unknown.
    """
    assert run.customerio is not None
    client = run.customerio
    ensure_campaigns_are_listed(run)
    tally.first_day = tally.last_day = run.today
    with run.reading() as connection:
        named = segments_named(connection, run.name)
        counted = segments_counted(connection, run.name, run.today)
    tally.kept = not named or bool(counted)
    to_count = [segment_id for segment_id in named if segment_id not in counted]
    if not to_count:
        return
    listed, ending = _listed(run, tally, named)
    people: dict[int, int] = {}
    gone: list[int] = []
    try:
        if ending is not None:
            raise ending
        for part in fetch_each(
            to_count, lambda i: fetch_people_count(client, i), progress=run.progress.advance, what="segments"
        ):
            if isinstance(part, Fetched):
                people[part.campaign_id] = part.value
            elif isinstance(part, CampaignGone):
                gone.append(part.campaign_id)
            elif isinstance(part, CampaignRefused):
                tally.shortfalls.append(f"Segment {part.campaign_id}: {part.reason}")
    finally:
        _save(run, tally, listed, people, gone, [i for i in to_count if i not in people and i not in gone])
    if gone:
        tally.notes.append(f"Segments that are no longer in Customer.io: {', '.join(map(str, sorted(gone)))}.")


def _listed(run: WorkspaceRun, tally: Tally, named: list[int]) -> tuple[list[SegmentRecord], CollectorError | None]:
    """The named segments as listed, and what makes asking further pointless.

    The list only gives their names: one that it leaves out is counted all the same, and only its own 404 means
    that it is gone.
    """
    assert run.customerio is not None
    try:
        segments = fetch_segments(run.customerio)
    except CollectorError as failure:
        if failure.final:
            return [], failure
        tally.shortfalls.append(f"The list of segments: {failure}")
        return [], None
    return [segment for segment in segments if segment.segment_id in set(named)], None


def _save(
    run: WorkspaceRun,
    tally: Tally,
    listed: list[SegmentRecord],
    people: dict[int, int],
    gone: list[int],
    unanswered: list[int],
) -> None:
    now = run.clock.instant()
    building = [one.segment_id for one in listed if one.state is not None and one.state != BUILT]
    with run.saving() as connection:
        save_segments(connection, run.name, listed, now)
        mark_segments_gone(connection, run.name, gone, now)
        tally.rows += save_segment_counts(connection, run.name, run.today, people, unanswered, building, now)
    tally.kept = tally.kept or bool(people)
