-- People say on the page who owns a campaign and what it is worth; points of the checklist are ticked off by hand.

ALTER TABLE campaign_plan ADD COLUMN declared VARCHAR;
COMMENT ON COLUMN campaign_plan.declared IS 'JSON object of owner, deal_value, conversion_rate and timing as the manifest has them; where somebody said otherwise on the page, the columns of these names hold that. NULL in rows written before it was kept: the columns are then the manifest''s.';
COMMENT ON COLUMN campaign_plan.owner IS 'Who answers for it, from the manifest or a person''s word.';
COMMENT ON COLUMN campaign_plan.deal_value IS 'Money one conversion brings, from the manifest or a person''s word.';
COMMENT ON COLUMN campaign_plan.conversion_rate IS 'Share of qualifying events that convert, from the manifest or a person''s word.';
COMMENT ON COLUMN campaign_plan.timing IS 'How soon the message should follow the event, from the manifest or a person''s word.';

ALTER TABLE incident ADD COLUMN missed_events DOUBLE;
ALTER TABLE incident ADD COLUMN missed_events_low DOUBLE;
ALTER TABLE incident ADD COLUMN missed_events_high DOUBLE;
COMMENT ON COLUMN incident.missed_events IS 'Qualifying events behind the missed sends, each counted once: revenue_at_risk is this times conversion rate times deal value. NULL for an incident of a source, and in rows written before it was kept.';
COMMENT ON COLUMN incident.missed_events_low IS 'Lower end of the range.';
COMMENT ON COLUMN incident.missed_events_high IS 'Upper end of the range.';

ALTER TABLE workspace ADD COLUMN customerio_workspace_on DATE;
COMMENT ON COLUMN workspace.customerio_workspace_on IS 'Day in the workspace''s zone on which Customer.io was last asked for that number; NULL where it never was, or before this was kept.';

CREATE TEMPORARY TABLE decision_before AS SELECT * FROM decision;
DROP TABLE decision;

CREATE TABLE decision (
    workspace VARCHAR NOT NULL,
    decision_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('acknowledge', 'fixed', 'note', 'mute', 'expected', 'false_alarm', 'confirm_rename', 'refuse_rename', 'map_event', 'campaign_facts', 'checklist')),
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
COMMENT ON COLUMN decision.kind IS 'acknowledge, fixed (it is mended: to be proved by later days), note (nothing but what it says), mute, expected, false_alarm, confirm_rename, refuse_rename, map_event, campaign_facts (owner, money and timing of a campaign) or checklist (a point of it is done, or it is put away).';
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
