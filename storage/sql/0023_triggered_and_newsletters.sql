-- What Customer.io sends beside campaigns: API-triggered broadcasts, transactional messages, newsletters.

CREATE TABLE api_triggered (
    workspace VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('broadcast', 'transactional')),
    object_id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    state VARCHAR,
    queues_drafts BOOLEAN,
    tags VARCHAR[] NOT NULL,
    created TIMESTAMP,
    first_started TIMESTAMP,
    updated TIMESTAMP,
    seen_at TIMESTAMP NOT NULL,
    gone_at TIMESTAMP,
    PRIMARY KEY (workspace, kind, object_id)
);
COMMENT ON TABLE api_triggered IS 'API-triggered broadcasts and transactional messages as last read: what a product''s own code sends through Customer.io.';
COMMENT ON COLUMN api_triggered.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN api_triggered.kind IS 'broadcast or transactional.';
COMMENT ON COLUMN api_triggered.object_id IS 'Customer.io''s own id of the broadcast or of the transactional message; each kind counts by itself.';
COMMENT ON COLUMN api_triggered.name IS 'Name in Customer.io.';
COMMENT ON COLUMN api_triggered.state IS 'Customer.io''s word for a broadcast: running or draft. NULL for a transactional message, which has none.';
COMMENT ON COLUMN api_triggered.queues_drafts IS 'True where a transactional message only queues drafts. NULL for a broadcast, or where Customer.io did not say.';
COMMENT ON COLUMN api_triggered.tags IS 'Tags in Customer.io; a transactional message has none.';
COMMENT ON COLUMN api_triggered.created IS 'When it was made (UTC).';
COMMENT ON COLUMN api_triggered.first_started IS 'When a broadcast was activated (UTC), NULL if never or not known.';
COMMENT ON COLUMN api_triggered.updated IS 'When it was last changed (UTC).';
COMMENT ON COLUMN api_triggered.seen_at IS 'When it was last read (UTC).';
COMMENT ON COLUMN api_triggered.gone_at IS 'When Customer.io said that it is deleted (UTC), NULL while it exists.';

CREATE TABLE api_triggered_day (
    workspace VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('broadcast', 'transactional')),
    object_id BIGINT NOT NULL,
    day DATE NOT NULL,
    sent BIGINT,
    delivered BIGINT,
    created BIGINT,
    drafted BIGINT,
    attempted BIGINT,
    failed BIGINT,
    undeliverable BIGINT,
    suppressed BIGINT,
    bounced BIGINT,
    opened BIGINT,
    clicked BIGINT,
    state VARCHAR NOT NULL CHECK (state IN ('observed', 'provisional', 'not_collected', 'not_expected')),
    collected_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, kind, object_id, day),
    CHECK (sent IS NOT NULL OR state IN ('not_collected', 'not_expected'))
);
COMMENT ON TABLE api_triggered_day IS 'Daily metrics of each API-triggered broadcast and transactional message. Customer.io cuts these days in US Eastern time, whatever the workspace''s zone, and serves 45 of them at most.';
COMMENT ON COLUMN api_triggered_day.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN api_triggered_day.kind IS 'broadcast or transactional.';
COMMENT ON COLUMN api_triggered_day.object_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN api_triggered_day.day IS 'Calendar day in US Eastern time. Not the workspace''s day: never add it to campaign_day by day.';
COMMENT ON COLUMN api_triggered_day.sent IS 'Sends; NULL where not collected.';
COMMENT ON COLUMN api_triggered_day.delivered IS 'Messages delivered.';
COMMENT ON COLUMN api_triggered_day.created IS 'Messages made.';
COMMENT ON COLUMN api_triggered_day.drafted IS 'Messages queued as drafts.';
COMMENT ON COLUMN api_triggered_day.attempted IS 'Messages tried and not yet through.';
COMMENT ON COLUMN api_triggered_day.failed IS 'Messages that could not be made or handed over.';
COMMENT ON COLUMN api_triggered_day.undeliverable IS 'Messages not sent for a message limit or a missing address.';
COMMENT ON COLUMN api_triggered_day.suppressed IS 'Messages not sent because the recipient is suppressed.';
COMMENT ON COLUMN api_triggered_day.bounced IS 'Messages refused by the receiver.';
COMMENT ON COLUMN api_triggered_day.opened IS 'Messages opened.';
COMMENT ON COLUMN api_triggered_day.clicked IS 'Messages with a click.';
COMMENT ON COLUMN api_triggered_day.state IS 'observed, provisional (not over, or not settled), not_collected, or not_expected (before it was first made or activated, or while a broadcast is a draft).';
COMMENT ON COLUMN api_triggered_day.collected_at IS 'When it was collected, or asked for in vain (UTC).';

