"""Brings a campaign's plan, and the money of its open incident, in line with what was said of it."""

from __future__ import annotations

from campaign_health.decisions.stated_facts import declared_facts, facts_in_force, facts_said
from campaign_health.detection.incident.money import DEFAULT_CONVERSION_RATE, Estimate, revenue_at_risk
from campaign_health.manifest.durations import promised_minutes
from storage.connection import Connection
from storage.read.decisions_made import decisions_in_force, trigger_event
from storage.read.judged import campaign_plans, missed_events
from storage.save.decisions import save_facts, save_revenue


def apply_facts(connection: Connection, workspace: str, campaign_id: int) -> None:
    """Write what holds now. Call it in the transaction that recorded or undid a decision.

    An incident that is over keeps the money that it was told with, and that of a source gets it with the next judging.
    """
    plans = [row for row in campaign_plans(connection, workspace) if row["campaign_id"] == campaign_id]
    declared = declared_facts(plans[0] if plans else {})
    said = facts_said(decisions_in_force(connection, workspace)).get(campaign_id)
    facts = facts_in_force(declared, said)
    value = facts["deal_value"]
    currency = declared["currency"] if value is not None else None
    event = trigger_event(connection, workspace, campaign_id)
    more = {"currency": currency, "timing_minutes": promised_minutes(facts["timing"])}
    save_facts(connection, workspace, campaign_id, facts | more, declared, event)
    rate = DEFAULT_CONVERSION_RATE if facts["conversion_rate"] is None else facts["conversion_rate"]
    for incident_id, missed in missed_events(connection, workspace, campaign_id).items():
        risk = None if value is None else revenue_at_risk(Estimate(*missed), value, rate)
        save_revenue(connection, workspace, incident_id, risk)
