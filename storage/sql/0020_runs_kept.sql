-- How long the notes on runs are kept is said where they are.

COMMENT ON TABLE collection IS 'One row per source and run: what was asked, what came of it. Kept for 400 days; longer where something rests on it: a day in source_day, the newest complete run, the first that went so far back. Counts, verdicts, incidents and what was announced are kept for good.';
