"""False alarms as people counted them, beside the budget that was promised."""

from __future__ import annotations

from dataclasses import dataclass

from campaign_health.words.numbers import plural
from campaign_health.words.status_words import BROKEN
from storage.connection import Connection
from storage.read.false_alarms_said import false_alarms_said, watched_days
from storage.read.found_incidents import watched_since

_DAYS_PER_YEAR = 365.25
_WATCHED = (*BROKEN, "healthy", "journeys_only", "surging", "volume_down")
"""Statuses of days on which an alarm could have been raised: enough was known, and enough was sent."""


@dataclass(frozen=True)
class FalseAlarms:
    """How many incidents of a workspace somebody called a false alarm, and over how many years of one campaign each."""

    workspace: str = ""
    said: int = 0
    campaign_years: float = 0.0

    def sentence(self, promised_years: float) -> str:
        """Both beside the promise of at most one in so many years of a campaign: `2 false alarms in 14 years, all
        campaigns added up; promised: at most 1 in 8 years.`
        """
        years = self.campaign_years
        span = f"{years:,.0f}" if years >= 10 else f"{years:.1f}" if years >= 0.05 else "under 0.1"
        unit = "year" if span == "1.0" else "years"
        number = plural(self.said, "false alarm") if self.said else "No false alarm"
        return f"{number} in {span} {unit}, all campaigns added up; promised: at most 1 in {promised_years:g} years."


def read_false_alarms(connection: Connection, workspace: str) -> FalseAlarms:
    """The false alarms of one workspace since it is watched: of days before that, nobody could have said so."""
    began = watched_since(connection, workspace)
    days = 0 if began is None else watched_days(connection, workspace, _WATCHED, began.date())
    return FalseAlarms(workspace, false_alarms_said(connection, workspace), days / _DAYS_PER_YEAR)
