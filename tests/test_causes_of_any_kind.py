"""Every cause has someone to ask, is fit for JSON and rests on the numbers of three tables."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from campaign_health.detection.causes import campaign_numbers, find_causes
from tests.causes_cast import AS_OF, SINCE, case, headline, lost, numbers, rename


def test_the_owner_is_the_one_to_ask() -> None:
    assert "Ask @platform-team" in headline(lost(owner="@platform-team")).next_step
    assert "ask @platform-team" in headline(lost(owner="@platform-team", renames=[rename()])).next_step


def test_every_cause_is_fit_for_json() -> None:
    for broken in (lost(renames=[rename()]), lost(), case(numbers=numbers(failed=98, sent=1)), case(event=None)):
        for cause in find_causes(broken):
            assert json.loads(json.dumps(cause.as_json(), allow_nan=False))["cause"] == cause.cause


def test_the_numbers_of_a_case_come_from_the_three_tables() -> None:
    day = pd.Timestamp(SINCE)
    event_day = pd.DataFrame({"event": ["a", "b"], "day": [day, day], "events": pd.array([5, 9], dtype="Int64")})
    campaign_day = pd.DataFrame({"campaign_id": [1], "day": [day], "sent": pd.array([None], dtype="Int64")})
    journey_day = pd.DataFrame({"campaign_id": [1], "day": [day + pd.Timedelta(days=1)], "started": [4]})
    made = campaign_numbers(event_day, campaign_day, journey_day, 1, "a", AS_OF)
    assert made.loc[day, "events"] == 5
    assert np.isnan(made.loc[day, "sent"])
    assert made.loc[day + pd.Timedelta(days=1), "started"] == 4
