"""A world from a CSV of daily series: each pair is an event and the campaign it triggers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from campaign_health.sandbox.errors import UnreadableWorld
from campaign_health.sandbox.world.world import CampaignTruth, EventTruth, Message, Property, World

COLUMNS = ["pair_id", "date", "events", "sends"]


def csv_world(source: Path | str, time_zone: str = "UTC", now: datetime | None = None) -> World:
    """The world of a file of ``pair_id,date,events,sends`` (a `Path`), or of such text (a `str`).

    Event and campaign both bear the pair's id; campaigns are numbered from 1 in the order of first appearance
    and first started on their first date. A day or number that is missing is served as the services would serve
    it: as zero. Without ``now`` the clock stands at 09:00 on the day after the last date.

    Raises:
        UnreadableWorld: naming the line, when the columns, a date or a number is not what it should be.
        OSError: when the file cannot be opened.
    """
    try:
        if isinstance(source, Path):
            with source.open(encoding="utf-8-sig", newline="") as lines:
                rows = list(_rows(lines))
        else:
            rows = list(_rows(io.StringIO(source)))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise UnreadableWorld(
            f"This is no CSV: {problem}.", "Give a UTF-8 file of pair_id,date,events,sends."
        ) from problem
    if not rows:
        raise UnreadableWorld("The CSV has no rows.", "A world needs at least one day of one pair.")
    zone = ZoneInfo(time_zone)
    first = min(day for _, day, _, _ in rows)
    last = max(day for _, day, _, _ in rows)
    # The day after the last one is there, and empty, so that a running day can be asked for.
    days = (last - first).days + 2
    counts: dict[str, tuple[EventTruth, CampaignTruth]] = {}
    for pair, day, events, sends in rows:
        if pair not in counts:
            counts[pair] = _pair(pair, len(counts) + 1, day, days, zone)
        event, campaign = counts[pair]
        started = datetime.combine(day, time(), zone)
        if campaign.first_started is None or started < campaign.first_started:
            campaign.first_started = started
            campaign.created = started - timedelta(days=1)
        event.daily[(day - first).days] = events
        campaign.series["sent"][(day - first).days] = sends
    for event, campaign in counts.values():
        _derive(event, campaign)
    return World(
        time_zone=time_zone,
        first_day=first,
        days=days,
        now=now or datetime.combine(last + timedelta(days=1), time(9), zone),
        events={event.name: event for event, _ in counts.values()},
        campaigns={campaign.id: campaign for _, campaign in counts.values()},
    )


def _rows(lines: Iterable[str]) -> Iterable[tuple[str, date, int, int]]:
    reader = csv.DictReader(lines)
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
    if missing:
        raise UnreadableWorld(
            f"The CSV has no column {missing[0]!r}.", f"Its first line must name {','.join(COLUMNS)}."
        )
    for row in reader:
        try:
            yield row["pair_id"], date.fromisoformat(row["date"]), _number(row["events"]), _number(row["sends"])
        except (ValueError, TypeError) as problem:
            raise UnreadableWorld(
                f"Line {reader.line_num} of the CSV: {problem}.",
                "Dates are YYYY-MM-DD, counts are whole numbers or empty.",
            ) from problem


def _number(text: str | None) -> int:
    value = float(text) if text and text.strip() else 0.0
    if value < 0 or value != int(value):
        raise ValueError(f"{text!r} is not a count")
    return int(value)


def _pair(pair: str, number: int, day: date, days: int, zone: ZoneInfo) -> tuple[EventTruth, CampaignTruth]:
    event = EventTruth(
        pair,
        np.zeros(days, dtype=np.int64),
        (
            Property("platform", ("web", "ios", "android")),
            Property("plan", ("free", "pro", "free", "team"), stride=3),
            Property("title", ("plain", "two\u2028lines", "next\u0085line", "“quoted”")),
        ),
    )
    started = datetime.combine(day, time(), zone)
    campaign = CampaignTruth(
        id=number,
        name=pair,
        event_name=pair,
        created=started - timedelta(days=1),
        first_started=started,
        series={"sent": np.zeros(days, dtype=np.int64)},
        messages=(Message(number * 10, "First message", subject="Hello", body="Your plan: {{event.plan}}"),),
    )
    return event, campaign


def _derive(event: EventTruth, campaign: CampaignTruth) -> None:
    sent = campaign.series["sent"]
    campaign.series |= {"created": sent, "delivered": sent}
    activated = np.minimum(sent, event.daily)
    campaign.journeys = {"started": event.daily, "activated": activated, "messaged": activated, "finished": activated}
