-- What the judge makes of it, what people decide, and what was announced.

CREATE TABLE verdict (
    workspace VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    day DATE NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('healthy', 'silent', 'degraded', 'event_lost', 'surging', 'volume_down',
        'not_running', 'learning', 'too_quiet', 'not_collected')),
    stage VARCHAR CHECK (stage IN ('event', 'started', 'activated', 'sent', 'delivered')),
    events BIGINT,
    started BIGINT,
    sent BIGINT,
    expected DOUBLE,
    expected_low DOUBLE,
    expected_high DOUBLE,
    probability DOUBLE,
    cause VARCHAR,
    PRIMARY KEY (workspace, campaign_id, day)
);
COMMENT ON TABLE verdict IS 'What each campaign did on each day, from data up to that day only.';
COMMENT ON COLUMN verdict.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN verdict.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN verdict.day IS 'Calendar day in the workspace''s zone.';
COMMENT ON COLUMN verdict.status IS 'healthy, silent, degraded, event_lost, surging, volume_down, not_running, learning, too_quiet or not_collected.';
COMMENT ON COLUMN verdict.stage IS 'The first stage that broke: event, started, activated, sent or delivered; NULL where nothing did.';
COMMENT ON COLUMN verdict.events IS 'Event count of the trigger event that day.';
COMMENT ON COLUMN verdict.started IS 'Journeys started that day.';
COMMENT ON COLUMN verdict.sent IS 'Sends that day.';
COMMENT ON COLUMN verdict.expected IS 'Sends a healthy campaign would have made.';
COMMENT ON COLUMN verdict.expected_low IS 'Lower end of the range (95 in 100 healthy days lie within).';
COMMENT ON COLUMN verdict.expected_high IS 'Upper end of the range.';
COMMENT ON COLUMN verdict.probability IS 'Probability that a healthy campaign does this or worse on one day.';
COMMENT ON COLUMN verdict.cause IS 'Headline cause of the open incident, NULL where there is none.';

CREATE TABLE incident (
    workspace VARCHAR NOT NULL,
    incident_id VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('open', 'recovered', 'withdrawn')),
    kind VARCHAR NOT NULL,
    opened_on DATE NOT NULL,
    detected_on DATE NOT NULL,
    recovered_on DATE,
    last_good_day DATE,
    stage VARCHAR,
    cause VARCHAR NOT NULL,
    evidence JSON NOT NULL,
    summary VARCHAR NOT NULL,
    missed_sends DOUBLE,
    missed_sends_low DOUBLE,
    missed_sends_high DOUBLE,
    revenue_at_risk DOUBLE,
    revenue_at_risk_low DOUBLE,
    revenue_at_risk_high DOUBLE,
    acknowledged_by VARCHAR,
    acknowledged_at TIMESTAMP,
    muted_by VARCHAR,
    muted_reason VARCHAR,
    muted_until DATE,
    expected_by VARCHAR,
    expected_reason VARCHAR,
    PRIMARY KEY (workspace, incident_id)
);
COMMENT ON TABLE incident IS 'An unbroken run of bad days of one campaign.';
COMMENT ON COLUMN incident.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN incident.incident_id IS 'Stable id: campaign id and first bad day.';
COMMENT ON COLUMN incident.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN incident.status IS 'open, recovered, or withdrawn (restated data showed that nothing had broken).';
COMMENT ON COLUMN incident.kind IS 'Worst verdict while it lasted: silent, degraded, event_lost or surging.';
COMMENT ON COLUMN incident.opened_on IS 'First bad day.';
COMMENT ON COLUMN incident.detected_on IS 'Day whose data made it certain enough to say.';
COMMENT ON COLUMN incident.recovered_on IS 'First day back to normal, NULL while open.';
COMMENT ON COLUMN incident.last_good_day IS 'Last healthy day before it.';
COMMENT ON COLUMN incident.stage IS 'The first stage that broke.';
COMMENT ON COLUMN incident.cause IS 'Headline cause: event_renamed, event_removed, event_unknown, property_type_changed, property_missing, filter_no_longer_matches, message_failing, message_draft_or_off, recipients_unreachable, campaign_edited, campaign_stopped, part_of_traffic_broke or unknown.';
COMMENT ON COLUMN incident.evidence IS 'JSON list of causes, best first: {"cause", "confidence", "sentence", "since", "facts": {...}, "ruled_out": [...]}.';
COMMENT ON COLUMN incident.summary IS 'One sentence with the numbers.';
COMMENT ON COLUMN incident.missed_sends IS 'Expected minus actual sends over the bad days.';
COMMENT ON COLUMN incident.missed_sends_low IS 'Lower end of its range.';
COMMENT ON COLUMN incident.missed_sends_high IS 'Upper end of its range.';
COMMENT ON COLUMN incident.revenue_at_risk IS 'Missed qualifying events x conversion rate x deal value; NULL without a deal value.';
COMMENT ON COLUMN incident.revenue_at_risk_low IS 'Lower end of its range.';
COMMENT ON COLUMN incident.revenue_at_risk_high IS 'Upper end of its range.';
COMMENT ON COLUMN incident.acknowledged_by IS 'Who took it on, NULL if nobody.';
COMMENT ON COLUMN incident.acknowledged_at IS 'When (UTC).';
COMMENT ON COLUMN incident.muted_by IS 'Who muted it.';
COMMENT ON COLUMN incident.muted_reason IS 'Why.';
COMMENT ON COLUMN incident.muted_until IS 'Last day of the mute.';
COMMENT ON COLUMN incident.expected_by IS 'Who marked the break as expected.';
COMMENT ON COLUMN incident.expected_reason IS 'Why it is expected.';

