"""What a break costs in words: missed sends, the money at risk, and how that is reckoned."""

from __future__ import annotations

from campaign_health.state.incident import Incident
from campaign_health.words.costs import cost_text, missed_text, risk_text, unpriced_text
from campaign_health.words.glossary import RISK, meaning_of

RISK_MEANING = str(meaning_of(RISK))


def brief_cost(incident: Incident) -> str:
    """Missed sends, and money so far and a week as the headline adds it up; or why there is none."""
    missed = missed_text(incident.missed_sends)
    risk = risk_text(incident.revenue_at_risk, currency=incident.currency, a_week=incident.risk_a_week)
    return cost_text(missed, risk, _no_money(incident)) or "not known yet"


def whole_cost(incident: Incident) -> str:
    """The same with the range of each number."""
    missed = missed_text(incident.missed_sends, incident.missed_sends_low, incident.missed_sends_high)
    low, high = incident.revenue_at_risk_low, incident.revenue_at_risk_high
    risk = risk_text(incident.revenue_at_risk, low, high, currency=incident.currency, a_week=incident.risk_a_week)
    return cost_text(missed, risk, _no_money(incident)) or "not known yet"


def _no_money(incident: Incident) -> str:
    if not incident.unpriced:
        return ""
    if incident.unpriced < len(incident.of_campaigns):
        return f"{unpriced_text(incident.unpriced)}, so their money is not known"
    return "no deal value set, so the money is not known"
