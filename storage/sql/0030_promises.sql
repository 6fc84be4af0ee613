-- Hour by hour, how soon a campaign's messages followed their events: the monitor reads it from the route's file.

CREATE TABLE promise_hour (
    workspace VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    event VARCHAR NOT NULL,
    hour TIMESTAMP NOT NULL,
    qualifying BIGINT,
    accepted BIGINT,
    sent BIGINT,
    delivered BIGINT,
    failed BIGINT,
    not_sent BIGINT,
    unknown BIGINT,
    p50_seconds DOUBLE,
    p95_seconds DOUBLE,
    p99_seconds DOUBLE,
    within_promise BIGINT,
    promise_seconds DOUBLE,
    state VARCHAR NOT NULL CHECK (state IN ('observed', 'provisional', 'not_collected', 'not_expected')),
    proved_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, campaign_id, hour)
);
COMMENT ON TABLE promise_hour IS 'Hour by hour, how soon a campaign''s messages followed their events; an hour that is not here had no event for which one was due, or was not looked at.';
COMMENT ON COLUMN promise_hour.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN promise_hour.campaign_id IS 'Customer.io''s own id of the campaign.';
COMMENT ON COLUMN promise_hour.event IS 'The event that triggers the campaign, by its own name.';
COMMENT ON COLUMN promise_hour.hour IS 'The hour''s first instant (UTC).';
COMMENT ON COLUMN promise_hour.qualifying IS 'Events of the hour for which a message was due; NULL where not collected.';
COMMENT ON COLUMN promise_hour.accepted IS 'Those of them that Customer.io is known to have taken in; NULL where that is not known.';
COMMENT ON COLUMN promise_hour.sent IS 'Those whose message went out, whenever within four times the promise.';
COMMENT ON COLUMN promise_hour.delivered IS 'Those whose message a report calls delivered; NULL where no reports are kept.';
COMMENT ON COLUMN promise_hour.failed IS 'Those whose message a report calls failed, bounced or undeliverable; NULL where no reports are kept.';
COMMENT ON COLUMN promise_hour.not_sent IS 'Those without a message after four times the promise (without a promise: a day).';
COMMENT ON COLUMN promise_hour.unknown IS 'Those of which it cannot be told yet, or of nobody who is known. qualifying = sent + not_sent + unknown.';
COMMENT ON COLUMN promise_hour.p50_seconds IS 'Half of what was sent took at most so many seconds from event to message (within 1 %); NULL where nothing was sent.';
COMMENT ON COLUMN promise_hour.p95_seconds IS 'The same for 95 %.';
COMMENT ON COLUMN promise_hour.p99_seconds IS 'The same for 99 %.';
COMMENT ON COLUMN promise_hour.within_promise IS 'Those whose message kept the promise; NULL where nothing is promised.';
COMMENT ON COLUMN promise_hour.promise_seconds IS 'The promise: within how many seconds the message is to follow the event; NULL where nothing is promised.';
COMMENT ON COLUMN promise_hour.state IS 'observed, provisional (some of it cannot be told yet), not_collected (asked and failed: the numbers are NULL), or not_expected (the campaign was not running).';
COMMENT ON COLUMN promise_hour.proved_at IS 'When it was looked last (UTC).';
