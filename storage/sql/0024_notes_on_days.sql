-- A person's note can be about a day of a campaign; and an edit whose time is not told happened between two looks.

ALTER TABLE decision ADD COLUMN about_day DATE;
COMMENT ON COLUMN decision.about_day IS 'Day in the workspace''s zone that a note is about; NULL for everything else, and for a note on no day.';

ALTER TABLE campaign_version ADD COLUMN unchanged_at TIMESTAMP;
COMMENT ON COLUMN campaign_version.unchanged_at IS 'When the campaign was last seen without these changes (UTC), where valid_from is only when they were first read. NULL where Customer.io says when they were made, for the first version, and for what was saved by an older version of campaign-health.';
