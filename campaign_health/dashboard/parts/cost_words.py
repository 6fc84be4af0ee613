"""What a break costs in words: missed sends, the money at risk, and how that is reckoned."""

from __future__ import annotations

from campaign_health.detection.incident.money import DEFAULT_CONVERSION_RATE
from campaign_health.state.incident import Incident
from campaign_health.words.currency import risk_text
from campaign_health.words.numbers import count, in_round_figures, span, unbroken_share

RISK_IN_SHORT = "missed sends × conversion rate × deal value"
RISK_MEANING = (
    f"{RISK_IN_SHORT.capitalize()}; several messages of one campaign to the same person count once. "
    f"Deal value and rate come from the manifest; without a rate it is {unbroken_share(DEFAULT_CONVERSION_RATE)}."
)


def brief_cost(incident: Incident) -> str:
    """Missed sends and money in round figures, so far and a week, as the headline has them; or why there is none."""
    parts = []
    if _has_missed(incident):
        parts.append(f"about {count(in_round_figures(incident.missed_sends or 0))} missed sends")
    if incident.revenue_at_risk:
        parts.append(risk_text(incident.revenue_at_risk, a_week=incident.dollars_a_week))
    return "; ".join([*parts, *_no_money(incident)]) or "not known yet"


def whole_cost(incident: Incident) -> str:
    """The same with the range of each number."""
    parts = []
    if _has_missed(incident):
        text = f"about {count(incident.missed_sends or 0)} missed sends"
        low, high = incident.missed_sends_low, incident.missed_sends_high
        parts.append(text if low is None or high is None else f"{text} ({span(max(0.0, low), high)})")
    if incident.revenue_at_risk:
        low, high = incident.revenue_at_risk_low, incident.revenue_at_risk_high
        parts.append(risk_text(incident.revenue_at_risk, low, high, a_week=incident.dollars_a_week))
    return "; ".join([*parts, *_no_money(incident)]) or "not known yet"


def _has_missed(incident: Incident) -> bool:
    return incident.missed_sends is not None and round(incident.missed_sends) > 0


def _no_money(incident: Incident) -> list[str]:
    return ["no deal value set, so the money is not known"] if incident.deal_value is None else []
