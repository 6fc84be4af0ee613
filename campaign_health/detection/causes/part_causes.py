"""Causes in one part of the traffic: a platform or an app version that no longer sends the event."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.detection.parts.part_stops import PartStop
from campaign_health.words.dates import day_text
from campaign_health.words.guides import ask
from campaign_health.words.numbers import rate_text, share_text

DAYS_EITHER_SIDE = 2
SURE = 0.95
BESIDE_A_RENAME = 0.6  # confidence where the part's events have another name since: the rename is the root


def part_causes(case: BrokenCampaign) -> Iterator[Cause]:
    """One cause for the largest part of the campaign's event that stopped when the break began."""
    if case.kind not in ("degraded", "silent") or case.stage not in ("event", "started", "sent", None):
        return
    slack = timedelta(days=DAYS_EITHER_SIDE)
    timely = [
        stop
        for stop in case.part_stops
        if stop.event == case.event and stop.last_before - slack <= case.since <= stop.known_on + slack
    ]
    if timely:
        yield _cause(case, max(timely, key=lambda stop: stop.share))


def _cause(case: BrokenCampaign, stop: PartStop) -> Cause:
    day, last = day_text(stop.began, case.as_of), day_text(stop.last_before, case.as_of)
    since = f"since {day}"
    if (stop.began - stop.last_before).days > 1:
        since += f" at the latest (it still did on {last})"
    part = f"the library {stop.part}" if stop.kind == "library" else stop.part
    sentence = _said(stop, part, since, day)
    renamed = any(rename.old == case.event for rename in case.renames)
    facts = {
        "event": stop.event,
        "part": stop.part,
        "part_kind": stop.kind,
        "part_share_before": round(stop.share, 4),
        "part_events_a_day": round(stop.a_day, 1),
        "last_day_before": stop.last_before.isoformat(),
        "day": stop.began.isoformat(),
        "known_on": stop.known_on.isoformat(),
    }
    return Cause(
        "part_of_traffic_broke",
        BESIDE_A_RENAME if renamed else SURE,
        stop.began,
        sentence,
        facts,
        f"{ask(case.owner, f'the team of {part}')} what was released about {day}: the call that sends `{stop.event}` is"
        " missing there, has another name, or is not reached. When it is back, the part shows again in the next"
        " morning's profile.",
    )


def _said(stop: PartStop, part: str, since: str, day: str) -> str:
    if stop.kind == "new_version":
        return (
            f"{part} does not send `{stop.event}`: it sends other events since {day}, and should bring"
            f" {share_text(stop.share)} of this one by now. The other versions send it as before."
        )
    whole = f"{part} no longer sends `{stop.event}` {since}: it brought {share_text(stop.share)} of it"
    whole += f" ({rate_text(stop.a_day)}), and the rest comes as before."
    return f"{whole[0].upper()}{whole[1:]}" if stop.kind == "library" else whole
