-- What happened to incidents by the clock, what each of their days cost, and wide days to chart and to add up.

CREATE VIEW workspace_currency AS
SELECT w.workspace, coalesce(any_value(coalesce(json_extract_string(p.declared, '$.currency'), p.currency)), 'USD') AS currency
FROM workspace w LEFT JOIN campaign_plan p USING (workspace)
GROUP BY w.workspace;
COMMENT ON VIEW workspace_currency IS 'What the money of each workspace is in. One row for every workspace; never add sums of two currencies.';
COMMENT ON COLUMN workspace_currency.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN workspace_currency.currency IS 'ISO 4217 code, from the manifest or CAMPAIGN_HEALTH_CURRENCY; USD where neither says otherwise.';

CREATE VIEW incident_times AS
WITH changed AS (
    SELECT workspace, incident_id,
        min(recorded_at) FILTER (WHERE kind = 'opened') AS detected_at,
        max(recorded_at) FILTER (WHERE kind = 'closed') AS closed_at,
        max(recorded_at) FILTER (WHERE kind = 'recovered') AS recovery_seen_at
    FROM incident_change GROUP BY workspace, incident_id
),
watched AS (
    SELECT workspace, min(started_at) AS since FROM collection GROUP BY workspace
),
said AS (
    SELECT workspace, sent_at, unnest(change_ids) AS change_id FROM announcement WHERE status = 'sent'
),
announced AS (
    SELECT c.workspace, c.incident_id, min(s.sent_at) AS announced_at
    FROM said s JOIN incident_change c ON c.workspace = s.workspace AND c.change_id = s.change_id
    GROUP BY c.workspace, c.incident_id
),
instants AS (
    SELECT i.*, c.detected_at, a.announced_at, h.since,
        timezone('UTC', timezone(w.time_zone, CAST(i.opened_on AS TIMESTAMP))) AS began_at,
        CASE WHEN i.status = 'recovered' THEN timezone('UTC', timezone(w.time_zone, CAST(i.recovered_on AS TIMESTAMP))) END AS recovered_at,
        CASE WHEN i.status = 'recovered' THEN c.recovery_seen_at END AS recovery_seen_at,
        CASE WHEN i.status = 'closed' THEN c.closed_at END AS closed_at,
        CASE WHEN i.status <> 'withdrawn' THEN coalesce(i.recovered_on, r.as_of + 1) - i.opened_on END AS bad_days
    FROM incident i
    LEFT JOIN workspace w ON w.workspace = i.workspace
    LEFT JOIN watched h ON h.workspace = i.workspace
    LEFT JOIN judge_run r ON r.workspace = i.workspace
    LEFT JOIN changed c ON c.workspace = i.workspace AND c.incident_id = i.incident_id
    LEFT JOIN announced a ON a.workspace = i.workspace AND a.incident_id = i.incident_id
)
SELECT t.workspace, t.incident_id, t.campaign_id, t.status, t.kind, t.stage, t.cause, t.opened_on,
    t.began_at, t.detected_at, t.announced_at, t.acknowledged_at AS taken_on_at, t.acknowledged_by AS taken_on_by,
    t.recovered_at, t.recovery_seen_at, t.closed_at, coalesce(t.began_at >= t.since, FALSE) AS watched,
    coalesce(t.expected_how = 'false_alarm', FALSE) AS false_alarm, t.bad_days,
    date_diff('second', t.began_at, t.detected_at) / 60 AS minutes_to_detect,
    date_diff('second', t.began_at, t.announced_at) / 60 AS minutes_to_announce,
    date_diff('second', t.began_at, t.acknowledged_at) / 60 AS minutes_to_take_on,
    date_diff('second', t.began_at, coalesce(t.recovered_at, t.closed_at)) / 60 AS minutes_to_end,
    date_diff('second', t.began_at, t.detected_at) / 86400 AS days_to_detect,
    date_diff('second', t.began_at, coalesce(t.recovered_at, t.closed_at)) / 86400 AS days_to_end
