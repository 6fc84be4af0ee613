"""Every event, its life, what changed about it, and who hangs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    import pandas as pd

_EVENTS = """
WITH last AS (
    SELECT max(day) AS day FROM source_day
    WHERE workspace = $workspace AND source = 'mixpanel_events' AND state <> 'not_collected'
),
recent AS (
    SELECT d.event, sum(d.events) AS events_28d, list(coalesce(d.events, CAST('nan' AS DOUBLE)) ORDER BY d.day) AS line
    FROM event_day d, last WHERE d.workspace = $workspace AND d.day > last.day - 28 GROUP BY d.event
),
users AS (
    SELECT m.event, list(c.name ORDER BY lower(c.name)) AS campaigns
    FROM campaign c JOIN campaign_event m USING (workspace, campaign_id)
    WHERE c.workspace = $workspace AND c.gone_at IS NULL AND m.event IS NOT NULL GROUP BY m.event
)
SELECT e.event, coalesce(r.events_28d, 0) AS events_28d, r.line, e.first_seen, e.last_seen,
       date_diff('day', e.last_seen, last.day) AS quiet_days, date_diff('day', e.first_seen, last.day) AS age_days,
       coalesce(u.campaigns, []) AS campaigns,
       coalesce(f.hidden, false) AS hidden, coalesce(f.dropped, false) AS dropped
FROM event e CROSS JOIN last
LEFT JOIN recent r ON r.event = e.event
LEFT JOIN users u ON u.event = e.event
LEFT JOIN event_definition f ON f.workspace = e.workspace AND f.event = e.event AND f.property = ''
WHERE e.workspace = $workspace AND e.first_seen IS NOT NULL
ORDER BY events_28d DESC, e.event
"""


def all_events(connection: duckdb.DuckDBPyConnection, workspace: str) -> pd.DataFrame:
    """One row an event ever seen, busiest first.

    Columns: event, events_28d, line (its last 28 days), first_seen, last_seen, quiet_days (since it was last seen),
    age_days (since it was first seen), campaigns (names), hidden, dropped.
    """
    return connection.execute(_EVENTS, {"workspace": workspace}).df()


def rename_suspects(connection: duckdb.DuckDBPyConnection, workspace: str) -> pd.DataFrame:
    """Suspected renames, newest first, with the standing decision on each: confirm_rename, refuse_rename or NULL."""
    return connection.execute(
        """
        SELECT r.old_event, r.new_event, r.first_day, r.last_day, r.gradual, r.name_likeness, r.volume_handed_over,
               r.shared_properties, r.confidence, d.kind AS decision, d.decision_id, d.decided_by
        FROM rename_suspect r
        LEFT JOIN decision d ON d.workspace = r.workspace AND d.event = r.old_event AND d.new_event = r.new_event
             AND d.kind IN ('confirm_rename', 'refuse_rename') AND d.undone_at IS NULL
        WHERE r.workspace = ? ORDER BY r.first_day DESC, r.confidence DESC
        """,
        [workspace],
    ).df()


def all_property_changes(connection: duckdb.DuckDBPyConnection, workspace: str) -> pd.DataFrame:
    """Changed properties of all events, newest first; the columns of property_change (in a file of an older version
    without last_day_before).
    """
    return connection.execute(
        """
        SELECT * EXCLUDE (workspace) FROM property_change WHERE workspace = ? ORDER BY day DESC, event, property
        """,
        [workspace],
    ).df()


def campaign_mappings(connection: duckdb.DuckDBPyConnection, workspace: str) -> pd.DataFrame:
    """One row a campaign: campaign_id, name, state, trigger_kind, event, event_from, event_seen (ever in Mixpanel)."""
    return connection.execute(
        """
        SELECT c.campaign_id, c.name, c.state, c.trigger_kind, m.event, m.event_from,
               e.first_seen IS NOT NULL AS event_seen
        FROM campaign c JOIN campaign_event m USING (workspace, campaign_id)
        LEFT JOIN event e ON e.workspace = $workspace AND e.event = m.event
        WHERE c.workspace = $workspace AND c.gone_at IS NULL
        ORDER BY lower(c.name), c.campaign_id
        """,
        {"workspace": workspace},
    ).df()
