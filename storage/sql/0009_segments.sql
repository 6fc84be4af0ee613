-- How many people are in the segments that campaigns are triggered or filtered by.

CREATE TABLE segment (
    workspace VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    name VARCHAR,
    type VARCHAR,
    state VARCHAR,
    seen_at TIMESTAMP,
    gone_at TIMESTAMP,
    PRIMARY KEY (workspace, segment_id)
);
COMMENT ON TABLE segment IS 'Customer.io''s segments that a running campaign names, as last listed. Customer.io does not tell their conditions.';
COMMENT ON COLUMN segment.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN segment.segment_id IS 'Customer.io''s own id, as text.';
COMMENT ON COLUMN segment.name IS 'Name in Customer.io, NULL where the list of segments could not be read yet.';
COMMENT ON COLUMN segment.type IS 'Customer.io''s word: dynamic (by conditions) or manual.';
COMMENT ON COLUMN segment.state IS 'Customer.io''s word: finished, or build, build_queued, events, events_queued while it is being built anew.';
COMMENT ON COLUMN segment.seen_at IS 'When it was last listed (UTC), NULL if never.';
COMMENT ON COLUMN segment.gone_at IS 'When Customer.io said that there is no such segment (UTC), NULL while it exists.';

CREATE TABLE segment_day (
    workspace VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    day DATE NOT NULL,
    people BIGINT,
    state VARCHAR NOT NULL CHECK (state IN ('observed', 'provisional', 'not_collected')),
    collected_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, segment_id, day),
    CHECK ((people IS NULL) = (state = 'not_collected'))
);
COMMENT ON TABLE segment_day IS 'How many people each segment held, counted once a day by the first run that was answered.';
COMMENT ON COLUMN segment_day.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN segment_day.segment_id IS 'Customer.io''s own id, as text.';
COMMENT ON COLUMN segment_day.day IS 'Calendar day in the workspace''s zone on which it was counted; a count of the morning tells how the day before ended.';
COMMENT ON COLUMN segment_day.people IS 'People in the segment; NULL where Customer.io was asked and did not answer. 0 only where it said so.';
COMMENT ON COLUMN segment_day.state IS 'observed, provisional (counted while the segment was being built anew) or not_collected.';
COMMENT ON COLUMN segment_day.collected_at IS 'When it was counted, or asked in vain (UTC).';

CREATE VIEW campaign_segment AS
SELECT workspace, campaign_id, segment_id, role FROM (
    SELECT workspace, campaign_id, 'trigger' AS role,
        unnest(from_json(definition -> 'trigger_segment_ids', '["VARCHAR"]')) AS segment_id
    FROM campaign
    UNION
    SELECT workspace, campaign_id, 'filter',
        unnest(from_json(definition -> 'filter_segment_ids', '["VARCHAR"]'))
    FROM campaign
);
COMMENT ON VIEW campaign_segment IS 'Which segments each campaign names. One row for every campaign, segment and role.';
COMMENT ON COLUMN campaign_segment.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN campaign_segment.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN campaign_segment.segment_id IS 'Customer.io''s own id, as text.';
COMMENT ON COLUMN campaign_segment.role IS 'trigger (entering it starts a journey) or filter (only people in it get past).';

COMMENT ON COLUMN collection.source IS 'mixpanel_events, mixpanel_properties, mixpanel_lexicon, customerio_campaigns, customerio_segments, customerio_metrics or customerio_journeys.';
COMMENT ON COLUMN campaign.trigger_kind IS 'event, segment, form, date, relationship, object, webhook, broadcast or unknown.';
COMMENT ON COLUMN incident.cause IS 'Headline cause: event_renamed, event_removed, event_unknown, property_type_changed, property_missing, filter_no_longer_matches, segment_shrank, message_failing, message_draft_or_off, recipients_unreachable, campaign_edited, campaign_stopped, part_of_traffic_broke or unknown.';
