"""The last four weeks of those campaigns that are drawn: of thousands, a page shows a few at a time."""

from __future__ import annotations

import pandas as pd

from campaign_health.dashboard.page import Page
from campaign_health.dashboard.published_cache import answer
from storage.read.campaign_verdicts import campaign_lines


def with_lines(page: Page, campaigns: pd.DataFrame, most: int | None = None) -> pd.DataFrame:
    """The rows of `campaigns_now`, in their order, with the columns of `campaign_lines`; beyond the first `most` rows
    those are not known.
    """
    asked = tuple(int(number) for number in campaigns["campaign_id"].iloc[:most])
    return campaigns.merge(answer(campaign_lines, page.name, asked), on="campaign_id", how="left")
