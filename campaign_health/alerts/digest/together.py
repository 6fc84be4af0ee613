"""Many campaigns that one cause broke together are one item of a digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from campaign_health.alerts.digest.digest_data import DigestItem, Money
from campaign_health.words.lists import joined
from campaign_health.words.numbers import plural
from campaign_health.words.status_words import cause_label

SHARED = cause_label("source_trouble")
"""The title of the one cause that is nobody's own."""


def told_together(items: Sequence[DigestItem]) -> list[DigestItem]:
    """The items of a section, with those of one shared cause that began and ended on the same days as one item."""
    groups: dict[object, list[DigestItem]] = {}
    for item in items:
        shared = item.cause_title == SHARED
        key = (item.since, item.recovered_on, item.ended, item.status) if shared else item.incident_id
        groups.setdefault(key, []).append(item)
    return [group[0] if len(group) == 1 else _as_one(group) for group in groups.values()]


def _as_one(group: Sequence[DigestItem]) -> DigestItem:
    names = tuple(item.campaign for item in group)
    note = f"They are {joined(names)}."
    return replace(
        group[0],
        campaign=f"{plural(len(group), 'campaign')} together",
        campaigns=names,
        seen=group[0].cause,
        cause="",
        missed_sends=_sum([item.missed_sends for item in group]),
        missed_sends_low=_sum([item.missed_sends_low for item in group]),
        missed_sends_high=_sum([item.missed_sends_high for item in group]),
        money=_money(group),
        owner=group[0].owner if len({item.owner for item in group}) == 1 else None,
        sends=(),
        note=f"{note} {group[0].note}".rstrip(),
        acknowledge_link=None,
        mute_link=None,
    )


def _sum(numbers: Sequence[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _money(group: Sequence[DigestItem]) -> Money | None:
    """What all of them cost, where it is known of any and all of it is in one currency."""
    known = [item.money for item in group if item.money is not None]
    if not known or len({money.currency for money in known}) > 1:
        return None
    weeks = [money.a_week for money in known if money.a_week is not None]
    low, high = sum(money.low for money in known), sum(money.high for money in known)
    return Money(sum(money.amount for money in known), low, high, sum(weeks) if weeks else None, known[0].currency)
