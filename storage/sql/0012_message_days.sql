-- Messages one by one: what each message of a campaign with several did on each day.

CREATE TABLE message_day (
    workspace VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    message_id VARCHAR NOT NULL,
    day DATE NOT NULL,
    channel VARCHAR NOT NULL,
    sent BIGINT,
    delivered BIGINT,
    created BIGINT,
    drafted BIGINT,
    attempted BIGINT,
    failed BIGINT,
    undeliverable BIGINT,
    suppressed BIGINT,
    bounced BIGINT,
    state VARCHAR NOT NULL CHECK (state IN ('observed', 'provisional', 'not_expected')),
    collected_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, campaign_id, message_id, day),
    CHECK (sent IS NOT NULL OR state = 'not_expected')
);
COMMENT ON TABLE message_day IS 'Customer.io''s daily metrics of each message of the running campaigns with several. A day without a row was not asked for yet, or not answered: it is not zero.';
COMMENT ON COLUMN message_day.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN message_day.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN message_day.message_id IS 'Customer.io''s id of the action, as text: CAST(campaign_message.message_id AS VARCHAR).';
COMMENT ON COLUMN message_day.day IS 'Calendar day in the workspace''s zone.';
COMMENT ON COLUMN message_day.channel IS 'The message''s type when it was read: email, push, twilio, webhook, in_app, slack, whatsapp …';
COMMENT ON COLUMN message_day.sent IS 'Sends of this message.';
COMMENT ON COLUMN message_day.delivered IS 'Delivered, credited to the day on which the message was created.';
COMMENT ON COLUMN message_day.created IS 'Messages made.';
COMMENT ON COLUMN message_day.drafted IS 'Messages queued as drafts.';
COMMENT ON COLUMN message_day.attempted IS 'Messages tried and not yet through.';
COMMENT ON COLUMN message_day.failed IS 'Messages that could not be made or handed over.';
COMMENT ON COLUMN message_day.undeliverable IS 'Messages not sent for a message limit or a missing address.';
COMMENT ON COLUMN message_day.suppressed IS 'Messages not sent because the recipient is suppressed.';
COMMENT ON COLUMN message_day.bounced IS 'Messages refused by the receiver.';
COMMENT ON COLUMN message_day.state IS 'observed, provisional or not_expected (the campaign was not running).';
COMMENT ON COLUMN message_day.collected_at IS 'When it was collected (UTC).';

CREATE VIEW channel_day AS
WITH several AS (
    SELECT workspace, campaign_id, count(*) AS messages, any_value(type) AS only_type
    FROM campaign_message GROUP BY workspace, campaign_id
),
of_channel AS (
    SELECT workspace, campaign_id, type AS channel, count(*) AS messages
    FROM campaign_message GROUP BY workspace, campaign_id, type
)
SELECT d.workspace, d.campaign_id, d.channel, d.day, sum(d.sent) AS sent
FROM message_day d
JOIN of_channel o ON o.workspace = d.workspace AND o.campaign_id = d.campaign_id AND o.channel = d.channel
JOIN campaign_message m ON m.workspace = d.workspace AND m.campaign_id = d.campaign_id
    AND CAST(m.message_id AS VARCHAR) = d.message_id
JOIN several s ON s.workspace = d.workspace AND s.campaign_id = d.campaign_id AND s.messages > 1
WHERE d.state = 'observed'
GROUP BY d.workspace, d.campaign_id, d.channel, d.day HAVING count(*) = any_value(o.messages)
UNION ALL
SELECT c.workspace, c.campaign_id, s.only_type, c.day, c.sent
FROM campaign_day c JOIN several s ON s.workspace = c.workspace AND s.campaign_id = c.campaign_id AND s.messages = 1
WHERE c.state = 'observed';
COMMENT ON VIEW channel_day IS 'Sends of each campaign by channel. One row for every channel and day of which all messages are known; a day without a row is unknown.';
COMMENT ON COLUMN channel_day.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN channel_day.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN channel_day.channel IS 'email, push, twilio, webhook, in_app, slack, whatsapp …';
COMMENT ON COLUMN channel_day.day IS 'Calendar day in the workspace''s zone.';
COMMENT ON COLUMN channel_day.sent IS 'Sends of the channel''s messages that day.';

COMMENT ON COLUMN collection.source IS 'mixpanel_events, mixpanel_properties, mixpanel_lexicon, customerio_campaigns, customerio_segments, customerio_metrics, customerio_journeys or customerio_messages.';
COMMENT ON COLUMN incident.cause IS 'Headline cause: event_renamed, event_removed, event_unknown, property_type_changed, property_missing, filter_no_longer_matches, segment_shrank, message_failing, message_draft_or_off, message_silent, recipients_unreachable, campaign_edited, campaign_stopped, part_of_traffic_broke or unknown.';
