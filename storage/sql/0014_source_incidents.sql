-- A day on which Customer.io itself, or the connection to it, failed is one incident, of many campaigns together.

ALTER TABLE incident ADD COLUMN campaign_ids BIGINT[];
COMMENT ON COLUMN incident.campaign_ids IS 'The campaigns that broke together, where the cause is none of theirs (campaign_id is then 0); NULL for the incident of one campaign.';
COMMENT ON COLUMN incident.campaign_id IS 'Customer.io''s own id; 0 for the incident of a source, which is of all campaigns in campaign_ids.';
COMMENT ON COLUMN incident_change.campaign_id IS 'Customer.io''s own id; 0 for the incident of a source.';
COMMENT ON TABLE incident IS 'An unbroken run of bad days of one campaign, or of many that one trouble of Customer.io broke together.';

CREATE VIEW incident_campaign AS
SELECT i.workspace, i.incident_id, unnest(coalesce(i.campaign_ids, [i.campaign_id])) AS campaign_id,
    i.status, i.opened_on, i.recovered_on, i.last_good_day, i.cause, i.summary, i.acknowledged_by, i.muted_until,
    CASE WHEN i.campaign_ids IS NULL THEN i.missed_sends END AS missed_sends,
    CASE WHEN i.campaign_ids IS NULL THEN i.revenue_at_risk END AS revenue_at_risk
FROM incident i;
COMMENT ON VIEW incident_campaign IS 'Each incident once for every campaign that it is of: an incident of a source is of many.';
COMMENT ON COLUMN incident_campaign.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN incident_campaign.incident_id IS 'The incident, as in incident.';
COMMENT ON COLUMN incident_campaign.campaign_id IS 'A campaign that it is of.';
COMMENT ON COLUMN incident_campaign.status IS 'As in incident.';
COMMENT ON COLUMN incident_campaign.opened_on IS 'First bad day.';
COMMENT ON COLUMN incident_campaign.recovered_on IS 'First day after it, NULL while open.';
COMMENT ON COLUMN incident_campaign.last_good_day IS 'Last healthy day before it.';
COMMENT ON COLUMN incident_campaign.cause IS 'Headline cause, as in incident.';
COMMENT ON COLUMN incident_campaign.summary IS 'One sentence with the numbers.';
COMMENT ON COLUMN incident_campaign.acknowledged_by IS 'Who took it on, NULL if nobody.';
COMMENT ON COLUMN incident_campaign.muted_until IS 'Last day on which it is muted.';
COMMENT ON COLUMN incident_campaign.missed_sends IS 'Expected minus actual sends over the bad days; NULL where many share the incident.';
COMMENT ON COLUMN incident_campaign.revenue_at_risk IS 'As in incident; NULL where many share the incident.';

CREATE OR REPLACE VIEW event_vs_campaign AS
WITH mapped AS (
    SELECT c.workspace, c.campaign_id, c.name,
        CASE WHEN p.event_from IN ('manifest', 'decision') THEN p.event ELSE c.event END AS event,
        CASE WHEN c.first_started IS NULL AND c.state <> 'running' THEN 'not_expected' ELSE 'not_collected' END AS no_answer
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
    v.expected, v.expected_low, v.expected_high, v.status, v.cause, i.incident_id,
    CASE WHEN m.event IS NULL THEN NULL ELSE coalesce(e.state, s.state, 'not_collected') END AS event_state,
    coalesce(c.state, m.no_answer) AS campaign_state
FROM mapped m
JOIN calendar d ON d.workspace = m.workspace
LEFT JOIN event_day e ON e.workspace = m.workspace AND e.event = m.event AND e.day = d.day
LEFT JOIN source_day s ON s.workspace = m.workspace AND s.source = 'mixpanel_events' AND s.day = d.day
LEFT JOIN campaign_day c ON c.workspace = m.workspace AND c.campaign_id = m.campaign_id AND c.day = d.day
LEFT JOIN journey_day j ON j.workspace = m.workspace AND j.campaign_id = m.campaign_id AND j.day = d.day
LEFT JOIN verdict v ON v.workspace = m.workspace AND v.campaign_id = m.campaign_id AND v.day = d.day
LEFT JOIN judge_run r ON r.workspace = m.workspace
LEFT JOIN incident_campaign i ON i.workspace = m.workspace AND i.campaign_id = m.campaign_id AND i.status <> 'withdrawn'
    AND d.day >= i.opened_on AND (d.day < i.recovered_on OR i.recovered_on IS NULL AND (d.day <= r.as_of OR v.cause IS NOT NULL));
COMMENT ON VIEW event_vs_campaign IS 'Each campaign day by day against its event: the one to chart. One row for every day from the first collected to the last, numbers NULL where not collected.';
COMMENT ON COLUMN event_vs_campaign.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN event_vs_campaign.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN event_vs_campaign.campaign IS 'Name of the campaign in Customer.io.';
COMMENT ON COLUMN event_vs_campaign.event IS 'The event it is judged against: its trigger event, or the one mapped to it; NULL where there is none.';
COMMENT ON COLUMN event_vs_campaign.day IS 'Calendar day in the workspace''s zone.';
COMMENT ON COLUMN event_vs_campaign.events IS 'Event count; NULL where not collected or where the campaign has no event.';
COMMENT ON COLUMN event_vs_campaign.started IS 'Journeys that met the trigger, before filters; NULL where not collected.';
COMMENT ON COLUMN event_vs_campaign.activated IS 'Of those, how many passed the filters.';
COMMENT ON COLUMN event_vs_campaign.sent IS 'Sends; NULL where not collected.';
COMMENT ON COLUMN event_vs_campaign.delivered IS 'Messages delivered, credited to the day they were created.';
COMMENT ON COLUMN event_vs_campaign.expected IS 'Sends a healthy campaign would have made, with its event as it used to be where that fell silent; NULL where not judged.';
COMMENT ON COLUMN event_vs_campaign.expected_low IS 'Lower end of the range.';
COMMENT ON COLUMN event_vs_campaign.expected_high IS 'Upper end of the range.';
COMMENT ON COLUMN event_vs_campaign.status IS 'Verdict of the day, as in verdict.status; NULL where not judged.';
COMMENT ON COLUMN event_vs_campaign.cause IS 'Headline cause of the incident open that day, NULL where there is none.';
COMMENT ON COLUMN event_vs_campaign.incident_id IS 'The incident that the day belongs to as known now, also where the day''s own verdict was reached before it showed; NULL where none.';
COMMENT ON COLUMN event_vs_campaign.event_state IS 'observed, provisional or not_collected; NULL where the campaign has no event.';
COMMENT ON COLUMN event_vs_campaign.campaign_state IS 'observed, provisional, not_collected or not_expected: what the sends are worth.';
