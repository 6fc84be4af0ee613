-- The monthly report is sent once on each channel.

CREATE TABLE monthly_report (
    workspace VARCHAR NOT NULL,
    month DATE NOT NULL,
    channel VARCHAR NOT NULL,
    announcement_id VARCHAR NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('sending', 'sent', 'failed')),
    attempts INTEGER NOT NULL,
    made_at TIMESTAMP NOT NULL,
    sent_at TIMESTAMP,
    retry_at TIMESTAMP,
    error VARCHAR,
    PRIMARY KEY (workspace, month, channel)
);
COMMENT ON TABLE monthly_report IS 'Every monthly report that was to be sent, on which channel, and what came of it.';
COMMENT ON COLUMN monthly_report.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN monthly_report.month IS 'First day of the month that it is of.';
COMMENT ON COLUMN monthly_report.channel IS 'As in announcement.';
COMMENT ON COLUMN monthly_report.announcement_id IS 'Id that the message carries, so that a duplicate can be told.';
COMMENT ON COLUMN monthly_report.status IS 'sending (made, not known to have arrived), sent or failed (tried again).';
COMMENT ON COLUMN monthly_report.attempts IS 'How often sending was tried.';
COMMENT ON COLUMN monthly_report.made_at IS 'When it was first made (UTC).';
COMMENT ON COLUMN monthly_report.sent_at IS 'When it arrived (UTC), NULL if it has not.';
COMMENT ON COLUMN monthly_report.retry_at IS 'Not to be tried again before (UTC), NULL if nothing is known.';
COMMENT ON COLUMN monthly_report.error IS 'Why sending failed. Never holds a secret.';
