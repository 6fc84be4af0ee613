-- What the collectors bring home. Every instant is a TIMESTAMP in UTC; every day is a DATE in the workspace's zone.

CREATE TABLE workspace (
    workspace VARCHAR PRIMARY KEY,
    time_zone VARCHAR NOT NULL,
    time_zone_since TIMESTAMP NOT NULL,
    previous_time_zone VARCHAR
);
COMMENT ON TABLE workspace IS 'One row per workspace: a Mixpanel project and a Customer.io workspace that share one time zone.';
COMMENT ON COLUMN workspace.workspace IS 'Name of the workspace; default where there is only one.';
COMMENT ON COLUMN workspace.time_zone IS 'IANA name of the zone whose calendar days are counted.';
COMMENT ON COLUMN workspace.time_zone_since IS 'When this zone was first used (UTC). A later change restates history.';
COMMENT ON COLUMN workspace.previous_time_zone IS 'The zone in use before, NULL if it never changed.';

CREATE TABLE collection (
    run_id VARCHAR NOT NULL,
    workspace VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    started_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP NOT NULL,
    outcome VARCHAR NOT NULL CHECK (outcome IN ('complete', 'partial', 'failed')),
    first_day DATE,
    last_day DATE,
    requests INTEGER NOT NULL,
    "rows" BIGINT NOT NULL,
    error VARCHAR,
    details JSON NOT NULL DEFAULT '{}',
    PRIMARY KEY (run_id, workspace, source)
);
COMMENT ON TABLE collection IS 'One row per source and run: what was asked, what came of it.';
COMMENT ON COLUMN collection.run_id IS 'Shared by all sources of one run.';
COMMENT ON COLUMN collection.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN collection.source IS 'mixpanel_events, mixpanel_properties, mixpanel_lexicon, customerio_campaigns, customerio_metrics or customerio_journeys.';
COMMENT ON COLUMN collection.started_at IS 'When the source was begun (UTC).';
COMMENT ON COLUMN collection.ended_at IS 'When it ended (UTC).';
COMMENT ON COLUMN collection.outcome IS 'complete: all that was asked is stored; partial: some of it; failed: nothing.';
COMMENT ON COLUMN collection.first_day IS 'First day asked for, NULL for sources without days.';
COMMENT ON COLUMN collection.last_day IS 'Last day asked for.';
COMMENT ON COLUMN collection.requests IS 'HTTP requests sent, retries included.';
COMMENT ON COLUMN collection."rows" IS 'Rows saved.';
COMMENT ON COLUMN collection.error IS 'What went wrong and what to do, NULL if nothing did. Never holds a secret.';
COMMENT ON COLUMN collection.details IS 'JSON object of further facts, such as the campaigns that were refused and why.';

CREATE TABLE source_day (
    workspace VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    day DATE NOT NULL,
    state VARCHAR NOT NULL CHECK (state IN ('observed', 'provisional', 'not_collected')),
    collected_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (workspace, source, day)
);
COMMENT ON TABLE source_day IS 'Which days each source as a whole has answered for.';
COMMENT ON COLUMN source_day.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN source_day.source IS 'Same names as collection.source.';
COMMENT ON COLUMN source_day.day IS 'Calendar day in the workspace''s zone.';
COMMENT ON COLUMN source_day.state IS 'observed, provisional (day not over or not settled) or not_collected (asked and failed).';
COMMENT ON COLUMN source_day.collected_at IS 'When the newest answer (or failure) came (UTC).';
COMMENT ON COLUMN source_day.run_id IS 'Run that wrote this row.';

CREATE TABLE event (
    workspace VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    listed_at TIMESTAMP NOT NULL,
    first_seen DATE,
    last_seen DATE,
    PRIMARY KEY (workspace, event)
);
COMMENT ON TABLE event IS 'Every event name ever seen, kept for good so that a vanished event is still asked for.';
COMMENT ON COLUMN event.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN event.event IS 'Mixpanel''s event name, exactly as sent; case counts.';
COMMENT ON COLUMN event.listed_at IS 'When the name was first put on the list (UTC).';
COMMENT ON COLUMN event.first_seen IS 'First collected day with at least one event, NULL if none yet.';
COMMENT ON COLUMN event.last_seen IS 'Last collected day with at least one event, NULL if none yet.';

