"""What a channel is told of broadcasts and transactional messages: once that one broke, once that it recovered."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from campaign_health.alerts.digest.situation import TellOnce
from campaign_health.state.beside_campaigns import BesideCampaigns
from campaign_health.words.beside_words import BACK_WORDS

_BACK = ("healthy", "surging")
"""Statuses that say that sends are back; that it was switched off, or that too little is known, does not."""


def told_beside(beside: BesideCampaigns, said: Collection[str]) -> Iterator[TellOnce]:
    """The broken ones, whole stops first, and those that recovered since `said`, the ids of what a channel was told.

    The times that a channel heard of a break of one and of its end are numbered, since the first day of a break can
    still move while it lasts, and is no news then.
    """
    for one in (*beside.broken, *(one for one in beside.triggered if not one.is_broken)):
        thing = f"{one.kind}:{one.object_id}"
        times = sum(change_id.startswith(f"recovered_beside:{thing}:") for change_id in said)
        broke, back = f"broken_beside:{thing}:{times}", f"recovered_beside:{thing}:{times}"
        if one.is_broken:
            owner = f" Owner: {one.owner}." if one.owner else ""
            yield TellOnce(broke, one.title, one.sentence + owner, told=broke in said)
        elif one.status in _BACK and broke in said:
            yield TellOnce(back, one.title, BACK_WORDS, recovered=True)