CREATE TABLE newsletter (
    workspace VARCHAR NOT NULL,
    newsletter_id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    channel VARCHAR,
    tags VARCHAR[] NOT NULL,
    created TIMESTAMP,
    updated TIMESTAMP,
    sent_at TIMESTAMP,
    seen_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, newsletter_id)
);
COMMENT ON TABLE newsletter IS 'Newsletters as last listed: a newsletter is sent once by a person, so there is nothing to compare it with.';
COMMENT ON COLUMN newsletter.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN newsletter.newsletter_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN newsletter.name IS 'Name in Customer.io.';
COMMENT ON COLUMN newsletter.channel IS 'Customer.io''s word: email, webhook, twilio, slack, push, in_app.';
COMMENT ON COLUMN newsletter.tags IS 'Tags in Customer.io.';
COMMENT ON COLUMN newsletter.created IS 'When it was made (UTC).';
COMMENT ON COLUMN newsletter.updated IS 'When it was last changed (UTC).';
COMMENT ON COLUMN newsletter.sent_at IS 'When it was last sent (UTC), NULL where it was not sent yet.';
COMMENT ON COLUMN newsletter.seen_at IS 'When it was last listed (UTC).';

COMMENT ON COLUMN collection.source IS 'mixpanel_events, mixpanel_properties, mixpanel_lexicon, customerio_campaigns, customerio_segments, customerio_metrics, customerio_journeys, customerio_messages, customerio_broadcasts, customerio_transactional or customerio_newsletters.';

CREATE TABLE api_triggered_verdict (
    workspace VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('broadcast', 'transactional')),
    object_id BIGINT NOT NULL,
    event VARCHAR NOT NULL,
    owner VARCHAR,
    status VARCHAR NOT NULL,
    since DATE,
    day DATE,
    events DOUBLE,
    sent BIGINT,
    expected_low DOUBLE,
    expected_high DOUBLE,
    PRIMARY KEY (workspace, kind, object_id)
);
COMMENT ON TABLE api_triggered_verdict IS 'How each broadcast and transactional message does whose event the manifest names, on the newest day known. The others are not judged and have no row.';
COMMENT ON COLUMN api_triggered_verdict.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN api_triggered_verdict.kind IS 'broadcast or transactional.';
COMMENT ON COLUMN api_triggered_verdict.object_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN api_triggered_verdict.event IS 'The event that the manifest names.';
COMMENT ON COLUMN api_triggered_verdict.owner IS 'Who is told when it breaks, from the manifest.';
COMMENT ON COLUMN api_triggered_verdict.status IS 'healthy, silent, degraded, surging, volume_down, learning, too_quiet, not_running or not_collected.';
COMMENT ON COLUMN api_triggered_verdict.since IS 'The first US Eastern day of the break that is open, NULL where none is.';
COMMENT ON COLUMN api_triggered_verdict.day IS 'The newest US Eastern day judged, NULL where none was yet.';
COMMENT ON COLUMN api_triggered_verdict.events IS 'Events of that US Eastern day, added up in shares of the workspace''s days where they begin at another hour.';
COMMENT ON COLUMN api_triggered_verdict.sent IS 'Sends of that day.';
COMMENT ON COLUMN api_triggered_verdict.expected_low IS 'Fewest sends expected of that day; NULL where not judged.';
COMMENT ON COLUMN api_triggered_verdict.expected_high IS 'Most sends expected of that day.';