CREATE TABLE event_day (
    workspace VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    day DATE NOT NULL,
    events BIGINT,
    state VARCHAR NOT NULL CHECK (state IN ('observed', 'provisional', 'not_collected')),
    source VARCHAR NOT NULL CHECK (source IN ('query', 'export')),
    collected_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, event, day),
    CHECK ((events IS NULL) = (state = 'not_collected'))
);
COMMENT ON TABLE event_day IS 'How often each event happened on each day. Dense from the event''s first day: 0 where nothing happened.';
COMMENT ON COLUMN event_day.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN event_day.event IS 'Mixpanel''s event name.';
COMMENT ON COLUMN event_day.day IS 'Calendar day in the workspace''s zone.';
COMMENT ON COLUMN event_day.events IS 'Event count; NULL where not collected. Never NULL for nothing happened: that is 0.';
COMMENT ON COLUMN event_day.state IS 'observed, provisional or not_collected.';
COMMENT ON COLUMN event_day.source IS 'query (Mixpanel''s Query API) or export (counted from the raw export). Never mixed within one series.';
COMMENT ON COLUMN event_day.collected_at IS 'When it was collected (UTC).';

CREATE TABLE event_property (
    workspace VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    property VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    day DATE NOT NULL,
    share DOUBLE NOT NULL CHECK (share >= 0 AND share <= 1),
    events_read BIGINT NOT NULL,
    sampled BOOLEAN NOT NULL,
    collected_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, event, property, type, day)
);
COMMENT ON TABLE event_property IS 'Which properties an event carried on a day, of which JSON type, on what share of its events.';
COMMENT ON COLUMN event_property.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN event_property.event IS 'Mixpanel''s event name.';
COMMENT ON COLUMN event_property.property IS 'Property name.';
COMMENT ON COLUMN event_property.type IS 'JSON type: string, number, boolean, null, array or object.';
COMMENT ON COLUMN event_property.day IS 'Calendar day in the workspace''s zone.';
COMMENT ON COLUMN event_property.share IS 'Share (0 to 1) of the event''s events that day that carried the property with this type.';
COMMENT ON COLUMN event_property.events_read IS 'How many events the share was taken over.';
COMMENT ON COLUMN event_property.sampled IS 'True where only the first 200,000 events of the day were read.';
COMMENT ON COLUMN event_property.collected_at IS 'When it was collected (UTC).';

CREATE TABLE event_definition (
    workspace VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    property VARCHAR NOT NULL,
    type VARCHAR,
    display_name VARCHAR,
    hidden BOOLEAN NOT NULL,
    dropped BOOLEAN NOT NULL,
    read_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, event, property)
);
COMMENT ON TABLE event_definition IS 'What Mixpanel''s Lexicon declares: one row per event (property is empty) and per declared property.';
COMMENT ON COLUMN event_definition.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN event_definition.event IS 'Mixpanel''s event name.';
COMMENT ON COLUMN event_definition.property IS 'Property name; empty for the event itself.';
COMMENT ON COLUMN event_definition.type IS 'Declared type, NULL for the event itself.';
COMMENT ON COLUMN event_definition.display_name IS 'Name shown in Mixpanel, NULL where none is set.';
COMMENT ON COLUMN event_definition.hidden IS 'Hidden in Mixpanel.';
COMMENT ON COLUMN event_definition.dropped IS 'Blocked in Mixpanel: no longer stored.';
COMMENT ON COLUMN event_definition.read_at IS 'When it was read (UTC).';

CREATE TABLE campaign (
    workspace VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    active BOOLEAN,
    trigger_kind VARCHAR NOT NULL,
    event VARCHAR,
    tags VARCHAR[] NOT NULL,
    created TIMESTAMP,
    first_started TIMESTAMP,
    updated TIMESTAMP,
    definition JSON NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    gone_at TIMESTAMP,
    PRIMARY KEY (workspace, campaign_id)
);
COMMENT ON TABLE campaign IS 'Customer.io''s campaigns as last read.';
COMMENT ON COLUMN campaign.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN campaign.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN campaign.name IS 'Name in Customer.io.';
COMMENT ON COLUMN campaign.state IS 'Customer.io''s word: running, draft, stopped, or one this program does not know.';
COMMENT ON COLUMN campaign.active IS 'Whether it can still send, as Customer.io says.';
COMMENT ON COLUMN campaign.trigger_kind IS 'event, segment, form, date, relationship, object, webhook or unknown.';
COMMENT ON COLUMN campaign.event IS 'Trigger event (trimmed, as Customer.io matches it); NULL where the trigger is not an event.';
COMMENT ON COLUMN campaign.tags IS 'Tags in Customer.io.';
COMMENT ON COLUMN campaign.created IS 'When it was made (UTC).';
COMMENT ON COLUMN campaign.first_started IS 'When it first ran (UTC), NULL if never.';
COMMENT ON COLUMN campaign.updated IS 'When it was last changed (UTC).';
COMMENT ON COLUMN campaign.definition IS 'The fields whose changes are followed, as JSON; no message text.';
COMMENT ON COLUMN campaign.seen_at IS 'When it was last listed (UTC).';
COMMENT ON COLUMN campaign.gone_at IS 'When it was found to be deleted (UTC), NULL while it exists.';

