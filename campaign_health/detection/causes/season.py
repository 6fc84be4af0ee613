"""An event that dwindled over weeks and then stopped, with nothing unusual around it: a season may be over."""

from __future__ import annotations

from itertools import pairwise

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.detection.causes.edits import edits_near
from campaign_health.detection.causes.links_kept import Chain
from campaign_health.words.dates import day_text
from campaign_health.words.numbers import rate_text

WEEKS = 4
ASK_AFTER_DAYS = 4
"""Silent days after which it is asked: until then it may be a break as any other."""

LEAST_FALL = 0.9
"""Of the week before: each week has to bring less than that, down to the last."""

WHOLE_FALL = 0.5
"""Of the oldest of these weeks: the last one has to bring less than that."""

EDGE = 0.25
"""Of the week before: a week with less fell as in a release, not as a season ends."""

LEAST_EVENTS = 3.0
"""A day, in the oldest of these weeks: of fewer, chance makes weeks that fall."""


def season_ended(case: BrokenCampaign, chain: Chain) -> Cause | None:
    """Whether the event ended as a season does. To be asked only where the event is gone and no new name is known."""
    weeks = chain.weeks_before("events", WEEKS)
    days = (case.as_of - case.since).days + 1
    if weeks is None or days < ASK_AFTER_DAYS or case.born_near or edits_near(case):
        return None
    falls = [newer / older if older > 0 else 1.0 for newer, older in pairwise(weeks)]
    fell = all(EDGE <= fall <= LEAST_FALL for fall in falls) and weeks[0] <= WHOLE_FALL * weeks[-1]
    if not fell or weeks[-1] < LEAST_EVENTS:
        return None
    day = day_text(case.since, case.as_of)
    return Cause(
        "season_ended",
        0.88,
        case.since,
        f"`{case.event}` fell week by week from {rate_text(weeks[-1])} to {rate_text(weeks[0])} before it stopped on"
        f" {day}, and nothing unusual happened around it: no new event, no edit, no sudden fall. Has its season ended?",
        {"event": case.event, "events_a_day_by_week": [round(week, 2) for week in reversed(weeks)], "days_since": days},
        "If the season is over, mark the incident as intended: it is then not raised again. If it is not, ask the"
        f" engineers what became of `{case.event}`.",
    )
