"""One cause for many: most campaigns broke at the same stage on the same day, so the reason is none of theirs."""

from __future__ import annotations

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.words.dates import day_text
from campaign_health.words.guides import ask
from campaign_health.words.numbers import plural
from campaign_health.words.recovery_words import who_missed

SOURCE_TROUBLE = "source_trouble"
"""The cause that is none of one campaign's."""

TOGETHER_DAYS = 1
"""First bad days that lie no further apart belong to one trouble."""

LEAST_TOGETHER = 4
"""Campaigns, on at least three triggers, that have to break together."""

LEAST_TRIGGERS = 3
LEAST_SHARE = 0.6
"""Of the campaigns that were due to send."""

_WHAT = {
    "started": ("events came and started no journeys", "events came and started fewer journeys"),
    "activated": ("journeys started and went no further", "journeys started and fewer went on"),
    "sent": ("journeys went on and nothing was sent", "journeys went on and less was sent"),
    "delivered": ("messages were sent and did not arrive", "messages were sent and fewer arrived"),
}

_ENGINEERS, _ACCOUNT = "the engineers", "whoever runs your Customer.io account"
_TO_ASK = {
    "started": (_ENGINEERS, "whether the connection that sends it events still runs"),
    "activated": (_ENGINEERS, "whether the attributes and segments that filters use are still kept up to date"),
    "sent": (_ACCOUNT, "whether sending is paused or limited for the whole account"),
    "delivered": (_ACCOUNT, "whether the sending domain, its keys or the delivery provider changed"),
}


def broke_together(campaigns: int, due: int, triggers: int) -> bool:
    """Whether so many of the campaigns that were due to send, on so many triggers, have no causes of their own."""
    return campaigns >= LEAST_TOGETHER and triggers >= LEAST_TRIGGERS and campaigns >= LEAST_SHARE * due


def source_trouble(case: BrokenCampaign) -> Cause | None:
    """Customer.io itself, or what connects to it, where most campaigns that were due to send broke together."""
    together = len(case.others_broken) + 1
    if case.stage not in _WHAT or case.due_together is None:
        return None
    due = max(case.due_together, together)
    share = together / due
    if not broke_together(together, due, case.triggers_broken):
        return None
    day = day_text(case.since, case.as_of)
    whom, whether = _TO_ASK[case.stage]
    what = _WHAT[case.stage][case.kind == "degraded"]
    return Cause(
        SOURCE_TROUBLE,
        0.95,
        case.since,
        f"{together} of the {plural(due, 'campaign')} that were due to send broke together"
        f" on {day}: {what}. So the reason lies with Customer.io or the connection to it, and with none of them alone.",
        {
            "campaigns_broken": together,
            "campaigns_due": due,
            "share_broken": round(share, 3),
            "stage": case.stage,
        },
        f"Look at Customer.io's status page for {day}. {ask(None, whom)} {whether}, and what was changed or released"
        f" that day. All of them should be back together; {who_missed('what')}.",
    )
