"""Decides whether a digest is due: pure, from the clock, the settings and what was sent before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from campaign_health.alerts.digest.building import is_news
from campaign_health.alerts.digest.digest_data import Kind
from campaign_health.alerts.digest.situation import Situation
from campaign_health.settings import DigestSettings
from campaign_health.state.standing import standing_on
from campaign_health.words.not_watched import CHECKED

PROOF_OF_LIFE_DAYS = 7


@dataclass(frozen=True)
class PastAnnouncement:
    """What a channel got before. `made_at` and `retry_at` are instants in UTC, `day` the workspace's day."""

    announcement_id: str
    kind: Kind
    day: date
    made_at: datetime
    status: Literal["sending", "sent", "failed"]
    retry_at: datetime | None


def kind_due(
    situation: Situation,
    past: Sequence[PastAnnouncement],
    settings: DigestSettings,
    now: datetime,
    zone: ZoneInfo,
    *,
    editable: bool,
) -> Kind | None:
    """What is due on one channel at `now`, or None.

    The day's digest is due once its local time has come, where anything is new, and daily while a rename was confirmed
    and the campaign does not send again. Else, where nothing is new, a sign of life
    (all clear, or a reminder of what is still broken) is due when seven days went by without any message; never where
    nothing was judged, and never as an all clear where the newest judged day is old or nothing could be told of any
    campaign.
    A failed attempt is tried again at its `retry_at`. A channel gets one digest a day, except where the day's message
    can be edited in place (`editable`).
    """
    local = now.astimezone(zone)
    today = local.date()
    if past and past[-1].status == "failed" and past[-1].retry_at is not None and past[-1].retry_at > now:
        return None
    arrived = [p for p in past if p.status == "sent"]
    said_today = any(p.day == today and p.kind != "urgent" for p in arrived)
    if not _time_has_come(local, settings) or (said_today and not editable):
        return None
    untold = any(not source.told for source in situation.failed_sources)
    untold |= any(not one.told for one in situation.beside)
    if untold or any(is_news(change, today) for change in situation.changes):
        return "digest"
    if situation.judged_day is None:
        return None
    # Who confirmed a rename knows what to do, and nothing is sent until it is done: that is told every day.
    if not said_today and any(one.renamed_by for one in standing_on(situation.incidents, today).broken):
        return "reminder"
    newest = max((p.day for p in arrived), default=None)
    if newest is None or (today - newest) >= timedelta(days=PROOF_OF_LIFE_DAYS):
        checked = not situation.failed_sources and not situation.unchecked and not situation.stale
        checked &= any(situation.counts.get(status) for status in CHECKED)
        is_clear = (
            checked
            and all(one.recovered for one in (*situation.beside, *situation.delivery))
            and not any(one.is_open for one in situation.incidents)
        )
        return "all_clear" if is_clear else "reminder"
    return None


def urgent_incidents(situation: Situation, settings: DigestSettings, today: date) -> frozenset[str]:
    """Incidents whose breaking is to be announced at once: new, not muted, and above the set weight a counted day."""
    weight = settings.urgent_missed_sends
    if weight is None:
        return frozenset()
    new = {c.incident_id for c in situation.changes if c.kind in ("opened", "reopened") and is_news(c, today)}
    return frozenset(
        one.incident_id
        for one in standing_on(situation.incidents, today).broken
        if one.incident_id in new and (one.missed_a_day or 0.0) >= weight
    )


def _time_has_come(local: datetime, settings: DigestSettings) -> bool:
    working_day = settings.days == "all" or local.weekday() < 5
    return working_day and local.time() >= settings.at
