"""What people say of a campaign on the page in place of the manifest: which of the two holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from campaign_health.words.campaign_facts import FACT_LABELS
from storage.read.decisions_made import Decision

FACTS = tuple(FACT_LABELS)
"""owner, deal_value, conversion_rate (0 to 1) and timing."""


def declared_facts(plan: Mapping[str, Any]) -> dict[str, Any]:
    """What the manifest itself says, of a row of `campaign_plan`: each of `FACTS`, and its `currency` (None: dollars).

    In a row that was written before it was kept apart, all is the manifest's.
    """
    stored = plan.get("declared")
    source: Mapping[str, Any] = json.loads(stored) if stored else plan
    return {name: source.get(name) for name in (*FACTS, "currency")}


def facts_said(decisions: Sequence[Decision]) -> dict[int, str]:
    """What was said of each campaign last, as stored; `decisions` are those in force."""
    return {one.campaign_id: one.about or "{}" for one in decisions if one.kind == "campaign_facts" and one.campaign_id}


def facts_in_force(declared: Mapping[str, Any], said: str | None) -> dict[str, Any]:
    """Each of `FACTS` as it holds now.

    What somebody said holds against what the manifest said at that time: once the manifest says another thing, it has
    spoken last, and it holds.
    """
    changed: Mapping[str, Any] = json.loads(said or "{}")
    return {
        name: changed[name][1] if name in changed and changed[name][0] == declared.get(name) else declared.get(name)
        for name in FACTS
    }


def as_said(declared: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """What is stored where somebody wants these facts: only what differs from the manifest, beside what that says."""
    changed = {name: [declared.get(name), wanted[name]] for name in FACTS if wanted[name] != declared.get(name)}
    return json.dumps(changed, ensure_ascii=False)
