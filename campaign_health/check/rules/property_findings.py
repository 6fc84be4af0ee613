"""How a drift of a property in the code is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaign_health.check.code.properties.given_properties import GivenProperty
from campaign_health.check.code.properties.property_calls import PropertyCall
from campaign_health.check.findings import Finding
from campaign_health.check.git_tree import readable
from campaign_health.check.labels import at, labels, stopped
from campaign_health.manifest.dependencies import CampaignDependency
from campaign_health.manifest.schema import PropertyType


@dataclass(frozen=True)
class Drift:
    """One property of one call that is not what campaigns need.

    Attributes:
        rule: One of the rules of findings.
        key: The property.
        now: The call at the head.
        before: The same call at the base; None if it is new.
        was: What the call gave for the property at the base.
        given: What it gives now, under its own or its likely new name.
        expected: The type that it should have, where it has another.
    """

    rule: str
    key: str
    now: PropertyCall
    before: PropertyCall | None = None
    was: GivenProperty | None = None
    given: GivenProperty | None = None
    expected: PropertyType | None = None


def drift_finding(event: str, users: Sequence[CampaignDependency], drifts: Sequence[Drift]) -> Finding:
    """The finding of one or several calls that drift alike; it stands at the first of them."""
    first, *others = sorted(drifts, key=lambda drift: (drift.now.path, drift.now.line))
    file = readable(first.before.path) if first.before else None
    line = (first.was.line if first.was else first.before.line) if first.before else None
    head_file = readable(first.now.path)
    head_line = first.given.line if first.given else first.now.line
    more = f" and {len(others)} more place{'' if len(others) == 1 else 's'}" if others else ""
    renamed = first.given.key if first.rule == "property_renamed_in_code" and first.given else None
    return Finding(
        rule=first.rule,
        severity="violation",
        message=_message(event, first, at(head_file, head_line) + more, stopped(users)),
        event=event,
        property=first.key,
        new_name=renamed,
        campaigns=labels(users),
        file=file,
        line=line,
        head_file=head_file,
        head_line=head_line,
    )


def _message(event: str, drift: Drift, place: str, hit: str) -> str:
    key = f"`{drift.key}`"
    if drift.rule == "property_renamed_in_code" and drift.given:
        return (
            f"`{event}` is sent with `{drift.given.key}` in place of {key} at {place}: this breaks {hit}, which "
            f"needs {key}. Keep sending {key} until the campaign and the manifest have the new name."
        )
    if drift.rule == "property_gone_in_code":
        return (
            f"`{event}` is sent without {key} at {place}: this breaks {hit}, which needs {key}. Send it again, or "
            "take it out of the campaign and the manifest first."
        )
    if drift.rule == "property_missing_in_new_call":
        return (
            f"`{event}` is newly sent at {place}, without {key}: this breaks {hit}, which needs {key}. Send it, as "
            "the other calls do."
        )
    kind = drift.given.kind if drift.given else None
    return (
        f"{key} of `{event}` becomes {_article(kind)} at {place} and should be {_article(drift.expected)}: this "
        f"breaks {hit}, which was written for that. Send it as before, or under a new name."
    )


def _article(kind: PropertyType | None) -> str:
    return "null" if kind in (None, "null") else f"{'an' if kind[0] in 'aio' else 'a'} {kind}"
