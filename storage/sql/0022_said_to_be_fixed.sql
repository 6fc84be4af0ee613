-- Somebody says that a break is fixed: the days judged after that prove it, or show that it is not. Notes are kept, too.

ALTER TABLE incident ADD COLUMN fixed_by VARCHAR;
ALTER TABLE incident ADD COLUMN fixed_on DATE;
ALTER TABLE incident ADD COLUMN fixed_reason VARCHAR;
ALTER TABLE incident ADD COLUMN fix_failed_on DATE;
COMMENT ON COLUMN incident.fixed_by IS 'Who said last that it is fixed; NULL where nobody did, or where it ended otherwise or broke again since. Proved once status is recovered.';
COMMENT ON COLUMN incident.fixed_on IS 'Day in the workspace''s zone on which they said so.';
COMMENT ON COLUMN incident.fixed_reason IS 'What they did, in their words.';
COMMENT ON COLUMN incident.fix_failed_on IS 'First judged day after that on which it was broken still; NULL while none has shown it.';
COMMENT ON COLUMN incident_change.kind IS 'opened, worsened, cause_changed, recovered, closed, reopened, withdrawn, acknowledged, unacknowledged, muted, unmuted, expected, unexpected, false_alarm, not_false_alarm, rename_confirmed, fixed (somebody said so), unfixed, still_broken (a day judged after that shows it) or fix_confirmed.';

CREATE TEMPORARY TABLE decision_before AS SELECT * FROM decision;
DROP TABLE decision;

CREATE TABLE decision (
    workspace VARCHAR NOT NULL,
    decision_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('acknowledge', 'fixed', 'note', 'mute', 'expected', 'false_alarm', 'confirm_rename', 'refuse_rename', 'map_event')),
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
    PRIMARY KEY (workspace, decision_id)
);
COMMENT ON TABLE decision IS 'What people said, on the dashboard or by command. Nothing is deleted: undoing is recorded too.';
COMMENT ON COLUMN decision.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN decision.decision_id IS 'Id of the decision.';
COMMENT ON COLUMN decision.kind IS 'acknowledge, fixed (it is mended: to be proved by later days), note (nothing but what it says), mute, expected, false_alarm, confirm_rename, refuse_rename or map_event.';
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

INSERT INTO decision BY NAME SELECT * FROM decision_before;
DROP TABLE decision_before;