FROM instants t;
COMMENT ON VIEW incident_times IS 'What happened to each incident when, by the clock. One row for every incident. All minutes count from began_at, so they may be subtracted from each other.';
COMMENT ON COLUMN incident_times.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN incident_times.incident_id IS 'The incident, as in incident.';
COMMENT ON COLUMN incident_times.campaign_id IS 'Customer.io''s own id; 0 for the incident of a source: incident_campaign names its campaigns.';
COMMENT ON COLUMN incident_times.status IS 'As in incident: open, recovered, closed or withdrawn.';
COMMENT ON COLUMN incident_times.kind IS 'As in incident.';
COMMENT ON COLUMN incident_times.stage IS 'As in incident.';
COMMENT ON COLUMN incident_times.cause IS 'Headline cause, as in incident.';
COMMENT ON COLUMN incident_times.opened_on IS 'First bad day, in the workspace''s zone.';
COMMENT ON COLUMN incident_times.began_at IS 'The first instant of that day (UTC); counts are daily, so no earlier instant is known.';
COMMENT ON COLUMN incident_times.detected_at IS 'When it was first stored as open (UTC). incident.detected_on is the day of the data that showed it, not this.';
COMMENT ON COLUMN incident_times.announced_at IS 'When the first message that told of it arrived (UTC); NULL where none did.';
COMMENT ON COLUMN incident_times.taken_on_at IS 'When somebody took it on (UTC); NULL if nobody.';
COMMENT ON COLUMN incident_times.taken_on_by IS 'Who.';
COMMENT ON COLUMN incident_times.recovered_at IS 'The first instant of the first day back to normal (UTC); NULL unless it recovered.';
COMMENT ON COLUMN incident_times.recovery_seen_at IS 'When that was stored (UTC).';
COMMENT ON COLUMN incident_times.closed_at IS 'When it was stored as ended without the sends coming back (UTC); NULL unless it was closed.';
COMMENT ON COLUMN incident_times.watched IS 'Whether the workspace was collected already when it began. FALSE for what the first fetch of the past brought to light: leave those out of averages of time to detect.';
COMMENT ON COLUMN incident_times.false_alarm IS 'Whether somebody said that nothing was wrong, and it still holds.';
COMMENT ON COLUMN incident_times.bad_days IS 'Days from the first bad one to the last, of an open one to the newest judged day; NULL where it was withdrawn.';
COMMENT ON COLUMN incident_times.minutes_to_detect IS 'Minutes from began_at to detected_at: at least the day itself and the night until it is collected.';
COMMENT ON COLUMN incident_times.minutes_to_announce IS 'Minutes from began_at to announced_at.';
COMMENT ON COLUMN incident_times.minutes_to_take_on IS 'Minutes from began_at to taken_on_at.';
COMMENT ON COLUMN incident_times.minutes_to_end IS 'Minutes from began_at to recovered_at, or to closed_at; NULL while it is open.';
COMMENT ON COLUMN incident_times.days_to_detect IS 'minutes_to_detect in days.';
COMMENT ON COLUMN incident_times.days_to_end IS 'minutes_to_end in days.';

CREATE VIEW incident_cost_day AS
WITH bad_day AS (
    SELECT i.workspace, i.incident_id, i.campaign_id, i.stage, i.missed_sends, i.missed_events, i.revenue_at_risk,
        coalesce(i.campaign_ids, [i.campaign_id]) AS campaign_ids,
        CAST(unnest(generate_series(
            i.opened_on, greatest(i.opened_on, coalesce(i.recovered_on - 1, r.as_of, i.opened_on)), INTERVAL 1 DAY
        )) AS DATE) AS day
    FROM incident i LEFT JOIN judge_run r ON r.workspace = i.workspace
    WHERE i.status <> 'withdrawn' AND i.missed_sends IS NOT NULL
),
of_campaign AS (
    SELECT workspace, incident_id, stage, day, unnest(campaign_ids) AS campaign_id FROM bad_day
),
lacking AS (
    SELECT o.workspace, o.incident_id, o.day,
        sum(greatest(0, v.expected - CASE WHEN o.stage = 'delivered' THEN d.delivered ELSE v.sent END)) AS lacked
    FROM of_campaign o
    JOIN verdict v ON v.workspace = o.workspace AND v.campaign_id = o.campaign_id AND v.day = o.day
    LEFT JOIN campaign_day d ON d.workspace = o.workspace AND d.campaign_id = o.campaign_id AND d.day = o.day
    GROUP BY o.workspace, o.incident_id, o.day
),
placed AS (
    SELECT b.*, sum(coalesce(l.lacked, 0)) OVER so_far AS upto, sum(coalesce(l.lacked, 0)) OVER whole AS total,
        count(*) OVER so_far AS place, count(*) OVER whole AS days
    FROM bad_day b LEFT JOIN lacking l ON l.workspace = b.workspace AND l.incident_id = b.incident_id AND l.day = b.day
    WINDOW whole AS (PARTITION BY b.workspace, b.incident_id),
        so_far AS (PARTITION BY b.workspace, b.incident_id ORDER BY b.day ROWS UNBOUNDED PRECEDING)
),
shares AS (
    SELECT *, CASE WHEN place = days THEN 1.0 WHEN total > 0 THEN upto / total ELSE place / days END AS share
    FROM placed
),
sums AS (
    SELECT *, TRY_CAST(missed_sends * share AS DECIMAL(18, 2)) AS sends_upto,
        TRY_CAST(missed_events * share AS DECIMAL(18, 2)) AS events_upto,
        TRY_CAST(revenue_at_risk * share AS DECIMAL(18, 2)) AS revenue_upto
    FROM shares
)
SELECT s.workspace, s.incident_id, s.campaign_id, s.day,
    CAST(s.sends_upto - coalesce(lag(s.sends_upto) OVER by_day, 0) AS DECIMAL(18, 2)) AS missed_sends,
    CAST(s.events_upto - coalesce(lag(s.events_upto) OVER by_day, 0) AS DECIMAL(18, 2)) AS missed_events,
    CAST(s.revenue_upto - coalesce(lag(s.revenue_upto) OVER by_day, 0) AS DECIMAL(18, 2)) AS revenue_at_risk,
    CASE WHEN s.revenue_at_risk IS NOT NULL THEN c.currency END AS currency
