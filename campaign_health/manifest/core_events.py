"""The five lifecycle events worth automating first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CoreEvent:
    """An event, the campaign that should follow it, and how soon."""

    event: str
    campaign: str
    timing: str


CORE_EVENTS = (
    CoreEvent("trial_signup_completed", "Onboarding welcome", "within 2 minutes"),
    CoreEvent("first_value_action", "Activation, next step", "within 15 minutes"),
    CoreEvent("team_invite_sent", "Team expansion", "within 30 minutes"),
    CoreEvent("paywall_limit_reached", "Upgrade offer", "within 5 minutes"),
    CoreEvent("product_inactive_7d", "Re-engagement", "daily"),
)
