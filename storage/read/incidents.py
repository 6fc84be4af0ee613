"""Stored incidents, with what the campaign and its plan add to them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import duckdb

from storage.read.counted_days import COUNTED_DAYS
from storage.read.rows import as_rows

# A published file of an older version has no currency in its plans, and does not say how an incident ended.
_INCIDENTS = f"""
WITH counted AS ({COUNTED_DAYS})
SELECT i.* EXCLUDE (acknowledged_at), c.name AS campaign, c.event AS trigger, m.event AS counted_event,
       p.* EXCLUDE (workspace, campaign_id, event, event_from, conversion_rate, timing, uses), c.tags,
       n.counted_days, r.as_of
FROM incident i
LEFT JOIN campaign c USING (workspace, campaign_id)
LEFT JOIN campaign_event m USING (workspace, campaign_id)
LEFT JOIN campaign_plan p USING (workspace, campaign_id)
LEFT JOIN judge_run r USING (workspace)
LEFT JOIN counted n USING (workspace, incident_id)
WHERE i.workspace = $workspace
  AND CASE WHEN $campaign_id IS NOT NULL THEN i.campaign_id IN ($campaign_id, 0)
           ELSE i.status = 'open' OR i.incident_id IN (SELECT unnest($also)) END
ORDER BY i.incident_id
"""  # noqa: S608

_MEMBERS = """
SELECT c.campaign_id, c.name, c.tags, p.owner, p.currency, p.deal_value
FROM campaign c LEFT JOIN campaign_plan p USING (workspace, campaign_id)
WHERE c.workspace = ? ORDER BY lower(c.name), c.campaign_id
"""


def incident_rows(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    *,
    campaign_id: int | None = None,
    also: Collection[str] = (),
) -> list[dict[str, Any]]:
    """The open incidents of a workspace and those whose ids are in `also`; of one campaign: all it ever had.

    Columns: those of `incident`, with campaign (its name), trigger (the event that its trigger names), counted_event
    (the event in Mixpanel that it is compared with), owner,
    deal_value, currency (None for dollars), tags, counted_days (over which its missed sends were added up, None where
    there is none) and as_of (the newest judged day). Currency, ended_how, campaign_ids and what people said apart are
    not there in a file of an older version. An incident of a source has campaign_id 0, its campaigns' ids in
    campaign_ids and their names, in alphabetical order, in campaigns; its tags and owners are those of all of them,
    its currency theirs, and unpriced_campaigns is how many of them have no deal_value.
    """
    values = {"workspace": workspace, "campaign_id": campaign_id, "also": sorted(also)}
    rows = as_rows(connection.execute(_INCIDENTS, values))
    of_sources = [row for row in rows if row["campaign_id"] == 0]
    about = as_rows(connection.execute(_MEMBERS, [workspace])) if of_sources else []
    for row in of_sources:
        members = [one for one in about if one["campaign_id"] in row["campaign_ids"]]
        row["campaigns"] = [one["name"] for one in members]
        row["tags"] = sorted({tag for one in members for tag in one["tags"] or ()})
        # One manifest has one currency.
        row["currency"] = next((one["currency"] for one in members if one["currency"]), None)
        row["owners"] = sorted({one["owner"] for one in members if one["owner"]})
        row["unpriced_campaigns"] = sum(one["deal_value"] is None for one in members)
    return [row for row in rows if campaign_id is None or campaign_id in (row.get("campaign_ids") or [campaign_id])]


def campaigns_with_incident(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[int]:
    """The campaigns that an open incident is of, their own or that of a source."""
    rows = as_rows(
        connection.execute("SELECT i.* FROM incident i WHERE workspace = ? AND status = 'open'", [workspace])
    )
    return sorted({number for row in rows for number in row.get("campaign_ids") or [row["campaign_id"]]})
