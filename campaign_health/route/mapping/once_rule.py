"""A campaign that gives a person its message once in a while, and the events that use it up. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from campaign_health.manifest.conditions import Condition, holds
from campaign_health.manifest.durations import seconds_of
from campaign_health.manifest.schema import CampaignEntry
from storage.outbox.events.event_windows import FOR_EVER


@dataclass(frozen=True)
class OnceRule:
    """A campaign by its name, in how many seconds it is given once (0: without bound), and which events get it."""

    rule: str
    seconds: float
    when: Mapping[str, Condition]


def once_rules(campaigns: Iterable[CampaignEntry], names: Iterable[str]) -> tuple[OnceRule, ...]:
    """The rules of the campaigns that hang on an event of these names."""
    known = set(names)
    return tuple(
        OnceRule(one.label, FOR_EVER if one.once == "ever" else float(seconds_of(one.once or "") or 0), one.when)
        for one in campaigns
        if one.event is not None and one.event.strip() in known
    )


def claims(rules: Iterable[OnceRule], attributes: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Which rules an event of these attributes has to claim: name and seconds; none where it may go in any case.

    It may where a campaign gets it that has no bound, and where none is said to get it: Customer.io's trigger is the
    judge. A campaign whose `when` asks for what is not sent gets it for all we know.
    """
    of_it = [one for one in rules if holds(one.when, attributes) is not False]
    return [] if any(one.seconds == 0 for one in of_it) else [(one.rule, one.seconds) for one in of_it]
