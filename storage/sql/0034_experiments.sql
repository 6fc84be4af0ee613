-- Sending at once compared with sending once a day: the monitor reads the counts from the route's file.

CREATE TABLE experiment_arm (
    workspace VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    arm VARCHAR NOT NULL CHECK (arm IN ('at_once', 'held_back')),
    event VARCHAR NOT NULL,
    share DOUBLE NOT NULL,
    held_until VARCHAR NOT NULL,
    converted_by VARCHAR,
    within_seconds DOUBLE NOT NULL,
    assigned BIGINT NOT NULL,
    observed BIGINT NOT NULL,
    converted BIGINT NOT NULL,
    waiting BIGINT NOT NULL,
    since TIMESTAMP,
    noted_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, campaign_id, arm)
);
COMMENT ON TABLE experiment_arm IS 'The two arms of each campaign''s experiment, as the route last noted them; one that is over stays as it was.';
COMMENT ON COLUMN experiment_arm.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN experiment_arm.campaign_id IS 'The campaign, by its id in Customer.io.';
COMMENT ON COLUMN experiment_arm.arm IS 'at_once, or held_back: its people wait for the daily hour.';
COMMENT ON COLUMN experiment_arm.event IS 'The campaign''s event, by its name in the manifest.';
COMMENT ON COLUMN experiment_arm.share IS 'The share of people who are assigned to it, from 0 to 1.';
COMMENT ON COLUMN experiment_arm.held_until IS 'The daily hour, such as 09:00, in the time zone of the project''s days.';
COMMENT ON COLUMN experiment_arm.converted_by IS 'The event with which people convert; NULL: Customer.io''s reports say it.';
COMMENT ON COLUMN experiment_arm.within_seconds IS 'In how long after the campaign''s event a conversion counts.';
COMMENT ON COLUMN experiment_arm.assigned IS 'People who had the campaign''s event, each once in that time, whatever became of their message.';
COMMENT ON COLUMN experiment_arm.observed IS 'Those of them whose time to convert is over.';
COMMENT ON COLUMN experiment_arm.converted IS 'Those of the observed who converted in it.';
COMMENT ON COLUMN experiment_arm.waiting IS 'Events that wait for the daily hour now.';
COMMENT ON COLUMN experiment_arm.since IS 'When the first of them had the event (UTC); NULL where nobody had.';
COMMENT ON COLUMN experiment_arm.noted_at IS 'When the route noted it last (UTC).';
