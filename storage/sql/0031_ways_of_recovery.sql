-- A recovery may also send people's events again, or a broadcast, and stop where the first few show that something is wrong.

ALTER TABLE recovery ADD COLUMN replayed BIGINT DEFAULT 0;
ALTER TABLE recovery ADD COLUMN in_broadcast BIGINT DEFAULT 0;
ALTER TABLE recovery ADD COLUMN stopped VARCHAR;
COMMENT ON COLUMN recovery.can_be_reached IS 'Those of them who could still be reached then, and whom no recovery had reached.';
COMMENT ON COLUMN recovery.replayed IS 'Those whose own event was sent to Customer.io again, in all runs.';
COMMENT ON COLUMN recovery.in_broadcast IS 'Those for whom a broadcast was triggered, in all runs.';
COMMENT ON COLUMN recovery.stopped IS 'Why the newest run left the others alone after the first ten; NULL where it did not.';
COMMENT ON COLUMN recovery.put_by IS 'Who reached people last, whatever the way.';
COMMENT ON COLUMN recovery.put_at IS 'When people were reached last (UTC), whatever the way.';
