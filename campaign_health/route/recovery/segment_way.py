"""Puts people who missed a message into a manual segment of Customer.io, for the marketer to decide; sends nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from campaign_health.route.person import PersonBy
from campaign_health.route.recovery.careful_sending import recovery_row
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from campaign_health.route.recovery.unnamed import unnamed
from campaign_health.words.dates import days_text
from campaign_health.words.visible import visible
from collectors.customerio import CustomerioClient
from collectors.http.client import HttpClient, Progress
from storage.outbox.recovery_ledger import RecoveryLedger

BLOCK = 1000
MOST_MEMBERS = 30_000


@dataclass(frozen=True)
class SegmentFilled:
    """The segment, how many were put into it, and how many of those are not in it when it is read back."""

    segment_id: int
    name: str
    added: int
    not_in_it: int


def segment_name(campaign: str, since: date, until: date) -> str:
    """`Missed: Upgrade offer, 12 to 19 Nov 2026`."""
    return f"Missed: {visible(campaign, 120)}, {days_text(since, until, until)} {until.year}"


def fill_segment(
    plan: RecoveryPlan,
    people: Sequence[str],
    by_whom: str,
    by: PersonBy,
    app: CustomerioClient,
    track: HttpClient,
    ledger: RecoveryLedger,
    now: datetime,
    progress: Progress | None = None,
) -> SegmentFilled:
    """Make the segment, or go on with the one of an earlier run, put the people into it and read it back.

    Who is in it is noted in the ledger block by block, so that a run that was cut off goes on where it ended, in its
    segment though other days are asked for since: whoever it put in and could not note is then put in twice, which is
    as good as once.

    Raises:
        CollectorError: Customer.io did not take it; what it took is noted.
    """
    segment_id, name = _begun_segment(app, plan, ledger) or _new_segment(app, plan)
    row = recovery_row(plan, "segment", by_whom, now, segment_id)
    ledger.begin(row)
    path = f"/api/v1/segments/{segment_id}/add_customers{'?id_type=email' if by == 'email' else ''}"
    for start in range(0, len(people), BLOCK):
        block = people[start : start + BLOCK]
        with unnamed(block):
            track.ask_json(path, {"ids": list(block)}, repeatable=True)
        ledger.reach(row.recovery_id, block)
        if progress is not None:
            progress(start + len(block), len(people), "people put into the segment")
    members = set(_members(app, segment_id, by))
    ledger.end(now, "segment")
    return SegmentFilled(segment_id, name, len(people), sum(one not in members for one in people))


def _begun_segment(app: CustomerioClient, plan: RecoveryPlan, ledger: RecoveryLedger) -> tuple[int, str] | None:
    """The segment of a run that was cut off, else the one of these days. One that somebody else made is left alone,
    though it is called the same: campaigns may share a name."""
    earlier = ledger.recoveries()
    cut_off = {one.segment_id for one in earlier if one.ended_at is None and one.segment_id is not None}
    ours = {one.segment_id for one in earlier}
    wanted, about = segment_name(plan.campaign, plan.since, plan.until), _description(plan)
    read = app.reader("/segments")
    body = read.mapping(app.get_json("/segments"), "body")
    of_days = None
    for place, entry in enumerate(read.sequence(body.get("segments"), "segments")):
        found = read.mapping(entry, f"segments[{place}]")
        name = found.get("name")
        if found.get("type") != "manual" or not isinstance(name, str):
            continue
        number = read.identifier(found.get("id"), f"segments[{place}].id")
        if number in cut_off:
            return number, name
        if name == wanted and (number in ours or found.get("description") == about):
            of_days = number, name
    return of_days


def _new_segment(app: CustomerioClient, plan: RecoveryPlan) -> tuple[int, str]:
    read = app.reader("/segments")
    name = segment_name(plan.campaign, plan.since, plan.until)
    asked = {"segment": {"name": name, "description": _description(plan)}}
    body = read.mapping(app.ask_json("/segments", asked, repeatable=False), "body")
    return read.identifier(read.mapping(body.get("segment"), "segment").get("id"), "segment.id"), name


def _description(plan: RecoveryPlan) -> str:
    return (
        f"People whose event should have sent {visible(plan.campaign, 120)} (campaign {plan.campaign_id}) on these "
        "days, and who got nothing."
    )


def _members(app: CustomerioClient, segment_id: int, by: PersonBy) -> Iterator[str]:
    path = f"/segments/{segment_id}/membership"
    read = app.reader(path)
    for page in app.pages(path, "identifiers", {"limit": MOST_MEMBERS}):
        for place, entry in enumerate(page):
            found = read.mapping(entry, f"identifiers[{place}]").get(by)
            if isinstance(found, str):
                yield found.lower() if by == "email" else found
