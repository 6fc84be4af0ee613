"""Days that their own verdict calls healthy, and that are known today to belong to a break."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from campaign_health.state.incident import Incident

# What a day's own verdict may say while a break that shows only over several days has already begun.
_UNAWARE = ("healthy", "journeys_only", "too_quiet", "volume_down")


def as_known_now(days: pd.DataFrame, incidents: Sequence[Incident]) -> pd.DataFrame:
    """The days with `status` and `stage` of the incident they lie in, and `found_later` where that overrules them."""
    known = days.assign(found_later=False)
    day = pd.to_datetime(days["day"])
    for one in incidents:
        if one.status == "withdrawn":
            continue
        # Later days say themselves what they were: good ones lie between a break and the day on which it came back.
        inside = (day >= pd.Timestamp(one.opened_on)) & (day <= pd.Timestamp(one.detected_on))
        overruled = inside & days["status"].isin(_UNAWARE)
        known.loc[overruled, ["status", "stage", "found_later"]] = [one.kind, one.stage, True]
    return known
