-- An incident that ends is not always recovered: a campaign that is stopped or deleted is closed, and so is a break that
-- became the normal level. What was stored as recovered before is told apart by the way in which its end was noted.

CREATE TEMPORARY TABLE incident_before AS SELECT * FROM incident;
DROP TABLE incident;

CREATE TABLE incident (
    workspace VARCHAR NOT NULL,
    incident_id VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('open', 'recovered', 'closed', 'withdrawn')),
    kind VARCHAR NOT NULL,
    opened_on DATE NOT NULL,
    detected_on DATE NOT NULL,
    recovered_on DATE,
    ended_how VARCHAR,
    last_good_day DATE,
    stage VARCHAR,
    cause VARCHAR NOT NULL,
    evidence JSON NOT NULL,
    summary VARCHAR NOT NULL,
    missed_sends DOUBLE,
    missed_sends_low DOUBLE,
    missed_sends_high DOUBLE,
    revenue_at_risk DOUBLE,
    revenue_at_risk_low DOUBLE,
    revenue_at_risk_high DOUBLE,
    acknowledged_by VARCHAR,
    acknowledged_at TIMESTAMP,
    muted_by VARCHAR,
    muted_reason VARCHAR,
    muted_until DATE,
    expected_by VARCHAR,
    expected_reason VARCHAR,
    PRIMARY KEY (workspace, incident_id)
);
COMMENT ON TABLE incident IS 'A run of bad days of one campaign. Broken again within a week of its end, it is the same one.';
COMMENT ON COLUMN incident.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN incident.incident_id IS 'Stable id: campaign id and first bad day.';
COMMENT ON COLUMN incident.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN incident.status IS 'open, recovered (the sends are back), closed (it ended without that: ended_how), or withdrawn (restated data showed that nothing had broken).';
COMMENT ON COLUMN incident.kind IS 'Worst verdict while it lasted: silent, degraded, event_lost or surging.';
COMMENT ON COLUMN incident.opened_on IS 'First bad day.';
COMMENT ON COLUMN incident.detected_on IS 'Day whose data made it certain enough to say.';
COMMENT ON COLUMN incident.recovered_on IS 'First day back to normal, or the day on which it was closed; NULL while open.';
COMMENT ON COLUMN incident.ended_how IS 'How it ended: sends_back; or, where it was closed: stopped, archived, deleted, draft (the campaign), unmapped (no event is known any more), new_level (the lower level is the normal one), accepted (a person said so); NULL while open.';
COMMENT ON COLUMN incident.last_good_day IS 'Last healthy day before it.';
COMMENT ON COLUMN incident.stage IS 'The first stage that broke.';
COMMENT ON COLUMN incident.cause IS 'Headline cause: event_renamed, event_removed, event_unknown, property_type_changed, property_missing, filter_no_longer_matches, message_failing, message_draft_or_off, recipients_unreachable, campaign_edited, campaign_stopped, part_of_traffic_broke or unknown.';
COMMENT ON COLUMN incident.evidence IS 'JSON list of causes, best first: {"cause", "confidence", "sentence", "since", "facts": {...}, "ruled_out": [...]}.';
COMMENT ON COLUMN incident.summary IS 'One sentence with the numbers.';
COMMENT ON COLUMN incident.missed_sends IS 'Expected minus actual sends over the bad days.';
COMMENT ON COLUMN incident.missed_sends_low IS 'Lower end of its range.';
COMMENT ON COLUMN incident.missed_sends_high IS 'Upper end of its range.';
COMMENT ON COLUMN incident.revenue_at_risk IS 'Missed sends (each qualifying event once, however many messages it sets off) times conversion rate times deal value, in campaign_plan.currency; NULL without a deal value.';
COMMENT ON COLUMN incident.revenue_at_risk_low IS 'Lower end of its range.';
COMMENT ON COLUMN incident.revenue_at_risk_high IS 'Upper end of its range.';
COMMENT ON COLUMN incident.acknowledged_by IS 'Who took it on, NULL if nobody.';
COMMENT ON COLUMN incident.acknowledged_at IS 'When (UTC).';
COMMENT ON COLUMN incident.muted_by IS 'Who muted it.';
COMMENT ON COLUMN incident.muted_reason IS 'Why.';
COMMENT ON COLUMN incident.muted_until IS 'Last day of the mute.';
COMMENT ON COLUMN incident.expected_by IS 'Who marked the break as expected.';
COMMENT ON COLUMN incident.expected_reason IS 'Why it is expected.';

INSERT INTO incident (workspace, incident_id, campaign_id, status, kind, opened_on, detected_on, recovered_on, last_good_day, stage, cause, evidence, summary, missed_sends, missed_sends_low, missed_sends_high, revenue_at_risk, revenue_at_risk_low, revenue_at_risk_high, acknowledged_by, acknowledged_at, muted_by, muted_reason, muted_until, expected_by, expected_reason, ended_how)
WITH noted AS (
    SELECT workspace, incident_id, arg_max(json_extract_string(detail, '$.how'), day) AS how
    FROM incident_change WHERE kind = 'recovered' GROUP BY workspace, incident_id
)
SELECT b.workspace, b.incident_id, b.campaign_id, CASE WHEN b.status = 'recovered' AND n.how IN ('not_running', 'new_level') THEN 'closed' ELSE b.status END, b.kind, b.opened_on, b.detected_on, b.recovered_on, b.last_good_day, b.stage, b.cause, b.evidence, b.summary, b.missed_sends, b.missed_sends_low, b.missed_sends_high, b.revenue_at_risk, b.revenue_at_risk_low, b.revenue_at_risk_high, b.acknowledged_by, b.acknowledged_at, b.muted_by, b.muted_reason, b.muted_until, b.expected_by, b.expected_reason,
    CASE WHEN b.status <> 'recovered' THEN NULL
         WHEN n.how = 'not_running' THEN 'stopped' ELSE coalesce(n.how, 'sends_back') END
FROM incident_before b LEFT JOIN noted n USING (workspace, incident_id);
DROP TABLE incident_before;
COMMENT ON COLUMN incident_change.kind IS 'opened, worsened, cause_changed, recovered, closed, reopened, withdrawn, acknowledged, unacknowledged, muted, unmuted, expected or unexpected.';
