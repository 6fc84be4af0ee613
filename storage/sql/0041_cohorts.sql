-- Cohorts and their segments in Customer.io: the monitor reads the numbers from the route's file.

CREATE TABLE route_cohort (
    workspace VARCHAR NOT NULL,
    source VARCHAR NOT NULL CHECK (source IN ('mixpanel', 'amplitude', 'derived')),
    cohort VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    mode VARCHAR NOT NULL CHECK (mode IN ('off', 'shadow', 'live')),
    is_whole BOOLEAN NOT NULL,
    people BIGINT NOT NULL,
    applied BIGINT NOT NULL,
    in_segment BIGINT NOT NULL,
    to_add BIGINT NOT NULL,
    to_remove BIGINT NOT NULL,
    unknown BIGINT NOT NULL,
    nobody BIGINT NOT NULL,
    segment_id BIGINT,
    counted BIGINT,
    heard_at TIMESTAMP,
    completed_at TIMESTAMP,
    held_since TIMESTAMP,
    trouble VARCHAR NOT NULL,
    noted_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, source, cohort)
);
COMMENT ON TABLE route_cohort IS 'The cohorts whose segments in Customer.io the route keeps equal to them, as it last noted them; nobody is named.';
COMMENT ON COLUMN route_cohort.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN route_cohort.source IS 'Who tells who is in it: mixpanel, amplitude, or derived (the route''s own daily run).';
COMMENT ON COLUMN route_cohort.cohort IS 'Its id there.';
COMMENT ON COLUMN route_cohort.name IS 'Its name there.';
COMMENT ON COLUMN route_cohort.mode IS 'off, shadow (it is kept who is in it, and nothing is written) or live.';
COMMENT ON COLUMN route_cohort.is_whole IS 'Whether a whole list of its people has come; until then nothing is applied.';
COMMENT ON COLUMN route_cohort.people IS 'People who are in it, as was told last.';
COMMENT ON COLUMN route_cohort.applied IS 'People whom the segment is to hold: the same, unless a loss is kept back.';
COMMENT ON COLUMN route_cohort.in_segment IS 'Those of them whom Customer.io took into the segment, as far as is known.';
COMMENT ON COLUMN route_cohort.to_add IS 'People who are still to be put into the segment.';
COMMENT ON COLUMN route_cohort.to_remove IS 'People who are still to be taken out of it.';
COMMENT ON COLUMN route_cohort.unknown IS 'People of the cohort whom Customer.io does not know; they are tried again every day.';
COMMENT ON COLUMN route_cohort.nobody IS 'Entries of the last whole list that have nothing by which Customer.io could know somebody.';
COMMENT ON COLUMN route_cohort.segment_id IS 'The segment, by its id in Customer.io; NULL before there is one.';
COMMENT ON COLUMN route_cohort.counted IS 'How many people Customer.io says are in the segment; NULL where it was not asked.';
COMMENT ON COLUMN route_cohort.heard_at IS 'When the cohort was last told of (UTC); NULL for never.';
COMMENT ON COLUMN route_cohort.completed_at IS 'When what was told was last whole (UTC); NULL for never.';
COMMENT ON COLUMN route_cohort.held_since IS 'Since when a loss of half of its people or more is kept back (UTC); NULL where none is.';
COMMENT ON COLUMN route_cohort.trouble IS 'Why it could not be applied; empty where it could.';
COMMENT ON COLUMN route_cohort.noted_at IS 'When the route noted it (UTC).';
