-- What the route carries to Customer.io, what waits and why: the monitor reads it from the route's file.

CREATE TABLE route_event (
    workspace VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    sent_as VARCHAR NOT NULL,
    mode VARCHAR NOT NULL CHECK (mode IN ('off', 'shadow', 'live')),
    received BIGINT NOT NULL,
    waiting BIGINT NOT NULL,
    held BIGINT NOT NULL,
    dead BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    shadowed BIGINT NOT NULL,
    suppressed_once BIGINT NOT NULL,
    dropped BIGINT NOT NULL,
    expired BIGINT NOT NULL,
    breaker VARCHAR NOT NULL CHECK (breaker IN ('closed', 'open', 'half_open')),
    oldest_waiting_at TIMESTAMP,
    noted_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, event)
);
COMMENT ON TABLE route_event IS 'The events that the route moves to Customer.io, as they were when the route last noted it.';
COMMENT ON COLUMN route_event.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN route_event.event IS 'The event, by its name in the manifest.';
COMMENT ON COLUMN route_event.sent_as IS 'The name under which Customer.io gets it.';
COMMENT ON COLUMN route_event.mode IS 'off, shadow (all but the sending is done) or live.';
COMMENT ON COLUMN route_event.received IS 'Events that ever came in, each once.';
COMMENT ON COLUMN route_event.waiting IS 'Those that wait for their turn now.';
COMMENT ON COLUMN route_event.held IS 'Those that are kept back now until somebody says that they may go on.';
COMMENT ON COLUMN route_event.dead IS 'Those that could not be delivered, and lie until somebody mends the reason or gives them up.';
COMMENT ON COLUMN route_event.delivered IS 'Those that Customer.io took in.';
COMMENT ON COLUMN route_event.shadowed IS 'Those that would have been sent, were the event live.';
COMMENT ON COLUMN route_event.suppressed_once IS 'Those that were not sent because the person had the message already.';
COMMENT ON COLUMN route_event.dropped IS 'Those that were given up: by somebody, with a person who was to be forgotten, or dead for 7 days. received is the sum of waiting, held, dead, delivered, shadowed, suppressed_once and dropped.';
COMMENT ON COLUMN route_event.expired IS 'How often time ran out for one of them before it was delivered; they are dead, or were.';
COMMENT ON COLUMN route_event.breaker IS 'Whether Customer.io was asked: closed (it was), open (it failed, or refused the key: all of the workspace waits) or half_open (one is tried).';
COMMENT ON COLUMN route_event.oldest_waiting_at IS 'When the event of the workspace that waits longest was received (UTC), whatever its name; NULL where none waits.';
COMMENT ON COLUMN route_event.noted_at IS 'When the route noted it (UTC).';

CREATE TABLE route_day (
    workspace VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    day DATE NOT NULL,
    received BIGINT,
    waiting BIGINT,
    delivered BIGINT,
    shadowed BIGINT,
    held BIGINT,
    dead BIGINT,
    dropped BIGINT,
    expired BIGINT,
    suppressed_once BIGINT,
    only_by_export BIGINT,
    state VARCHAR NOT NULL CHECK (state IN ('observed', 'provisional', 'not_collected', 'not_expected')),
    noted_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, event, day)
);
COMMENT ON TABLE route_day IS 'Day by day, what became of the events that the route received; on a day that is not here none came, or the route did not run.';
COMMENT ON COLUMN route_day.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN route_day.event IS 'The event, by its name in the manifest.';
COMMENT ON COLUMN route_day.day IS 'The day in UTC on which they were received.';
COMMENT ON COLUMN route_day.received IS 'Events that came in, each once.';
COMMENT ON COLUMN route_day.waiting IS 'Those of them that wait for their turn.';
COMMENT ON COLUMN route_day.delivered IS 'Those that Customer.io took in, on whatever day.';
COMMENT ON COLUMN route_day.shadowed IS 'Those that would have been sent, were the event live.';
COMMENT ON COLUMN route_day.held IS 'Those that are kept back.';
COMMENT ON COLUMN route_day.dead IS 'Those that could not be delivered, and lie.';
COMMENT ON COLUMN route_day.dropped IS 'Those that were given up: by somebody, with a person who was to be forgotten, or dead for 7 days. received is the sum of waiting, delivered, shadowed, held, dead, dropped and suppressed_once.';
COMMENT ON COLUMN route_day.expired IS 'How often time ran out for one of them before it was delivered.';
COMMENT ON COLUMN route_day.suppressed_once IS 'Those that were not sent because the person had the message already.';
COMMENT ON COLUMN route_day.only_by_export IS 'Those that came only by an export and by no door; NULL where no export is read.';
COMMENT ON COLUMN route_day.state IS 'observed, or provisional (the day is not over, or some of it waits, is held or is dead, and may still be delivered).';
COMMENT ON COLUMN route_day.noted_at IS 'When the route noted it last (UTC).';