FROM sums s LEFT JOIN workspace_currency c ON c.workspace = s.workspace
WINDOW by_day AS (PARTITION BY s.workspace, s.incident_id ORDER BY s.day);
COMMENT ON VIEW incident_cost_day IS 'What each bad day of each incident cost. One row for every incident and day up to the newest judged one; the days of an incident add up to its cost in incident, to the hundredth. Safe to add over incidents, never over currencies.';
COMMENT ON COLUMN incident_cost_day.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN incident_cost_day.incident_id IS 'The incident, as in incident; those withdrawn are not here, nor those of which nothing can be counted.';
COMMENT ON COLUMN incident_cost_day.campaign_id IS 'Customer.io''s own id; 0 for the incident of a source, whose campaigns are taken together.';
COMMENT ON COLUMN incident_cost_day.day IS 'Calendar day in the workspace''s zone.';
COMMENT ON COLUMN incident_cost_day.missed_sends IS 'The incident''s missed sends, spread over its days by how far each fell short of its expectation.';
COMMENT ON COLUMN incident_cost_day.missed_events IS 'Qualifying events behind them, each once; NULL as in incident.';
COMMENT ON COLUMN incident_cost_day.revenue_at_risk IS 'The incident''s revenue at risk, spread likewise; NULL without a deal value.';
COMMENT ON COLUMN incident_cost_day.currency IS 'What revenue_at_risk is in: an ISO 4217 code; NULL where there is none.';

CREATE VIEW campaign_day_wide AS
WITH channels AS (
    SELECT workspace, campaign_id, list(DISTINCT type ORDER BY type) AS channels
    FROM campaign_message GROUP BY workspace, campaign_id
)
SELECT v.workspace, v.campaign_id, v.campaign, v.day, p.owner, c.tags, c.trigger_kind,
    CASE WHEN len(m.channels) = 1 THEN m.channels[1] WHEN len(m.channels) > 1 THEN 'several' END AS channel,
    v.event, p.timing_minutes, v.events, v.started, v.activated, v.sent, v.delivered, d.opened, d.clicked, d.converted,
    d.unsubscribed, v.status, v.incident_id, v.event_state, v.campaign_state, d.engagement_state