CREATE TABLE incident_change (
    workspace VARCHAR NOT NULL,
    change_id VARCHAR NOT NULL,
    incident_id VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,
    day DATE NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    detail JSON NOT NULL,
    news BOOLEAN NOT NULL,
    PRIMARY KEY (workspace, change_id)
);
COMMENT ON TABLE incident_change IS 'Each change of an incident, stored once. The digest is made from the changes not yet announced.';
COMMENT ON COLUMN incident_change.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN incident_change.change_id IS 'Stable id made of incident, kind and day (and decision): judging again writes it again, not twice.';
COMMENT ON COLUMN incident_change.incident_id IS 'The incident it belongs to.';
COMMENT ON COLUMN incident_change.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN incident_change.kind IS 'opened, worsened, cause_changed, recovered, reopened, withdrawn, acknowledged, unacknowledged, muted, unmuted, expected or unexpected.';
COMMENT ON COLUMN incident_change.day IS 'Day of the data that made the change.';
COMMENT ON COLUMN incident_change.recorded_at IS 'When it was stored (UTC).';
COMMENT ON COLUMN incident_change.detail IS 'JSON object: what is new, such as {"from", "to", "by", "reason"}.';
COMMENT ON COLUMN incident_change.news IS 'False for changes that came to light more than three days late: listed, never announced as news.';

CREATE TABLE rename_suspect (
    workspace VARCHAR NOT NULL,
    old_event VARCHAR NOT NULL,
    new_event VARCHAR NOT NULL,
    first_day DATE NOT NULL,
    last_day DATE NOT NULL,
    gradual BOOLEAN NOT NULL,
    name_likeness DOUBLE NOT NULL,
    volume_handed_over DOUBLE NOT NULL,
    shared_properties DOUBLE,
    confidence DOUBLE NOT NULL,
    PRIMARY KEY (workspace, old_event, new_event)
);
COMMENT ON TABLE rename_suspect IS 'Pairs of events of which one seems to have taken the other''s place.';
COMMENT ON COLUMN rename_suspect.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN rename_suspect.old_event IS 'The event that stopped.';
COMMENT ON COLUMN rename_suspect.new_event IS 'The event that began.';
COMMENT ON COLUMN rename_suspect.first_day IS 'First day of the hand-over.';
COMMENT ON COLUMN rename_suspect.last_day IS 'Day on which the old event had stopped.';
COMMENT ON COLUMN rename_suspect.gradual IS 'True where the hand-over took several days, as with an app roll-out.';
COMMENT ON COLUMN rename_suspect.name_likeness IS 'Likeness of the names, 0 to 1.';
COMMENT ON COLUMN rename_suspect.volume_handed_over IS 'New event''s daily count after, as a share of the old one''s before.';
COMMENT ON COLUMN rename_suspect.shared_properties IS 'Share of the old event''s own properties that the new one carries, NULL where unknown.';
COMMENT ON COLUMN rename_suspect.confidence IS 'How sure, 0 to 1.';

