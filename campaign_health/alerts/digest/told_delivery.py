"""What a channel is told of events that are kept back or cannot be delivered: once when it begins, at half of the time
that is left, and when it is over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from campaign_health.alerts.digest.situation import TellOnce
from campaign_health.alerts.digest.told_cohorts import told_cohorts
from campaign_health.alerts.digest.told_letters import told_letters
from campaign_health.words.numbers import plural
from storage.delivery_records import Delivery, HoldRecord

GOES_ON = "It is not kept back any more; what waited goes out, or is listed as not delivered."


def told_delivery(
    delivery: Delivery | None, said: Collection[str], zone: ZoneInfo, now: datetime
) -> Iterator[TellOnce]:
    """The holds in force and the large groups of letters, and those that ended since the channel heard of them."""
    holds = delivery.holds if delivery is not None else ()
    standing = set()
    for one in holds:
        begun = f"hold:{int(one.since.timestamp())}:{one.event}"
        standing.add(begun)
        yield TellOnce(begun, one.event, _hold_text(one, zone), told=begun in said)
        half = begun.replace("hold:", "hold_half:", 1)
        if begun in said and one.waiting and one.first_expires and now - one.since >= (one.first_expires - now):
            yield TellOnce(half, one.event, f"Half of the time is gone. {_hold_text(one, zone)}", told=half in said)
    for begun in sorted(said):
        kind, since, event = [*begun.split(":", 2), "", ""][:3]
        over = f"hold_over:{since}:{event}"
        if kind == "hold" and delivery is not None and begun not in standing and over not in said:
            yield TellOnce(over, event, GOES_ON, recovered=True)
    if delivery is not None:
        yield from told_letters(delivery, said)
        yield from told_cohorts(delivery, said)


def _hold_text(hold: HoldRecord, zone: ZoneInfo) -> str:
    what = "What cannot be sent of it is kept back" if hold.kind == "unsendable" else "All of it is kept back"
    parts = [f"{what} since {_instant(hold.since, zone)}: {hold.why}."]
    if hold.waiting:
        until = f", the first until {_instant(hold.first_expires, zone)}" if hold.first_expires else ""
        parts.append(f"{plural(hold.waiting, 'event waits', 'events wait')}{until}.")
    if hold.candidate_of:
        parts.append(f"If it is the new name of {hold.candidate_of}, confirm it: `route release` shows it first.")
    elif hold.mended_by:
        parts.append(f"Write {hold.mended_by} under the event in the manifest, or mend the event.")
    elif not hold.by_hand:
        parts.append("They go out once the manifest fits, or by `route release`.")
    return " ".join(parts)


def _instant(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%d %b %H:%M")
