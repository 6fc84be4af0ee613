"""What Customer.io counts of messages and journeys that went nowhere, by day, in bulk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.connection import Connection

COUNTERS = (
    "created", "sent", "drafted", "failed", "undeliverable", "suppressed", "bounced", "started", "never_activated",
)  # fmt: skip

# Only of campaigns of which anything is held back at all.
_COUNTS = """
    SELECT c.campaign_id, (c.day - $first_day)::INTEGER AS day,
        c.created, c.sent, c.drafted, c.failed, c.undeliverable, c.suppressed,
        CASE WHEN c.engagement_state = 'observed' THEN c.bounced END AS bounced,
        CASE WHEN j.state = 'observed' THEN j.started END AS started,
        CASE WHEN j.state = 'observed' THEN j.never_activated END AS never_activated
    FROM campaign_day c LEFT JOIN journey_day j USING (workspace, campaign_id, day)
    WHERE c.workspace = $workspace AND c.day BETWEEN $since AND $last_day AND c.state = 'observed'
        AND c.campaign_id IN (
            SELECT campaign_id FROM campaign_day
            WHERE workspace = $workspace AND day BETWEEN $since AND $last_day
                AND coalesce(drafted, 0) + coalesce(failed, 0) + coalesce(undeliverable, 0) + coalesce(suppressed, 0)
                    + coalesce(bounced, 0) > 0
            UNION
            SELECT campaign_id FROM journey_day
            WHERE workspace = $workspace AND day BETWEEN $since AND $last_day AND never_activated > 0
        )
"""


def held_back_counts(
    connection: Connection, workspace: str, first_day: date, since: date, last_day: date
) -> Mapping[str, NDArray[Any]]:
    """Columns campaign_id, day (days after `first_day`) and `COUNTERS`, NaN unknown, from `since` to `last_day`."""
    values = {"workspace": workspace, "first_day": first_day, "since": since, "last_day": last_day}
    found = connection.execute(_COUNTS, values).fetchnumpy()
    return {
        name: np.ma.filled(np.ma.asarray(column).astype(np.float64), np.nan) if name in COUNTERS else np.asarray(column)
        for name, column in found.items()
    }