CREATE TABLE campaign_version (
    workspace VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    valid_from TIMESTAMP NOT NULL,
    valid_to TIMESTAMP,
    changes JSON NOT NULL,
    definition JSON NOT NULL,
    PRIMARY KEY (workspace, campaign_id, valid_from)
);
COMMENT ON TABLE campaign_version IS 'Every definition of a campaign that was ever read, and what changed.';
COMMENT ON COLUMN campaign_version.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN campaign_version.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN campaign_version.valid_from IS 'From when it held (UTC): Customer.io''s update time where that is known to belong to this change, else when it was first read.';
COMMENT ON COLUMN campaign_version.valid_to IS 'Until when (UTC), NULL for the present one.';
COMMENT ON COLUMN campaign_version.changes IS 'JSON list of {"field", "from", "to"}; empty for the first version read.';
COMMENT ON COLUMN campaign_version.definition IS 'The whole definition as JSON.';

CREATE TABLE campaign_message (
    workspace VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    name VARCHAR,
    type VARCHAR NOT NULL,
    sending_state VARCHAR,
    required_variables VARCHAR[] NOT NULL,
    optional_variables VARCHAR[] NOT NULL,
    problem VARCHAR,
    updated TIMESTAMP,
    PRIMARY KEY (workspace, campaign_id, message_id)
);
COMMENT ON TABLE campaign_message IS 'The messages of each campaign and the Liquid variables they use; never their text.';
COMMENT ON COLUMN campaign_message.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN campaign_message.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN campaign_message.message_id IS 'Customer.io''s id of the action.';
COMMENT ON COLUMN campaign_message.name IS 'Name of the message.';
COMMENT ON COLUMN campaign_message.type IS 'email, push, twilio, webhook, in_app, slack, whatsapp …';
COMMENT ON COLUMN campaign_message.sending_state IS 'automatic (sends), draft (only queues drafts) or off.';
COMMENT ON COLUMN campaign_message.required_variables IS 'Variables without which the message fails, such as event.plan.';
COMMENT ON COLUMN campaign_message.optional_variables IS 'Variables that have a default or stand behind a condition.';
COMMENT ON COLUMN campaign_message.problem IS 'Why the Liquid could not be read, NULL where it could.';
COMMENT ON COLUMN campaign_message.updated IS 'When the message was last changed (UTC).';

CREATE TABLE campaign_failure (
    workspace VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    failure_message VARCHAR NOT NULL,
    first_read TIMESTAMP NOT NULL,
    last_read TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, campaign_id, failure_message)
);
COMMENT ON TABLE campaign_failure IS 'The distinct reasons that Customer.io gave for messages that failed.';
COMMENT ON COLUMN campaign_failure.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN campaign_failure.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN campaign_failure.failure_message IS 'Customer.io''s text, such as: Variable ''event.plan'' is missing.';
COMMENT ON COLUMN campaign_failure.first_read IS 'When it was first read (UTC).';
COMMENT ON COLUMN campaign_failure.last_read IS 'When it was last read (UTC).';