FROM event_vs_campaign v
JOIN campaign c ON c.workspace = v.workspace AND c.campaign_id = v.campaign_id
LEFT JOIN campaign_plan p ON p.workspace = v.workspace AND p.campaign_id = v.campaign_id
LEFT JOIN channels m ON m.workspace = v.workspace AND m.campaign_id = v.campaign_id
LEFT JOIN campaign_day d ON d.workspace = v.workspace AND d.campaign_id = v.campaign_id AND d.day = v.day;
COMMENT ON VIEW campaign_day_wide IS 'Each campaign day by day from its event to what was converted, with what one groups by. The days of event_vs_campaign. Campaigns may share an event: add events over campaigns only where each event counts once (event_day), every other number is safe to add.';
COMMENT ON COLUMN campaign_day_wide.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN campaign_day_wide.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN campaign_day_wide.campaign IS 'Name of the campaign in Customer.io.';
COMMENT ON COLUMN campaign_day_wide.day IS 'Calendar day in the workspace''s zone.';
COMMENT ON COLUMN campaign_day_wide.owner IS 'Who answers for it now, from the manifest or a person''s word.';
COMMENT ON COLUMN campaign_day_wide.tags IS 'Its tags now. A row has several: sums over unnested tags double.';
COMMENT ON COLUMN campaign_day_wide.trigger_kind IS 'As in campaign.';
COMMENT ON COLUMN campaign_day_wide.channel IS 'Its only channel: email, push, twilio …; several where its messages are of more than one (channel_day has them apart); NULL where its messages are not known.';
COMMENT ON COLUMN campaign_day_wide.event IS 'The event it is judged against.';
COMMENT ON COLUMN campaign_day_wide.timing_minutes IS 'The minutes within which its message is promised; NULL where nothing is.';
COMMENT ON COLUMN campaign_day_wide.events IS 'Event count, as in event_vs_campaign: the same number stands with every campaign that shares the event.';
COMMENT ON COLUMN campaign_day_wide.started IS 'Journeys that met the trigger, before filters.';
COMMENT ON COLUMN campaign_day_wide.activated IS 'Of those, how many passed the filters.';
COMMENT ON COLUMN campaign_day_wide.sent IS 'Sends; NULL where not collected.';
COMMENT ON COLUMN campaign_day_wide.delivered IS 'Messages delivered, credited to the day they were created.';
COMMENT ON COLUMN campaign_day_wide.opened IS 'Messages opened, likewise.';
COMMENT ON COLUMN campaign_day_wide.clicked IS 'Messages with a click, likewise.';
COMMENT ON COLUMN campaign_day_wide.converted IS 'Messages followed by the campaign''s goal, likewise.';
COMMENT ON COLUMN campaign_day_wide.unsubscribed IS 'Messages followed by an unsubscription, likewise.';
COMMENT ON COLUMN campaign_day_wide.status IS 'Verdict of the day, as in verdict.status; NULL where not judged.';
COMMENT ON COLUMN campaign_day_wide.incident_id IS 'The incident that the day belongs to; NULL where none.';
COMMENT ON COLUMN campaign_day_wide.event_state IS 'What events is worth: observed, provisional or not_collected.';
COMMENT ON COLUMN campaign_day_wide.campaign_state IS 'What sent is worth: observed, provisional, not_collected or not_expected.';
COMMENT ON COLUMN campaign_day_wide.engagement_state IS 'The same for delivered, opened, clicked and converted, which settle later.';

CREATE OR REPLACE VIEW channel_day AS
WITH several AS (
    SELECT workspace, campaign_id, count(*) AS messages, any_value(type) AS only_type
    FROM campaign_message GROUP BY workspace, campaign_id
),
of_channel AS (
    SELECT workspace, campaign_id, type AS channel, count(*) AS messages
    FROM campaign_message GROUP BY workspace, campaign_id, type
),
known AS (
    SELECT d.workspace, d.campaign_id, d.channel, d.day, sum(d.sent) AS sent,
        CASE WHEN count(d.delivered) = count(*) THEN sum(d.delivered) END AS delivered,
        CASE WHEN count(d.opened) = count(*) THEN sum(d.opened) END AS opened,
        CASE WHEN count(d.clicked) = count(*) THEN sum(d.clicked) END AS clicked,
        CASE WHEN count(d.converted) = count(*) THEN sum(d.converted) END AS converted
    FROM message_day d
    JOIN of_channel o ON o.workspace = d.workspace AND o.campaign_id = d.campaign_id AND o.channel = d.channel
    JOIN campaign_message m ON m.workspace = d.workspace AND m.campaign_id = d.campaign_id
        AND CAST(m.message_id AS VARCHAR) = d.message_id
    JOIN several s ON s.workspace = d.workspace AND s.campaign_id = d.campaign_id AND s.messages > 1
    WHERE d.state = 'observed'
    GROUP BY d.workspace, d.campaign_id, d.channel, d.day HAVING count(*) = any_value(o.messages)
    UNION ALL
    SELECT c.workspace, c.campaign_id, s.only_type, c.day, c.sent, c.delivered, c.opened, c.clicked, c.converted
    FROM campaign_day c JOIN several s ON s.workspace = c.workspace AND s.campaign_id = c.campaign_id AND s.messages = 1
    WHERE c.state = 'observed'
)
SELECT k.workspace, k.campaign_id, k.channel, k.day, CAST(k.sent AS BIGINT) AS sent, c.name AS campaign, p.owner, c.tags,
    c.trigger_kind, CAST(k.delivered AS BIGINT) AS delivered, CAST(k.opened AS BIGINT) AS opened,
    CAST(k.clicked AS BIGINT) AS clicked, CAST(k.converted AS BIGINT) AS converted
