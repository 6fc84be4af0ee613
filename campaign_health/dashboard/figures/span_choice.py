"""Which of a campaign's days a chart shows, and the days before them to compare with. Pure."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from campaign_health.dashboard.figures.timeline import Before
from campaign_health.words.numbers import plural

# Whole weeks, so that the period before begins on the same weekday.
SPANS = {"4 weeks": 28, "3 months": 91, "1 year": 364, "All": 0}
DEFAULT_SPAN = "3 months"


def since_its_first_day(days: pd.DataFrame) -> pd.DataFrame:
    """The days without the empty ones at their beginning, on which the campaign did not run yet or nobody answered.

    All of them for a campaign that never ran: there its event's counts are what there is to see.
    """
    is_answered = days["campaign_state"].isin(("observed", "provisional")) | (days["sent"].astype(float) > 0)
    return days.loc[is_answered.idxmax() :] if is_answered.any() else days


def span_of(days: pd.DataFrame, span: str | None) -> pd.DataFrame:
    """The newest days of a span (a key of SPANS; of another the default); at most those since its first day."""
    known = since_its_first_day(days)
    length = SPANS.get(str(span), SPANS[DEFAULT_SPAN])
    return known.tail(length) if length else known


def before_span(days: pd.DataFrame, part: pd.DataFrame) -> Before | None:
    """The sends of the days before `part`, as many as there are in it, each under the day so much later; None where
    none of them is known.
    """
    shift = timedelta(days=len(part))
    sent = days.set_index(pd.to_datetime(days["day"]))["sent"].astype(float)
    sent.index = sent.index + shift
    moved = sent.reindex(pd.to_datetime(part["day"]))
    return None if moved.isna().all() else Before(f"Sends {plural(len(part), 'day')} before", moved)