CREATE TABLE campaign_day (
    workspace VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    day DATE NOT NULL,
    sent BIGINT,
    delivered BIGINT,
    opened BIGINT,
    clicked BIGINT,
    converted BIGINT,
    bounced BIGINT,
    failed BIGINT,
    undeliverable BIGINT,
    suppressed BIGINT,
    drafted BIGINT,
    created BIGINT,
    attempted BIGINT,
    unsubscribed BIGINT,
    other_series JSON,
    state VARCHAR NOT NULL CHECK (state IN ('observed', 'provisional', 'not_collected', 'not_expected')),
    engagement_state VARCHAR NOT NULL CHECK (engagement_state IN ('observed', 'provisional', 'not_collected', 'not_expected')),
    collected_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, campaign_id, day),
    CHECK (sent IS NOT NULL OR state IN ('not_collected', 'not_expected'))
);
COMMENT ON TABLE campaign_day IS 'Customer.io''s daily metrics of each campaign.';
COMMENT ON COLUMN campaign_day.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN campaign_day.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN campaign_day.day IS 'Calendar day in the workspace''s zone.';
COMMENT ON COLUMN campaign_day.sent IS 'Sends; NULL where not collected.';
COMMENT ON COLUMN campaign_day.delivered IS 'Messages delivered, credited to the day they were created.';
COMMENT ON COLUMN campaign_day.opened IS 'Messages opened, credited to the day they were created.';
COMMENT ON COLUMN campaign_day.clicked IS 'Messages with a click.';
COMMENT ON COLUMN campaign_day.converted IS 'Messages followed by the campaign''s goal.';
COMMENT ON COLUMN campaign_day.bounced IS 'Messages refused by the receiver.';
COMMENT ON COLUMN campaign_day.failed IS 'Messages that could not be made or handed over, such as for a missing Liquid variable.';
COMMENT ON COLUMN campaign_day.undeliverable IS 'Messages not sent for a message limit or a missing address.';
COMMENT ON COLUMN campaign_day.suppressed IS 'Messages not sent because the recipient is suppressed.';
COMMENT ON COLUMN campaign_day.drafted IS 'Messages queued as drafts.';
COMMENT ON COLUMN campaign_day.created IS 'Messages made.';
COMMENT ON COLUMN campaign_day.attempted IS 'Messages tried and not yet through.';
COMMENT ON COLUMN campaign_day.unsubscribed IS 'Messages followed by an unsubscription.';
COMMENT ON COLUMN campaign_day.other_series IS 'Further series as Customer.io named them, a JSON object of numbers.';
COMMENT ON COLUMN campaign_day.state IS 'observed, provisional, not_collected or not_expected: what the sends are worth.';
COMMENT ON COLUMN campaign_day.engagement_state IS 'The same for delivered, opened, clicked, converted and bounced, which settle later.';
COMMENT ON COLUMN campaign_day.collected_at IS 'When it was collected (UTC).';

CREATE TABLE journey_day (
    workspace VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    day DATE NOT NULL,
    started BIGINT,
    activated BIGINT,
    never_activated BIGINT,
    messaged BIGINT,
    exited_early BIGINT,
    finished BIGINT,
    converted BIGINT,
    state VARCHAR NOT NULL CHECK (state IN ('observed', 'provisional', 'not_collected', 'not_expected')),
    collected_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, campaign_id, day),
    CHECK (started IS NOT NULL OR state IN ('not_collected', 'not_expected'))
);
COMMENT ON TABLE journey_day IS 'Journeys of each campaign by the day they started.';
COMMENT ON COLUMN journey_day.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN journey_day.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN journey_day.day IS 'Calendar day in the workspace''s zone on which the journeys started.';
COMMENT ON COLUMN journey_day.started IS 'Journeys that met the trigger, before filters; NULL where not collected.';
COMMENT ON COLUMN journey_day.activated IS 'Of those, how many passed the filters.';
COMMENT ON COLUMN journey_day.never_activated IS 'Of those, how many were filtered out before any action.';
COMMENT ON COLUMN journey_day.messaged IS 'Of those, how many reached an action other than a delay.';
COMMENT ON COLUMN journey_day.exited_early IS 'Of those, how many left by an exit condition or a filter.';
COMMENT ON COLUMN journey_day.finished IS 'Of those, how many reached the end.';
COMMENT ON COLUMN journey_day.converted IS 'Of those, how many met the goal.';
COMMENT ON COLUMN journey_day.state IS 'observed, provisional, not_collected or not_expected.';
COMMENT ON COLUMN journey_day.collected_at IS 'When it was collected (UTC).';

CREATE TABLE mixpanel_request (
    project VARCHAR NOT NULL,
    asked_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE mixpanel_request IS 'When Mixpanel''s Query API was asked during the last hours: the hourly budget is counted over runs.';
COMMENT ON COLUMN mixpanel_request.project IS 'Mixpanel project id, the scope of its limit.';
COMMENT ON COLUMN mixpanel_request.asked_at IS 'When the request was sent (UTC).';
