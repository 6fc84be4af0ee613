"""Stored incidents, with what the campaign and its plan add to them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import duckdb

from storage.read.counted_days import COUNTED_DAYS
from storage.read.judged import campaign_plans
from storage.read.one_campaign import campaign_names
from storage.read.rows import as_rows

# A published file of an older version has no currency in its plans, and does not say how an incident ended.
_INCIDENTS = f"""
WITH counted AS ({COUNTED_DAYS})
SELECT i.* EXCLUDE (acknowledged_at), c.name AS campaign, c.event AS trigger,
       p.* EXCLUDE (workspace, campaign_id, event, event_from, conversion_rate, timing, uses), c.tags,
       n.counted_days, r.as_of
FROM incident i
LEFT JOIN campaign c USING (workspace, campaign_id)
LEFT JOIN campaign_plan p USING (workspace, campaign_id)
LEFT JOIN judge_run r USING (workspace)
LEFT JOIN counted n USING (workspace, incident_id)
WHERE i.workspace = $workspace
  AND CASE WHEN $campaign_id IS NOT NULL THEN i.campaign_id IN ($campaign_id, 0)
           ELSE i.status = 'open' OR i.incident_id IN (SELECT unnest($also)) END
ORDER BY i.incident_id
"""  # noqa: S608


def incident_rows(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    *,
    campaign_id: int | None = None,
    also: Collection[str] = (),
) -> list[dict[str, Any]]:
    """The open incidents of a workspace and those whose ids are in `also`; of one campaign: all it ever had.

    Columns: those of `incident`, with campaign (its name), trigger (the event that its trigger names), owner,
    deal_value, currency (None for dollars), tags, counted_days (over which its missed sends were added up, None where
    there is none) and as_of (the newest judged day). Currency, ended_how, campaign_ids and what people said apart are
    not there in a file of an older version. An incident of a source has campaign_id 0, its campaigns' ids in
    campaign_ids and their names, in alphabetical order, in campaigns; unpriced_campaigns is how many of those have no
    deal_value, and currency that of the others.
    """
    values = {"workspace": workspace, "campaign_id": campaign_id, "also": sorted(also)}
    rows = as_rows(connection.execute(_INCIDENTS, values))
    of_sources = [row for row in rows if row["campaign_id"] == 0]
    names = campaign_names(connection, workspace) if of_sources else ()
    plans = campaign_plans(connection, workspace) if of_sources else ()
    for row in of_sources:
        row["campaigns"] = [name for number, name in names if number in row["campaign_ids"]]
        priced = [
            plan for plan in plans if plan["campaign_id"] in row["campaign_ids"] and plan["deal_value"] is not None
        ]
        row["unpriced_campaigns"] = len(row["campaign_ids"]) - len(priced)
        row["currency"] = next((plan.get("currency") for plan in priced), None)
    return [row for row in rows if campaign_id is None or campaign_id in (row.get("campaign_ids") or [campaign_id])]
