-- What `route recover` found and did, in numbers: the monitor reads these from the route's file and knows no person.

CREATE TABLE recovery (
    workspace VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    since DATE NOT NULL,
    until DATE NOT NULL,
    looked_at TIMESTAMP NOT NULL,
    should_have BIGINT NOT NULL,
    reached BIGINT NOT NULL,
    missed BIGINT NOT NULL,
    can_be_reached BIGINT NOT NULL,
    put_into_segment BIGINT NOT NULL,
    segment_id BIGINT,
    segment VARCHAR,
    put_by VARCHAR,
    put_at TIMESTAMP,
    PRIMARY KEY (workspace, campaign_id, since, until)
);
COMMENT ON TABLE recovery IS 'Who missed a campaign''s message on some days, in numbers, as `campaign-health route recover` found it last.';
COMMENT ON COLUMN recovery.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN recovery.campaign_id IS 'Customer.io''s own id of the campaign.';
COMMENT ON COLUMN recovery.since IS 'The first day looked at.';
COMMENT ON COLUMN recovery.until IS 'The last day looked at.';
COMMENT ON COLUMN recovery.looked_at IS 'When it was looked last (UTC).';
COMMENT ON COLUMN recovery.should_have IS 'People whose events should have sent it.';
COMMENT ON COLUMN recovery.reached IS 'Those of them who got it.';
COMMENT ON COLUMN recovery.missed IS 'Those who did not; who was put into the segment is still one of them.';
COMMENT ON COLUMN recovery.can_be_reached IS 'Those of them who could still be reached then, and were not put into a segment before.';
COMMENT ON COLUMN recovery.put_into_segment IS 'Those who were put into the segment, in all runs.';
COMMENT ON COLUMN recovery.segment_id IS 'The segment''s id in Customer.io, NULL where there is none.';
COMMENT ON COLUMN recovery.segment IS 'The segment''s name in Customer.io.';
COMMENT ON COLUMN recovery.put_by IS 'Who put them there last.';
COMMENT ON COLUMN recovery.put_at IS 'When they were put there last (UTC).';
COMMENT ON COLUMN collection.source IS 'mixpanel_events, mixpanel_properties, mixpanel_lexicon, customerio_campaigns, customerio_segments, customerio_metrics, customerio_journeys, customerio_messages, customerio_broadcasts, customerio_transactional, customerio_newsletters or route.';