CREATE TABLE route_letter_group (
    workspace VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    count BIGINT NOT NULL,
    first TIMESTAMP NOT NULL,
    last TIMESTAMP NOT NULL,
    mended_by VARCHAR,
    PRIMARY KEY (workspace, event, reason, field)
);
COMMENT ON TABLE route_letter_group IS 'What could not be delivered to Customer.io when the route last noted it, in groups; nobody is named.';
COMMENT ON COLUMN route_letter_group.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN route_letter_group.event IS 'The event, by its name in the manifest.';
COMMENT ON COLUMN route_letter_group.reason IS 'Why, such as wrong_type, missing_property, too_late, or refused: and what Customer.io said.';
COMMENT ON COLUMN route_letter_group.field IS 'The property it is about; empty where it is about none.';
COMMENT ON COLUMN route_letter_group.count IS 'How many events.';
COMMENT ON COLUMN route_letter_group.first IS 'When the first of them could not be delivered (UTC).';
COMMENT ON COLUMN route_letter_group.last IS 'When the last of them could not be delivered (UTC).';
COMMENT ON COLUMN route_letter_group.mended_by IS 'What in the manifest would mend it; NULL where nothing there does.';

CREATE TABLE route_hold (
    workspace VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('everything', 'unsendable', 'candidate')),
    why VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    since TIMESTAMP NOT NULL,
    waiting BIGINT NOT NULL,
    first_expires TIMESTAMP,
    candidate_of VARCHAR,
    by_hand BOOLEAN NOT NULL,
    mended_by VARCHAR,
    PRIMARY KEY (workspace, event)
);
COMMENT ON TABLE route_hold IS 'Events that were kept back when the route last noted it.';
COMMENT ON COLUMN route_hold.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN route_hold.event IS 'The event, by its name in the manifest, or a name that may be another one''s new name.';
COMMENT ON COLUMN route_hold.kind IS 'everything of it, only what is unsendable, or candidate: it is likely another event''s new name.';
COMMENT ON COLUMN route_hold.why IS 'Why, in words.';
COMMENT ON COLUMN route_hold.field IS 'The property that is not as declared; empty where it is about none.';
COMMENT ON COLUMN route_hold.since IS 'Since when (UTC).';
COMMENT ON COLUMN route_hold.waiting IS 'How many events it keeps.';
COMMENT ON COLUMN route_hold.first_expires IS 'When the first of them is of no use any more (UTC); NULL where it keeps none.';
COMMENT ON COLUMN route_hold.candidate_of IS 'The event of which it may be the new name; NULL for all other kinds.';
COMMENT ON COLUMN route_hold.by_hand IS 'Whether somebody said so, and not what came in.';
COMMENT ON COLUMN route_hold.mended_by IS 'What in the manifest would let it go on; NULL where nothing there does.';

CREATE TABLE route_source (
    workspace VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    events BIGINT NOT NULL,
    p50_seconds DOUBLE NOT NULL,
    p95_seconds DOUBLE NOT NULL,
    p99_seconds DOUBLE NOT NULL,
    since TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, source)
);
COMMENT ON TABLE route_source IS 'How old events are when the route receives them, by who sends them; since the listening process began.';
COMMENT ON COLUMN route_source.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN route_source.source IS 'Who sends them, such as backend or browser.';
COMMENT ON COLUMN route_source.events IS 'How many events were received.';
COMMENT ON COLUMN route_source.p50_seconds IS 'Half of them were at most so many seconds old by their own time (within 1 %).';
COMMENT ON COLUMN route_source.p95_seconds IS 'The same for 95 %.';
COMMENT ON COLUMN route_source.p99_seconds IS 'The same for 99 %.';
COMMENT ON COLUMN route_source.since IS 'Since when they are counted (UTC).';
