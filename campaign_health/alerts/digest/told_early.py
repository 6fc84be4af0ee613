"""What a channel is told between two mornings: once that a campaign fell silent, once that it sends again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_health.alerts.digest.situation import TellOnce
from campaign_health.state.early_signs import EarlyState

SAME_WITHIN = timedelta(hours=24)
"""The first hour of a silence may still move while late events come in; it is the same silence then."""
BACK_WORDS = "Messages go out again; the early sign is over."


def told_early(
    state: EarlyState, said: Collection[str], zone: ZoneInfo, broken: Collection[int], names: Mapping[int, str]
) -> Iterator[TellOnce]:
    """The signs that stand, and the campaigns that send again since a sign that the channel heard of (`said`).

    Of a sign that gave way to the daily look's own verdict (`broken`), nothing more is said.
    """
    heard = signs_heard(said)
    standing = {one.campaign_id for one in state.signs}
    for one in state.signs:
        earlier = heard.get(one.campaign_id)
        is_told = earlier is not None and not _is_over(one.campaign_id, earlier, said)
        is_told &= earlier is not None and one.since - earlier < SAME_WITHIN
        hour = earlier if is_told and earlier is not None else one.since
        yield TellOnce(_id("early", one.campaign_id, hour), one.campaign, one.sentence(zone), told=is_told)
    for campaign_id, hour in heard.items():
        sent = (state.newest_sent or {}).get(campaign_id)
        is_back = sent is not None and sent > hour and campaign_id not in standing and campaign_id not in broken
        if is_back and campaign_id in names and not _is_over(campaign_id, hour, said):
            yield TellOnce(_id("early_back", campaign_id, hour), names[campaign_id], BACK_WORDS, recovered=True)


def signs_heard(said: Collection[str]) -> dict[int, datetime]:
    """The first hour of the newest sign that was told of each campaign, by its id."""
    return dict(_heard(said))


def _heard(said: Collection[str]) -> Iterator[tuple[int, datetime]]:
    """Campaign and first hour of each sign that was told, the newest last."""
    for change_id in sorted(said):
        kind, _, rest = change_id.partition(":")
        campaign_id, _, hour = rest.partition(":")
        if kind == "early":
            yield int(campaign_id), datetime.fromisoformat(hour)


def _is_over(campaign_id: int, hour: datetime, said: Collection[str]) -> bool:
    return _id("early_back", campaign_id, hour) in said


def _id(kind: str, campaign_id: int, hour: datetime) -> str:
    return f"{kind}:{campaign_id}:{hour.isoformat()}"
