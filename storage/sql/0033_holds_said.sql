-- People say on the page that what the route carries of an event is kept back, and let it go.

CREATE TEMPORARY TABLE decision_before AS SELECT * FROM decision;
DROP TABLE decision;

CREATE TABLE decision (
    workspace VARCHAR NOT NULL,
    decision_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('acknowledge', 'fixed', 'note', 'mute', 'expected', 'false_alarm', 'confirm_rename', 'refuse_rename', 'map_event', 'campaign_facts', 'checklist', 'hold', 'release')),
    incident_id VARCHAR,
    campaign_id BIGINT,
    event VARCHAR,
    new_event VARCHAR,
    reason VARCHAR,
    until DATE,
    decided_by VARCHAR NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    undone_by VARCHAR,
    undone_at TIMESTAMP,
    about VARCHAR,
    about_day DATE,
    PRIMARY KEY (workspace, decision_id)
);
COMMENT ON TABLE decision IS 'What people said, on the dashboard or by command. Nothing is deleted: undoing is recorded too.';
COMMENT ON COLUMN decision.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN decision.decision_id IS 'Id of the decision.';
COMMENT ON COLUMN decision.kind IS 'acknowledge, fixed (it is mended: to be proved by later days), note (nothing but what it says), mute, expected, false_alarm, confirm_rename, refuse_rename, map_event, campaign_facts (owner, money and timing of a campaign) or checklist (a point of it is done, or it is put away), hold or release (what the route carries of an event is kept back, or let go).';
COMMENT ON COLUMN decision.incident_id IS 'The incident it is about, if one.';
COMMENT ON COLUMN decision.campaign_id IS 'The campaign it is about, if one.';
COMMENT ON COLUMN decision.event IS 'The event it is about: the old name, or the one mapped (NULL: mapped to none).';
COMMENT ON COLUMN decision.new_event IS 'The new name, for renames.';
COMMENT ON COLUMN decision.reason IS 'Why, or the note itself, in the person''s words.';
COMMENT ON COLUMN decision.until IS 'Last day it holds, NULL for no end.';
COMMENT ON COLUMN decision.decided_by IS 'Who: the signed-in address, or the name given.';
COMMENT ON COLUMN decision.decided_at IS 'When (UTC).';
COMMENT ON COLUMN decision.undone_by IS 'Who undid it, NULL while it holds.';
COMMENT ON COLUMN decision.undone_at IS 'When it was undone (UTC).';
COMMENT ON COLUMN decision.about_day IS 'Day in the workspace''s zone that a note is about; NULL for everything else, and for a note on no day.';
COMMENT ON COLUMN decision.about IS 'Of campaign_facts: a JSON object of [what the manifest said, what holds instead] by fact. Of checklist: gate or put_away.';

INSERT INTO decision BY NAME SELECT * FROM decision_before;
DROP TABLE decision_before;
