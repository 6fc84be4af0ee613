-- The two views to begin with.

CREATE VIEW event_vs_campaign AS
WITH mapped AS (
    SELECT c.workspace, c.campaign_id, c.name, coalesce(p.event, c.event) AS event
    FROM campaign c LEFT JOIN campaign_plan p USING (workspace, campaign_id)
),
span AS (
    SELECT workspace, min(day) AS first_day, max(day) AS last_day
    FROM source_day
    WHERE source IN ('mixpanel_events', 'customerio_metrics', 'customerio_journeys')
    GROUP BY workspace
),
calendar AS (
    SELECT workspace, CAST(unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS DATE) AS day FROM span
)
SELECT
    m.workspace, m.campaign_id, m.name AS campaign, m.event, d.day,
    CASE WHEN m.event IS NULL THEN NULL
         WHEN e.state IS NOT NULL THEN e.events
         WHEN s.state IN ('observed', 'provisional') THEN 0 END AS events,
    j.started, j.activated, c.sent, c.delivered,
    v.expected, v.expected_low, v.expected_high, v.status, v.cause,
    CASE WHEN m.event IS NULL THEN NULL ELSE coalesce(e.state, s.state, 'not_collected') END AS event_state,
    coalesce(c.state, 'not_collected') AS campaign_state
FROM mapped m
JOIN calendar d USING (workspace)
LEFT JOIN event_day e ON e.workspace = m.workspace AND e.event = m.event AND e.day = d.day
LEFT JOIN source_day s ON s.workspace = m.workspace AND s.source = 'mixpanel_events' AND s.day = d.day
LEFT JOIN campaign_day c ON c.workspace = m.workspace AND c.campaign_id = m.campaign_id AND c.day = d.day
LEFT JOIN journey_day j ON j.workspace = m.workspace AND j.campaign_id = m.campaign_id AND j.day = d.day
LEFT JOIN verdict v ON v.workspace = m.workspace AND v.campaign_id = m.campaign_id AND v.day = d.day;
