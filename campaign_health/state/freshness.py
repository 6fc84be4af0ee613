"""How old what is known is: one rule for everybody who says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_health.process.clock import NOW_SETTING, local_day
from campaign_health.state.source_health import SourceState, core
from campaign_health.words.dates import clock_text, day_text, moment_text
from campaign_health.words.lists import joined
from campaign_health.words.numbers import plural
from campaign_health.words.source_names import source_name, source_names

STALE_AFTER = timedelta(hours=36)
"""Collected daily, a source's newest answer is never older than this; older means that something has stopped."""

JUDGED_WITHIN_DAYS = 2
"""The morning after, the newest judged day is yesterday; one older than this says nothing of how things stand."""

CLOCKS_DIFFER_BY = timedelta(hours=1)
"""The machines that collect and that ask may be apart by this much; a collection from later than that is not yet."""


def staleness(
    workspace: str, sources: Sequence[SourceState], judged_day: date | None, zone: ZoneInfo, now: datetime
) -> str | None:
    """What is too old to be trusted, in a sentence; None where nothing is."""
    needed = core(sources)
    answered = [one.answered_at for one in needed if one.answered_at is not None]
    if not answered:
        return f"Nothing was collected for {workspace} yet."
    newest = max(one.newest_run_at for one in needed)
    if newest - now > CLOCKS_DIFFER_BY:
        return (
            f"The clock says {clock_text(now, zone)}, which is before the newest collection"
            f" ({clock_text(newest, zone)}): set this machine's clock, or remove {NOW_SETTING}."
        )
    if judged_day is None:
        return f"Nothing was judged for {workspace} yet: run `campaign-health judge`."
    old = [one for one in needed if one.answered_at is not None and now - one.answered_at > STALE_AFTER]
    if old:
        oldest = min(one.answered_at for one in old if one.answered_at is not None)
        days = plural((local_day(now, zone) - local_day(oldest, zone)).days, "day")
        of = "" if len(old) == len(needed) else f" of {source_names((one.source for one in old), old[0].events)}"
        return f"The newest collection{of} is {days} old: what follows is not of today."
    if (local_day(now, zone) - judged_day).days > JUDGED_WITHIN_DAYS:
        return f"Nothing after {day_text(judged_day, local_day(now, zone))} was judged: run `campaign-health judge`."
    return None


def collected_text(sources: Sequence[SourceState], zones: Mapping[str, ZoneInfo], now: datetime) -> str | None:
    """When everything was collected: `all sources collected today at 06:32`; None where nothing ever was."""
    if not sources:
        return None
    asked = [one for one in sources if one.source != "share"]
    troubled = sorted({source_name(one.source, one.events) for one in asked if one.trouble})
    when = collected_when(sources, zones, now)
    kept = "" if all(one.trouble is None for one in sources if one.source == "share") else "; it could not be shared"
    text = f"collected {when}, except part of {joined(troubled)}" if troubled else f"all sources collected {when}"
    return text + kept


def collected_when(sources: Sequence[SourceState], zones: Mapping[str, ZoneInfo], now: datetime) -> str | None:
    """Since when what is known is fresh: `today at 06:32`; None where nothing was ever collected."""
    if not sources:
        return None
    # What was asked last says nothing of a source that was last asked long ago.
    needed = core(sources)
    oldest = min([one for one in needed if not one.trouble] or needed, key=lambda one: one.newest_run_at)
    zone = zones[oldest.workspace]
    return moment_text(oldest.newest_run_at, zone, local_day(now, zone))
