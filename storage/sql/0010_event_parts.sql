-- Which part of the traffic brings each event: library, operating system and app version, without persons.

CREATE TABLE event_part_day (
    workspace VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    day DATE NOT NULL,
    library VARCHAR NOT NULL,
    os VARCHAR NOT NULL,
    app_version VARCHAR NOT NULL,
    events BIGINT NOT NULL CHECK (events > 0),
    share DOUBLE NOT NULL CHECK (share > 0 AND share <= 1),
    events_read BIGINT NOT NULL,
    sampled BOOLEAN NOT NULL,
    collected_at TIMESTAMP NOT NULL,
    PRIMARY KEY (workspace, event, day, library, os, app_version)
);
COMMENT ON TABLE event_part_day IS 'How many of an event''s events came from which library, operating system and app version on a day whose properties were profiled. On such a day, a part without a row brought none.';
COMMENT ON COLUMN event_part_day.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN event_part_day.event IS 'Mixpanel''s event name.';
COMMENT ON COLUMN event_part_day.day IS 'Calendar day in the workspace''s zone.';
COMMENT ON COLUMN event_part_day.library IS 'Mixpanel''s mp_lib, such as web, swift or python; empty where the event carried none.';
COMMENT ON COLUMN event_part_day.os IS 'Mixpanel''s $os, such as iOS or Android; empty where the event carried none.';
COMMENT ON COLUMN event_part_day.app_version IS 'Mixpanel''s $app_version_string; empty where the event carried none, (other) for the rarest of a day with very many.';
COMMENT ON COLUMN event_part_day.events IS 'Events of that part among those read, duplicates left out.';
COMMENT ON COLUMN event_part_day.share IS 'Share (0 to 1) of the events read.';
COMMENT ON COLUMN event_part_day.events_read IS 'How many of the event''s events were read that day.';
COMMENT ON COLUMN event_part_day.sampled IS 'True where only the first 200,000 events of the day were read.';
COMMENT ON COLUMN event_part_day.collected_at IS 'When it was collected (UTC).';
