-- What analysts missed as columns and rows; and what is nobody's business but the program's stands in a schema of its own.

CREATE SCHEMA internal;

CREATE TABLE internal.judge_checkpoint (
    workspace VARCHAR PRIMARY KEY,
    day DATE NOT NULL,
    fingerprint VARCHAR NOT NULL,
    state BLOB NOT NULL
);
COMMENT ON TABLE internal.judge_checkpoint IS 'The judge''s memory up to a day, so that a daily run need not begin at the beginning. Can be deleted at any time.';
COMMENT ON COLUMN internal.judge_checkpoint.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN internal.judge_checkpoint.day IS 'Last day it covers.';
COMMENT ON COLUMN internal.judge_checkpoint.fingerprint IS 'Digest of the input and settings it was made from; another one makes it void.';
COMMENT ON COLUMN internal.judge_checkpoint.state IS 'The memory itself.';
INSERT INTO internal.judge_checkpoint BY NAME SELECT * FROM judge_checkpoint;
DROP TABLE judge_checkpoint;

CREATE TABLE internal.mixpanel_request (
    project VARCHAR NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    cost INTEGER DEFAULT 1
);
COMMENT ON TABLE internal.mixpanel_request IS 'When Mixpanel''s Query API, or Amplitude''s Dashboard REST API, was asked during the last hours: the hourly budget is counted over runs.';
COMMENT ON COLUMN internal.mixpanel_request.project IS 'The project, which is the scope of its limit: Mixpanel''s id, or amplitude and a digest of its key.';
COMMENT ON COLUMN internal.mixpanel_request.asked_at IS 'When the request was sent (UTC).';
COMMENT ON COLUMN internal.mixpanel_request.cost IS 'What the request counts: 1 at Mixpanel, its cost at Amplitude.';
INSERT INTO internal.mixpanel_request BY NAME SELECT * FROM mixpanel_request;
DROP TABLE mixpanel_request;

CREATE TABLE restatement (
    workspace VARCHAR NOT NULL,
    of_table VARCHAR NOT NULL CHECK (of_table IN ('event_day', 'campaign_day', 'journey_day')),
    event VARCHAR,
    campaign_id BIGINT,
    day DATE NOT NULL,
    series VARCHAR NOT NULL,
    old_value BIGINT NOT NULL,
    new_value BIGINT NOT NULL,
    known_since TIMESTAMP NOT NULL,
    restated_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE restatement IS 'Every number that was a fact (observed) and came out as another one when it was collected again. Numbers of provisional days are expected to change, and opens, clicks, conversions and finished journeys to grow: they are not here, nor is what another time zone cut anew; nor what was restated before this was kept.';
COMMENT ON COLUMN restatement.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN restatement.of_table IS 'Where the number stands: event_day, campaign_day or journey_day.';
COMMENT ON COLUMN restatement.event IS 'The event, of event_day; NULL for the others.';
COMMENT ON COLUMN restatement.campaign_id IS 'The campaign, of campaign_day and journey_day; NULL for event_day.';
COMMENT ON COLUMN restatement.day IS 'The day that was restated, in the workspace''s zone.';
COMMENT ON COLUMN restatement.series IS 'Which number: events, or a column of that table, such as sent.';
COMMENT ON COLUMN restatement.old_value IS 'What it was.';
COMMENT ON COLUMN restatement.new_value IS 'What it became.';
COMMENT ON COLUMN restatement.known_since IS 'When the old value was collected last (UTC).';
COMMENT ON COLUMN restatement.restated_at IS 'When the new value was collected (UTC).';

ALTER TABLE campaign_plan ADD COLUMN timing_minutes DOUBLE;
COMMENT ON COLUMN campaign_plan.timing_minutes IS 'The minutes within which timing promises the message; NULL where it promises none, and in rows written before it was kept.';

ALTER TABLE message_day ADD COLUMN opened BIGINT;
COMMENT ON COLUMN message_day.opened IS 'Opened, credited to the day on which the message was created; it grows for days. NULL before this was kept.';
ALTER TABLE message_day ADD COLUMN clicked BIGINT;
COMMENT ON COLUMN message_day.clicked IS 'Messages with a click, likewise.';
ALTER TABLE message_day ADD COLUMN converted BIGINT;
COMMENT ON COLUMN message_day.converted IS 'Messages followed by the campaign''s goal, likewise.';
