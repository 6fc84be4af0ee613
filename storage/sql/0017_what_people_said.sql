-- What people say of a break is kept apart: that they agree with a diagnosis, that it is meant, that nothing is wrong, that
-- a review announced it. A campaign of which no event is known is not called healthy: it is watched by its journeys only.

ALTER TABLE incident ADD COLUMN expected_how VARCHAR;
ALTER TABLE incident ADD COLUMN renamed_by VARCHAR;
ALTER TABLE incident ADD COLUMN renamed_from VARCHAR;
ALTER TABLE incident ADD COLUMN renamed_to VARCHAR;
COMMENT ON COLUMN incident.expected_by IS 'Who said that it is no break, or announced it; NULL while nobody did.';
COMMENT ON COLUMN incident.expected_reason IS 'Why, in their words; of a hand-over what is handed over.';
COMMENT ON COLUMN incident.expected_how IS 'What they said: decision (it is intended), false_alarm (nothing is wrong), or manifest (a reviewed hand-over is under way); NULL while nobody did.';
COMMENT ON COLUMN incident.renamed_by IS 'Who confirmed the rename that broke it. It stays as loud as before: nothing is sent until the trigger is changed.';
COMMENT ON COLUMN incident.renamed_from IS 'The old name in that rename.';
COMMENT ON COLUMN incident.renamed_to IS 'The new name in that rename.';

-- Whoever confirmed a rename was quoted as having called the break intended: they did not.
CREATE TEMPORARY TABLE confirmed_before AS
SELECT i.workspace, i.incident_id, any_value(d.decided_by) AS decided_by, any_value(d.event) AS event,
    any_value(d.new_event) AS new_event
FROM incident i JOIN decision d ON d.workspace = i.workspace AND d.kind = 'confirm_rename' AND d.undone_at IS NULL
    AND d.decided_by = i.expected_by AND ends_with(i.expected_reason, ': ' || d.event || ' becomes ' || d.new_event)
GROUP BY i.workspace, i.incident_id;
UPDATE incident SET expected_by = NULL, expected_reason = NULL, renamed_by = c.decided_by, renamed_from = c.event,
    renamed_to = c.new_event
FROM confirmed_before c WHERE incident.workspace = c.workspace AND incident.incident_id = c.incident_id;
DROP TABLE confirmed_before;
UPDATE incident SET expected_how = CASE WHEN starts_with(expected_reason, 'Hand-over in progress') THEN 'manifest'
    ELSE 'decision' END WHERE expected_by IS NOT NULL;
COMMENT ON COLUMN incident_change.kind IS 'opened, worsened, cause_changed, recovered, closed, reopened, withdrawn, acknowledged, unacknowledged, muted, unmuted, expected, unexpected, false_alarm, not_false_alarm or rename_confirmed.';

-- An observation's day is not the event's: when a change was seen is told with the day on which it was not there yet.
ALTER TABLE property_change ADD COLUMN last_day_before DATE;
COMMENT ON COLUMN property_change.last_day_before IS 'Last profiled day before on which it was as before; it changed after that day, and by the end of day. NULL where none is known.';

CREATE TEMPORARY TABLE decision_before AS SELECT * FROM decision;
DROP TABLE decision;

CREATE TABLE decision (
    workspace VARCHAR NOT NULL,
    decision_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('acknowledge', 'mute', 'expected', 'false_alarm', 'confirm_rename', 'refuse_rename', 'map_event')),
    incident_id VARCHAR,
    campaign_id BIGINT,
    event VARCHAR,
    new_event VARCHAR,
    reason VARCHAR,
    until DATE,
    decided_by VARCHAR NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    undone_by VARCHAR,
    undone_at TIMESTAMP,
    PRIMARY KEY (workspace, decision_id)
);
COMMENT ON TABLE decision IS 'What people said from the dashboard. Nothing is deleted: undoing is recorded too.';
COMMENT ON COLUMN decision.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN decision.decision_id IS 'Id of the decision.';
COMMENT ON COLUMN decision.kind IS 'acknowledge, mute, expected, false_alarm, confirm_rename, refuse_rename or map_event.';
COMMENT ON COLUMN decision.incident_id IS 'The incident it is about, if one.';
COMMENT ON COLUMN decision.campaign_id IS 'The campaign it is about, if one.';
COMMENT ON COLUMN decision.event IS 'The event it is about: the old name, or the one mapped (NULL: mapped to none).';
COMMENT ON COLUMN decision.new_event IS 'The new name, for renames.';
COMMENT ON COLUMN decision.reason IS 'Why, in the person''s words.';
COMMENT ON COLUMN decision.until IS 'Last day it holds, NULL for no end.';
COMMENT ON COLUMN decision.decided_by IS 'Who: the signed-in address, or the name given.';
COMMENT ON COLUMN decision.decided_at IS 'When (UTC).';
COMMENT ON COLUMN decision.undone_by IS 'Who undid it, NULL while it holds.';
COMMENT ON COLUMN decision.undone_at IS 'When it was undone (UTC).';