CREATE TABLE property_change (
    workspace VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    property VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('type_changed', 'missing', 'appeared')),
    day DATE NOT NULL,
    before VARCHAR,
    after VARCHAR,
    share_before DOUBLE,
    share_after DOUBLE,
    new_property VARCHAR,
    PRIMARY KEY (workspace, event, property, kind, day)
);
COMMENT ON TABLE property_change IS 'Properties that changed type, vanished or appeared.';
COMMENT ON COLUMN property_change.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN property_change.event IS 'Mixpanel''s event name.';
COMMENT ON COLUMN property_change.property IS 'Property name.';
COMMENT ON COLUMN property_change.kind IS 'type_changed, missing or appeared.';
COMMENT ON COLUMN property_change.day IS 'First profiled day on which it was so.';
COMMENT ON COLUMN property_change.before IS 'JSON type before.';
COMMENT ON COLUMN property_change.after IS 'JSON type after.';
COMMENT ON COLUMN property_change.share_before IS 'Share of events that carried it before.';
COMMENT ON COLUMN property_change.share_after IS 'Share of events that carry it after.';
COMMENT ON COLUMN property_change.new_property IS 'The property that seems to have taken its place, NULL if none.';

CREATE TABLE campaign_plan (
    workspace VARCHAR NOT NULL,
    campaign_id BIGINT NOT NULL,
    event VARCHAR,
    event_from VARCHAR NOT NULL,
    owner VARCHAR,
    deal_value DOUBLE,
    conversion_rate DOUBLE,
    timing VARCHAR,
    uses VARCHAR[] NOT NULL,
    PRIMARY KEY (workspace, campaign_id)
);
COMMENT ON TABLE campaign_plan IS 'What is known of a campaign beside Customer.io: its mapped event, owner, money and the properties it uses.';
COMMENT ON COLUMN campaign_plan.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN campaign_plan.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN campaign_plan.event IS 'The event it is judged against.';
COMMENT ON COLUMN campaign_plan.event_from IS 'Where that mapping comes from: trigger, manifest, decision or none.';
COMMENT ON COLUMN campaign_plan.owner IS 'Who answers for it, from the manifest.';
COMMENT ON COLUMN campaign_plan.deal_value IS 'Money one conversion brings, from the manifest.';
COMMENT ON COLUMN campaign_plan.conversion_rate IS 'Share of qualifying events that convert, from the manifest.';
COMMENT ON COLUMN campaign_plan.timing IS 'How soon the message should follow the event, from the manifest.';
COMMENT ON COLUMN campaign_plan.uses IS 'Event properties that its messages or the manifest use.';

CREATE TABLE decision (
    workspace VARCHAR NOT NULL,
    decision_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('acknowledge', 'mute', 'expected', 'confirm_rename', 'refuse_rename', 'map_event')),
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
COMMENT ON TABLE decision IS 'What people said from the dashboard. Nothing is deleted: undoing is recorded too.';
COMMENT ON COLUMN decision.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN decision.decision_id IS 'Id of the decision.';
COMMENT ON COLUMN decision.kind IS 'acknowledge, mute, expected, confirm_rename, refuse_rename or map_event.';
COMMENT ON COLUMN decision.incident_id IS 'The incident it is about, if one.';
COMMENT ON COLUMN decision.campaign_id IS 'The campaign it is about, if one.';
COMMENT ON COLUMN decision.event IS 'The event it is about: the old name, or the one mapped (NULL: mapped to none).';
COMMENT ON COLUMN decision.new_event IS 'The new name, for renames.';
COMMENT ON COLUMN decision.reason IS 'Why, in the person''s words.';
COMMENT ON COLUMN decision.until IS 'Last day it holds, NULL for no end.';
COMMENT ON COLUMN decision.decided_by IS 'Who: the signed-in address, or the name given.';
COMMENT ON COLUMN decision.decided_at IS 'When (UTC).';
COMMENT ON COLUMN decision.undone_by IS 'Who undid it, NULL while it holds.';
COMMENT ON COLUMN decision.undone_at IS 'When it was undone (UTC).';

CREATE TABLE judge_checkpoint (
    workspace VARCHAR PRIMARY KEY,
    day DATE NOT NULL,
    fingerprint VARCHAR NOT NULL,
    state BLOB NOT NULL
);
COMMENT ON TABLE judge_checkpoint IS 'The judge''s memory up to a day, so that a daily run need not begin at the beginning. Can be deleted at any time.';
COMMENT ON COLUMN judge_checkpoint.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN judge_checkpoint.day IS 'Last day it covers.';
COMMENT ON COLUMN judge_checkpoint.fingerprint IS 'Digest of the input and settings it was made from; another one makes it void.';
COMMENT ON COLUMN judge_checkpoint.state IS 'The memory itself.';

CREATE TABLE judge_run (
    workspace VARCHAR PRIMARY KEY,
    judged_at TIMESTAMP NOT NULL,
    as_of DATE NOT NULL
);
COMMENT ON TABLE judge_run IS 'When each workspace was last judged.';
COMMENT ON COLUMN judge_run.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN judge_run.judged_at IS 'When (UTC).';
COMMENT ON COLUMN judge_run.as_of IS 'Last day that was judged.';
