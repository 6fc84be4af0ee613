-- What was said to whom: a change is announced once on each channel.

CREATE TABLE announcement (
    workspace VARCHAR NOT NULL,
    announcement_id VARCHAR NOT NULL,
    channel VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('digest', 'urgent', 'all_clear', 'reminder')),
    day DATE NOT NULL,
    digest JSON NOT NULL,
    change_ids VARCHAR[] NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('sending', 'sent', 'failed')),
    attempts INTEGER NOT NULL,
    made_at TIMESTAMP NOT NULL,
    sent_at TIMESTAMP,
    retry_at TIMESTAMP,
    error VARCHAR,
    receipt JSON,
    PRIMARY KEY (workspace, announcement_id)
);
COMMENT ON TABLE announcement IS 'Every digest that was made, for which channel, and what came of sending it.';
COMMENT ON COLUMN announcement.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN announcement.announcement_id IS 'Id that the message carries, so that a duplicate can be told.';
COMMENT ON COLUMN announcement.channel IS 'slack, slack:#channel, webhook or mail; never an address that is a secret.';
COMMENT ON COLUMN announcement.kind IS 'digest, urgent (a new incident said at once), all_clear or reminder (once a week).';
COMMENT ON COLUMN announcement.day IS 'Calendar day in the workspace''s zone on which it was made.';
COMMENT ON COLUMN announcement.digest IS 'What was said, as data.';
COMMENT ON COLUMN announcement.change_ids IS 'The incident changes it announces; could_not_check:… for sources that failed.';
COMMENT ON COLUMN announcement.status IS 'sending (made, not known to have arrived), sent or failed (its changes are announced by a later one).';
COMMENT ON COLUMN announcement.attempts IS 'How often sending was tried.';
COMMENT ON COLUMN announcement.made_at IS 'When it was made (UTC).';
COMMENT ON COLUMN announcement.sent_at IS 'When it arrived (UTC), NULL if it has not.';
COMMENT ON COLUMN announcement.retry_at IS 'Not to be tried again before (UTC), NULL if nothing is known.';
COMMENT ON COLUMN announcement.error IS 'Why sending failed. Never holds a secret.';
COMMENT ON COLUMN announcement.receipt IS 'What the channel answered: Slack''s channel and time stamp, with which the message is edited later.';
