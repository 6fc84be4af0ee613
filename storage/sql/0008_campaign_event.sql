-- The one place that says which event a campaign is judged against.

CREATE VIEW campaign_event AS
SELECT c.workspace, c.campaign_id,
    CASE WHEN p.event_from IN ('manifest', 'decision') THEN p.event ELSE c.event END AS event,
    coalesce(p.event_from, CASE WHEN c.event IS NULL THEN 'none' ELSE 'trigger' END) AS event_from
FROM campaign c LEFT JOIN campaign_plan p USING (workspace, campaign_id);
COMMENT ON VIEW campaign_event IS 'The event that each campaign is judged against. One row for every campaign.';
COMMENT ON COLUMN campaign_event.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN campaign_event.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN campaign_event.event IS 'What a person or the manifest mapped it to, else the trigger event in Customer.io; NULL where there is none.';
COMMENT ON COLUMN campaign_event.event_from IS 'Where that comes from: trigger, manifest, decision or none.';
