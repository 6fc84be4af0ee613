"""Campaigns of which somebody said on the page what the manifest does not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaign_health.decisions.stated_facts import declared_facts, facts_in_force, facts_said
from storage.connection import Connection
from storage.read.decisions_made import decisions_in_force
from storage.read.judged import campaign_plans
from storage.read.setup_progress import set_up_campaigns


@dataclass(frozen=True)
class StatedCampaign:
    """One such campaign: the event that it is watched against, and the facts that hold against the manifest's."""

    campaign_id: int
    name: str
    event: str | None
    facts: Mapping[str, Any]


def stated_campaigns(connection: Connection, workspace: str) -> tuple[StatedCampaign, ...]:
    """Those whose owner, money or timing holds as said on the page, by name; not what the manifest says by now, too."""
    said = facts_said(decisions_in_force(connection, workspace))
    plans = {row["campaign_id"]: row for row in campaign_plans(connection, workspace)} if said else {}
    found = []
    for one in set_up_campaigns(connection, workspace) if said else ():
        plan = plans.get(one.campaign_id, {})
        declared = declared_facts(plan)
        holding = facts_in_force(declared, said.get(one.campaign_id))
        if changed := {name: value for name, value in holding.items() if value != declared[name]}:
            found.append(StatedCampaign(one.campaign_id, one.name, plan.get("event"), changed))
    return tuple(found)
