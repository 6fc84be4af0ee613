-- Money has a currency: the manifest's, kept beside each deal value, so that the published file alone tells it.

ALTER TABLE campaign_plan ADD COLUMN currency VARCHAR;
COMMENT ON COLUMN campaign_plan.currency IS 'What deal_value is in: an ISO 4217 code, from the manifest; NULL for USD.';
COMMENT ON COLUMN campaign_plan.deal_value IS 'Money one conversion brings, in currency, from the manifest.';
COMMENT ON COLUMN incident.revenue_at_risk IS 'Missed sends (each qualifying event once, however many messages it sets off) times conversion rate times deal value, in campaign_plan.currency; NULL without a deal value.';

CREATE OR REPLACE VIEW campaign_health AS
WITH mapped AS (
    SELECT c.workspace, c.campaign_id, c.name, c.state, c.tags, c.gone_at, p.owner, p.currency,
        CASE WHEN p.event_from IN ('manifest', 'decision') THEN p.event ELSE c.event END AS event
    FROM campaign c LEFT JOIN campaign_plan p USING (workspace, campaign_id)
),
newest AS (
    SELECT workspace, campaign_id, max(day) AS day, max(day) FILTER (WHERE status = 'healthy') AS healthy_day
    FROM verdict GROUP BY workspace, campaign_id
),
open_incident AS (
    SELECT workspace, campaign_id, max(opened_on) AS opened_on
    FROM incident WHERE status = 'open' GROUP BY workspace, campaign_id
),
last_day AS (
    SELECT workspace, max(day) AS day
    FROM source_day
    WHERE source IN ('mixpanel_events', 'customerio_metrics', 'customerio_journeys')
    GROUP BY workspace
),
recent_calendar AS (
    SELECT workspace, CAST(unnest(generate_series(day - 27, day, INTERVAL 1 DAY)) AS DATE) AS day FROM last_day
),
recent AS (
    SELECT m.workspace, m.campaign_id,
        list(CASE WHEN m.event IS NULL THEN NULL
                  WHEN e.state IS NOT NULL THEN e.events
                  WHEN s.state IN ('observed', 'provisional') THEN 0 END ORDER BY d.day) AS events_28d,
        list(c.sent ORDER BY d.day) AS sends_28d
    FROM mapped m
    JOIN recent_calendar d ON d.workspace = m.workspace
    LEFT JOIN event_day e ON e.workspace = m.workspace AND e.event = m.event AND e.day = d.day
    LEFT JOIN source_day s ON s.workspace = m.workspace AND s.source = 'mixpanel_events' AND s.day = d.day
    LEFT JOIN campaign_day c ON c.workspace = m.workspace AND c.campaign_id = m.campaign_id AND c.day = d.day
    GROUP BY m.workspace, m.campaign_id
),
newest_events AS (
    SELECT workspace, event, max(day) AS day, arg_max(events, day) AS events
    FROM event_day WHERE state <> 'not_collected' GROUP BY workspace, event
),
newest_sends AS (
    SELECT workspace, campaign_id, max(day) AS day, arg_max(sent, day) AS sent
    FROM campaign_day WHERE sent IS NOT NULL GROUP BY workspace, campaign_id
)
SELECT
    c.workspace, c.campaign_id, c.name AS campaign, c.state, c.event, c.tags, c.owner, c.gone_at,
    v.day, v.status, v.stage, v.events, v.sent, v.expected, v.expected_low, v.expected_high, v.probability,
    i.incident_id, i.cause, i.opened_on, i.summary, i.missed_sends, i.revenue_at_risk, i.acknowledged_by, i.muted_until,
    coalesce(i.last_good_day, n.healthy_day) AS last_good_day,
    ne.events AS newest_events, ne.day AS newest_events_day, ns.sent AS newest_sends, ns.day AS newest_sends_day,
    r.events_28d, r.sends_28d, l.day AS last_day_28d,
    CASE WHEN i.revenue_at_risk IS NOT NULL THEN coalesce(c.currency, 'USD') END AS currency