FROM known k
JOIN campaign c ON c.workspace = k.workspace AND c.campaign_id = k.campaign_id
LEFT JOIN campaign_plan p ON p.workspace = k.workspace AND p.campaign_id = k.campaign_id;
COMMENT ON VIEW channel_day IS 'Sends of each campaign by channel, to what was converted. One row for every channel and day of which all messages are known; a day without a row is unknown.';
COMMENT ON COLUMN channel_day.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN channel_day.campaign_id IS 'Customer.io''s own id.';
COMMENT ON COLUMN channel_day.channel IS 'email, push, twilio, webhook, in_app, slack, whatsapp …';
COMMENT ON COLUMN channel_day.day IS 'Calendar day in the workspace''s zone.';
COMMENT ON COLUMN channel_day.sent IS 'Sends of the channel''s messages that day.';
COMMENT ON COLUMN channel_day.campaign IS 'Name of the campaign in Customer.io.';
COMMENT ON COLUMN channel_day.owner IS 'Who answers for the campaign now.';
COMMENT ON COLUMN channel_day.tags IS 'The campaign''s tags now. A row has several: sums over unnested tags double.';
COMMENT ON COLUMN channel_day.trigger_kind IS 'As in campaign.';
COMMENT ON COLUMN channel_day.delivered IS 'Delivered, credited to the day on which the message was created; NULL where not known of every message, as in the columns after it.';
COMMENT ON COLUMN channel_day.opened IS 'Opened, likewise; it grows for days.';
COMMENT ON COLUMN channel_day.clicked IS 'Messages with a click, likewise.';
COMMENT ON COLUMN channel_day.converted IS 'Messages followed by the campaign''s goal, likewise.';

COMMENT ON VIEW event_vs_campaign IS 'Each campaign day by day against its event: the one to chart. One row for every day from the first collected to the last, numbers NULL where not collected. Campaigns may share an event: sums of events over campaigns then count it once for each.';
COMMENT ON COLUMN event_vs_campaign.events IS 'Event count; NULL where not collected or where the campaign has no event. Campaigns that share the event have the same number each: add up event_day instead.';
COMMENT ON COLUMN campaign_health.events IS 'Event count on the day of the newest verdict; the same for every campaign that shares the event, so do not add it up.';
COMMENT ON COLUMN campaign_health.newest_events IS 'Newest collected event count; NULL where there is none. The same for every campaign that shares the event.';
COMMENT ON VIEW incident_campaign IS 'Each incident once for every campaign that it is of: an incident of a source is of many, so counts of rows are more than there are incidents.';
COMMENT ON COLUMN incident.detected_on IS 'Day whose data made it certain enough to say: never later than the data, so opened_on to this is no time to detect. incident_times has the instants.';
COMMENT ON COLUMN campaign_plan.currency IS 'What deal_value is in: an ISO 4217 code, from the manifest or CAMPAIGN_HEALTH_CURRENCY; NULL for USD.';
COMMENT ON COLUMN campaign_health.currency IS 'What revenue_at_risk is in: an ISO 4217 code, from the manifest or CAMPAIGN_HEALTH_CURRENCY; NULL where there is none.';
COMMENT ON COLUMN decision.kind IS 'acknowledge, fixed (it is mended: to be proved by later days), note (nothing but what it says), mute, expected (it is intended), false_alarm (nothing was wrong: counted against the promise, see incident_times.false_alarm), confirm_rename, refuse_rename, map_event, campaign_facts (owner, money and timing of a campaign) or checklist (a point of it is done, or it is put away), hold or release (what the route carries of an event is kept back, or let go).';