INSERT INTO decision BY NAME SELECT * FROM decision_before;
DROP TABLE decision_before;

CREATE TEMPORARY TABLE verdict_before AS SELECT * FROM verdict;
DROP TABLE verdict;

CREATE TABLE verdict (
    workspace VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    day DATE NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('healthy', 'journeys_only', 'silent', 'degraded', 'event_lost', 'surging', 'volume_down',
        'not_running', 'learning', 'too_quiet', 'not_collected')),
    stage VARCHAR CHECK (stage IN ('event', 'started', 'activated', 'sent', 'delivered')),
    events BIGINT,
    started BIGINT,
    sent BIGINT,
    expected DOUBLE,
    expected_low DOUBLE,
    expected_high DOUBLE,
    probability DOUBLE,
    cause VARCHAR,
    PRIMARY KEY (workspace, campaign_id, day)
);
COMMENT ON TABLE verdict IS 'What each campaign did on each day, from data up to that day only.';
COMMENT ON COLUMN verdict.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN verdict.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN verdict.day IS 'Calendar day in the workspace''s zone.';
COMMENT ON COLUMN verdict.status IS 'healthy, journeys_only (nothing broke, and no event is known to compare with), silent, degraded, event_lost, surging, volume_down, not_running, learning, too_quiet or not_collected.';
COMMENT ON COLUMN verdict.stage IS 'The first stage that broke: event, started, activated, sent or delivered; NULL where nothing did.';
COMMENT ON COLUMN verdict.events IS 'Event count of the trigger event that day.';
COMMENT ON COLUMN verdict.started IS 'Journeys started that day.';
COMMENT ON COLUMN verdict.sent IS 'Sends that day.';
COMMENT ON COLUMN verdict.expected IS 'Sends a healthy campaign would have made.';
COMMENT ON COLUMN verdict.expected_low IS 'Lower end of the range (95 in 100 healthy days lie within).';
COMMENT ON COLUMN verdict.expected_high IS 'Upper end of the range.';
COMMENT ON COLUMN verdict.probability IS 'Probability that a healthy campaign does this or worse on one day; while an incident is open, the least since it began.';
COMMENT ON COLUMN verdict.cause IS 'Headline cause of the open incident, NULL where there is none.';

INSERT INTO verdict BY NAME SELECT * FROM verdict_before;
DROP TABLE verdict_before;

CREATE OR REPLACE VIEW campaign_health AS
WITH mapped AS (
    SELECT c.workspace, c.campaign_id, c.name, c.state, c.tags, c.gone_at, p.owner, p.currency,
        CASE WHEN p.event_from IN ('manifest', 'decision') THEN p.event ELSE c.event END AS event
    FROM campaign c LEFT JOIN campaign_plan p USING (workspace, campaign_id)
),
newest AS (
    SELECT workspace, campaign_id, max(day) AS day, max(day) FILTER (WHERE status IN ('healthy', 'journeys_only')) AS healthy_day
    FROM verdict GROUP BY workspace, campaign_id
),
open_incident AS (
    SELECT workspace, campaign_id, max(opened_on) AS opened_on
    FROM incident_campaign WHERE status = 'open' GROUP BY workspace, campaign_id
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
LEFT JOIN incident_campaign i ON i.workspace = o.workspace AND i.campaign_id = o.campaign_id AND i.opened_on = o.opened_on AND i.status = 'open'
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
