-- Judging twice what is the same need not be done twice.

ALTER TABLE judge_run ADD COLUMN input VARCHAR;
COMMENT ON COLUMN judge_run.input IS 'A digest of all that the judging rested on; NULL where it must be done again in any case.';