FROM mapped c
LEFT JOIN newest n ON n.workspace = c.workspace AND n.campaign_id = c.campaign_id
LEFT JOIN verdict v ON v.workspace = n.workspace AND v.campaign_id = n.campaign_id AND v.day = n.day
LEFT JOIN open_incident o ON o.workspace = c.workspace AND o.campaign_id = c.campaign_id
LEFT JOIN incident i ON i.workspace = o.workspace AND i.campaign_id = o.campaign_id AND i.opened_on = o.opened_on AND i.status = 'open'
LEFT JOIN newest_events ne ON ne.workspace = c.workspace AND ne.event = c.event
LEFT JOIN newest_sends ns ON ns.workspace = c.workspace AND ns.campaign_id = c.campaign_id
LEFT JOIN recent r ON r.workspace = c.workspace AND r.campaign_id = c.campaign_id
LEFT JOIN last_day l ON l.workspace = c.workspace;
COMMENT ON VIEW campaign_health IS 'One row per campaign: its newest verdict, its open incident and what it did lately.';
COMMENT ON COLUMN campaign_health.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN campaign_health.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN campaign_health.campaign IS 'Name of the campaign in Customer.io.';
COMMENT ON COLUMN campaign_health.state IS 'Customer.io''s word for the campaign''s state: running, draft, stopped …';
COMMENT ON COLUMN campaign_health.event IS 'The event it is judged against, NULL where there is none.';
COMMENT ON COLUMN campaign_health.tags IS 'Tags in Customer.io.';
COMMENT ON COLUMN campaign_health.owner IS 'Who answers for it, from the manifest.';
COMMENT ON COLUMN campaign_health.gone_at IS 'When it was found to be deleted (UTC), NULL while it exists.';
COMMENT ON COLUMN campaign_health.day IS 'Day of the newest verdict, NULL where it was never judged.';
COMMENT ON COLUMN campaign_health.status IS 'The newest verdict, as in verdict.status.';
COMMENT ON COLUMN campaign_health.stage IS 'The first stage that broke, NULL where nothing did.';
COMMENT ON COLUMN campaign_health.events IS 'Event count on the day of the newest verdict.';
COMMENT ON COLUMN campaign_health.sent IS 'Sends on that day.';
COMMENT ON COLUMN campaign_health.expected IS 'Sends a healthy campaign would have made on that day.';
COMMENT ON COLUMN campaign_health.expected_low IS 'Lower end of the range.';
COMMENT ON COLUMN campaign_health.expected_high IS 'Upper end of the range.';
COMMENT ON COLUMN campaign_health.probability IS 'Probability that a healthy campaign does this or worse.';
COMMENT ON COLUMN campaign_health.incident_id IS 'The open incident, NULL where there is none.';
COMMENT ON COLUMN campaign_health.cause IS 'Its headline cause, as in incident.cause.';
COMMENT ON COLUMN campaign_health.opened_on IS 'Its first bad day.';
COMMENT ON COLUMN campaign_health.summary IS 'The open incident in one sentence.';
COMMENT ON COLUMN campaign_health.missed_sends IS 'Expected minus actual sends over its bad days.';
COMMENT ON COLUMN campaign_health.revenue_at_risk IS 'Of the open incident: missed sends (each qualifying event once) times conversion rate times deal value, in its currency; NULL without a deal value.';
COMMENT ON COLUMN campaign_health.acknowledged_by IS 'Who took the open incident on, NULL if nobody.';
COMMENT ON COLUMN campaign_health.muted_until IS 'Last day on which the open incident is muted.';
COMMENT ON COLUMN campaign_health.last_good_day IS 'Last healthy day: before the open incident, or the newest.';
COMMENT ON COLUMN campaign_health.newest_events IS 'Newest collected event count; NULL where there is none.';
COMMENT ON COLUMN campaign_health.newest_events_day IS 'Its day.';
COMMENT ON COLUMN campaign_health.newest_sends IS 'Newest collected sends; NULL where there are none.';
COMMENT ON COLUMN campaign_health.newest_sends_day IS 'Their day.';
COMMENT ON COLUMN campaign_health.events_28d IS 'Event counts of the 28 days up to last_day_28d, oldest first; NULL where not collected.';
COMMENT ON COLUMN campaign_health.sends_28d IS 'Sends of the same days; NULL where not collected.';
COMMENT ON COLUMN campaign_health.last_day_28d IS 'Last day of the two lists.';
COMMENT ON COLUMN campaign_health.currency IS 'What revenue_at_risk is in: an ISO 4217 code, from the manifest; NULL where there is none.';
