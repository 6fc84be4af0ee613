-- The day of a stop is kept: whatever is changed of a broadcast afterwards, such as its name, moves `updated`.

ALTER TABLE api_triggered ADD COLUMN stopped_at TIMESTAMP;
COMMENT ON COLUMN api_triggered.stopped_at IS 'When a broadcast that had run was first seen not running, by its last change then (UTC). NULL while it runs, and for a transactional message.';
UPDATE api_triggered SET stopped_at = coalesce(updated, seen_at) WHERE state <> 'running' AND first_started IS NOT NULL;
