-- Queries to begin with. Open the published file read-only, with any DuckDB client from version 1.1 on:
--     duckdb -readonly data/campaign_health.duckdb
-- A made-up one to try them on: campaign-health demo --data-dir data
-- What every table and column means: data.md beside this file, or DESCRIBE and duckdb_columns() in the file itself.
-- NULL is "not collected", and 0 is what the service counted.

-- How is every campaign doing? Broken ones first.
SELECT campaign, status, day, events, sent, expected_low, expected_high, cause, last_good_day
FROM campaign_health
WHERE gone_at IS NULL
ORDER BY incident_id IS NULL, list_position(
    ['silent', 'event_lost', 'degraded', 'not_collected', 'volume_down', 'surging', 'learning', 'too_quiet', 'healthy',
     'journeys_only', 'not_running'],
    status
), revenue_at_risk DESC NULLS LAST, campaign;

-- One campaign against its event, day by day: the one to chart. Put your campaign's name in.
SELECT day, events, started, activated, sent, delivered, expected, expected_low, expected_high, status,
    event_state, campaign_state
FROM event_vs_campaign
WHERE campaign = 'Project kick-off tips'
ORDER BY day;

-- Open incidents, dearest first, with the best cause and its evidence in words.
SELECT c.name AS campaign, i.opened_on, i.stage, i.cause, i.evidence -> 0 ->> 'sentence' AS evidence,
    i.missed_sends, i.revenue_at_risk, coalesce(p.currency, 'USD') AS currency, i.acknowledged_by, i.muted_until
FROM incident i JOIN campaign c USING (workspace, campaign_id)
LEFT JOIN campaign_plan p USING (workspace, campaign_id)
WHERE i.status = 'open'
ORDER BY i.revenue_at_risk DESC NULLS LAST, i.missed_sends DESC NULLS LAST;

-- Zero sends on a day with at least half the usual events: the plain rule, without any statistics.
WITH usual AS (
    SELECT *, median(events) OVER (
        PARTITION BY workspace, campaign_id ORDER BY day ROWS BETWEEN 28 PRECEDING AND 1 PRECEDING
    ) AS usual_events
    FROM event_vs_campaign
    WHERE event_state = 'observed' AND campaign_state = 'observed'
)
SELECT campaign, event, day, events, usual_events, sent
FROM usual
WHERE sent = 0 AND usual_events > 0 AND events >= usual_events / 2
ORDER BY day DESC, campaign;

-- Sends per hundred events, week by week, over days on which both are facts.
SELECT campaign, date_trunc('week', day) AS week, sum(events) AS events, sum(sent) AS sent,
    round(100 * sum(sent) / nullif(sum(events), 0), 1) AS sends_per_hundred_events
FROM event_vs_campaign
WHERE event_state = 'observed' AND campaign_state = 'observed'
GROUP BY ALL
ORDER BY campaign, week;

-- From the event to the delivered message: where do people get lost? The last 28 days.
SELECT campaign, sum(events) AS events, sum(started) AS started, sum(activated) AS activated, sum(sent) AS sent,
    sum(delivered) AS delivered
FROM event_vs_campaign
WHERE day > (SELECT max(day) FROM event_vs_campaign) - 28
GROUP BY ALL
ORDER BY campaign;

-- Days that are missing: of a whole source (campaign is NULL) or of one running campaign, and how the newest run that
-- asked for that day went wrong.
WITH missing AS (
    SELECT workspace, source, NULL AS campaign, day FROM source_day WHERE state = 'not_collected'
    UNION ALL
    SELECT v.workspace, 'customerio_metrics', v.campaign, v.day
    FROM event_vs_campaign v JOIN campaign c USING (workspace, campaign_id)
    WHERE v.campaign_state = 'not_collected' AND c.state = 'running' AND c.gone_at IS NULL
)
SELECT m.workspace, m.source, m.campaign, m.day, arg_max(c.outcome, c.started_at) AS outcome,
    arg_max(c.error, c.started_at) AS error
FROM missing m LEFT JOIN collection c
    ON c.workspace = m.workspace AND c.source = m.source AND c.outcome <> 'complete'
    AND m.day BETWEEN c.first_day AND c.last_day
GROUP BY m.workspace, m.source, m.campaign, m.day
ORDER BY m.day DESC, m.source, m.campaign;

-- How the runs went, newest first.
SELECT started_at, source, outcome, first_day, last_day, requests, "rows", ended_at - started_at AS took, error
FROM collection
ORDER BY started_at DESC, source
LIMIT 50;

-- Who changed what in a campaign, and when (UTC).
SELECT c.name AS campaign, v.valid_from, change ->> 'field' AS field, change -> 'from' AS was, change -> 'to' AS became
FROM (
    SELECT workspace, campaign_id, valid_from, unnest(CAST(changes AS JSON[])) AS change FROM campaign_version
) v
JOIN campaign c USING (workspace, campaign_id)
ORDER BY v.valid_from DESC, campaign, field;

-- Events that vanished: nothing for two collected days or more, although they used to come on most days.
WITH newest AS (
    SELECT workspace, max(day) AS day FROM source_day
    WHERE source = 'mixpanel_events' AND state <> 'not_collected' GROUP BY workspace
)
SELECT e.workspace, e.event, e.first_seen, e.last_seen, n.day - e.last_seen AS days_silent, round(avg(d.events)) AS events_a_day
FROM event e JOIN newest n USING (workspace) JOIN event_day d USING (workspace, event)
WHERE e.last_seen <= n.day - 2 AND d.day BETWEEN e.last_seen - 27 AND e.last_seen AND d.events > 0
GROUP BY e.workspace, e.event, e.first_seen, e.last_seen, n.day
HAVING count(*) >= 20
ORDER BY e.last_seen DESC, e.event;

-- What an event carries, and what changed type.
SELECT event, property, list(DISTINCT type ORDER BY type) AS types, min(day) AS first_day, max(day) AS last_day,
    arg_max(share, day) AS newest_share
FROM event_property
GROUP BY ALL
ORDER BY event, property;

-- Which messages use which event properties.
SELECT c.name AS campaign, m.name AS message, m.type, m.sending_state, unnest(m.required_variables) AS variable
FROM campaign_message m JOIN campaign c USING (workspace, campaign_id)
ORDER BY campaign, message, variable;

-- Why messages failed.
SELECT c.name AS campaign, f.failure_message, f.first_read, f.last_read
FROM campaign_failure f JOIN campaign c USING (workspace, campaign_id)
ORDER BY f.last_read DESC, campaign;

-- Incidents of the last year: how often, how long, how many sends were missed.
SELECT c.name AS campaign, count(*) AS incidents, sum(coalesce(i.recovered_on, current_date) - i.opened_on) AS bad_days,
    sum(i.missed_sends) AS missed_sends, list(DISTINCT i.cause ORDER BY i.cause) AS causes
FROM incident i JOIN campaign c USING (workspace, campaign_id)
WHERE i.status <> 'withdrawn' AND i.opened_on > current_date - 365
GROUP BY ALL
ORDER BY missed_sends DESC NULLS LAST;

-- What people decided, and what of it still holds.
SELECT decided_at, decided_by, kind, incident_id, campaign_id, event, new_event, reason, until, undone_at IS NULL AS holds
FROM decision
ORDER BY decided_at DESC;

-- Sends of broadcasts and transactional messages by week. Their days are US Eastern ones: weeks of campaigns differ by hours.
SELECT t.kind, t.name, date_trunc('week', d.day) AS week, sum(d.sent) AS sent,
    count(*) FILTER (d.state = 'not_collected') AS days_not_collected
FROM api_triggered_day d JOIN api_triggered t USING (workspace, kind, object_id)
WHERE d.state <> 'provisional'
GROUP BY ALL
ORDER BY t.kind, t.name, week;

-- What the route received and what became of it, by week. What is held, dead or waits may still go out.
SELECT event, date_trunc('week', day) AS week, sum(received) AS received, sum(delivered) AS delivered,
    sum(held) AS held, sum(dead) AS dead, sum(dropped) AS dropped, bool_or(state = 'provisional') AS may_change
FROM route_day
GROUP BY ALL
ORDER BY event, week;

-- 1. How soon are breaks found, told, taken on and over? By month, of those that began while the workspace was watched.
SELECT date_trunc('month', opened_on) AS month, count(*) AS incidents, median(minutes_to_detect) / 60 AS hours_to_detect,
    median(minutes_to_announce) / 60 AS hours_to_announce, median(minutes_to_take_on) / 60 AS hours_to_take_on,
    median(days_to_end) AS days_to_mend, count(*) FILTER (status = 'open') AS still_open
FROM incident_times
WHERE watched AND status <> 'withdrawn' AND NOT false_alarm
GROUP BY month
ORDER BY month;

-- 2. What did breaks cost, by week and owner? Never add up two currencies.
SELECT date_trunc('week', d.day) AS week, p.owner, sum(d.missed_sends) AS missed_sends,
    sum(d.revenue_at_risk) AS revenue_at_risk, d.currency
FROM incident_cost_day d LEFT JOIN campaign_plan p USING (workspace, campaign_id)
GROUP BY week, p.owner, d.currency
ORDER BY week, p.owner, d.currency;

-- 3. From the event to the conversion: where do people get lost? The newest 28 days of which all of it is settled.
SELECT campaign, owner, sum(events) AS events, sum(started) AS started, sum(activated) AS activated, sum(sent) AS sent,
    sum(delivered) AS delivered, sum(opened) AS opened, sum(clicked) AS clicked, sum(converted) AS converted,
    round(100 * sum(converted) / nullif(sum(sent), 0), 2) AS converted_per_hundred_sends
FROM campaign_day_wide
WHERE campaign_state = 'observed' AND engagement_state = 'observed' AND day > (SELECT max(as_of) FROM judge_run) - 28
GROUP BY workspace, campaign_id, campaign, owner
ORDER BY sent DESC, campaign;

-- 4. What goes out on which channel, week by week? Of days on which all messages of the channel are known.
SELECT date_trunc('week', day) AS week, channel, count(DISTINCT campaign_id) AS campaigns, sum(sent) AS sent,
    sum(delivered) AS delivered, sum(clicked) AS clicked, sum(converted) AS converted
FROM channel_day
GROUP BY week, channel
ORDER BY week, sent DESC, channel;

-- 5. What was known to be broken on a morning? Put the instant in (UTC). Here it is two days before the newest judging.
WITH morning AS (SELECT workspace, judged_at - INTERVAL 2 DAY AS at FROM judge_run),
known AS (
    SELECT c.workspace, c.incident_id, min(c.recorded_at) AS known_since, last(c.kind ORDER BY c.recorded_at, c.day) AS newest,
        last(c.kind ORDER BY c.recorded_at, c.day)
            FILTER (c.kind IN ('opened', 'reopened', 'recovered', 'closed', 'withdrawn')) AS went
    FROM incident_change c JOIN morning m USING (workspace) WHERE c.recorded_at <= m.at
    GROUP BY c.workspace, c.incident_id
)
SELECT coalesce(c.name, len(i.campaign_ids) || ' campaigns') AS campaign, i.opened_on, k.known_since, k.newest AS newest_change
FROM known k JOIN incident i USING (workspace, incident_id) LEFT JOIN campaign c USING (workspace, campaign_id)
WHERE k.went IN ('opened', 'reopened')
ORDER BY k.known_since, campaign;

-- 6. How often is an alarm a false one, by what people said? The promise is a number of years of one campaign.
WITH first_run AS (SELECT workspace, min(started_at) AS at FROM collection GROUP BY workspace),
watched AS (
    SELECT v.workspace, count(*) / 365.25 AS campaign_years
    FROM verdict v JOIN first_run f USING (workspace)
    WHERE v.day >= CAST(f.at AS DATE) AND v.status NOT IN ('not_running', 'learning', 'too_quiet', 'not_collected')
    GROUP BY v.workspace
)
SELECT w.workspace, count(t.incident_id) AS incidents, count(t.incident_id) FILTER (t.false_alarm) AS false_alarms,
    round(w.campaign_years, 2) AS campaign_years
FROM watched w LEFT JOIN incident_times t ON t.workspace = w.workspace AND t.status <> 'withdrawn'
GROUP BY w.workspace, w.campaign_years
ORDER BY w.workspace;

-- 7. How do the newest four weeks compare with the four before? Only days on which both numbers are facts.
WITH part AS (
    SELECT v.*, v.day > r.as_of - 28 AS is_new
    FROM event_vs_campaign v JOIN judge_run r USING (workspace)
    WHERE v.event_state = 'observed' AND v.campaign_state = 'observed' AND v.day > r.as_of - 56 AND v.day <= r.as_of
)
SELECT campaign, sum(events) FILTER (NOT is_new) AS events_before, sum(events) FILTER (is_new) AS events,
    sum(sent) FILTER (NOT is_new) AS sent_before, sum(sent) FILTER (is_new) AS sent,
    count(*) FILTER (NOT is_new) AS days_before, count(*) FILTER (is_new) AS days,
    round(100 * (avg(sent) FILTER (is_new) / nullif(avg(sent) FILTER (NOT is_new), 0) - 1), 1) AS sends_a_day_change_percent
FROM part
GROUP BY workspace, campaign_id, campaign
ORDER BY sends_a_day_change_percent, campaign;

-- 8. Do breaks get rarer and shorter? Incidents by the month in which they began.
SELECT date_trunc('month', opened_on) AS month, count(*) AS incidents, count(DISTINCT campaign_id) AS campaigns,
    count(*) FILTER (status = 'recovered') AS recovered, count(*) FILTER (bad_days <= 3) AS over_within_3_days,
    median(bad_days) AS median_bad_days, max(bad_days) AS longest, mode(cause) AS commonest_cause
FROM incident_times
WHERE status <> 'withdrawn'
GROUP BY month
ORDER BY month;

-- 9. Which running campaigns never sent anything, although their event happens?
SELECT v.workspace, v.campaign, c.first_started, v.event, sum(v.events) AS events, max(v.day) FILTER (v.events > 0) AS last_event
FROM event_vs_campaign v JOIN campaign c USING (workspace, campaign_id)
WHERE c.state = 'running' AND c.gone_at IS NULL AND v.day >= coalesce(CAST(c.first_started AS DATE), v.day)
GROUP BY v.workspace, v.campaign_id, v.campaign, c.first_started, v.event
HAVING coalesce(sum(v.sent), 0) = 0
ORDER BY events DESC NULLS LAST, v.campaign;

-- 10. Which days were restated: what was a fact, and came out otherwise later?
SELECT r.workspace, r.day, r.of_table, coalesce(r.event, c.name) AS name, r.series, r.old_value, r.new_value,
    r.new_value - r.old_value AS difference, r.restated_at, date_diff('day', r.day, CAST(r.restated_at AS DATE)) AS days_later
FROM restatement r LEFT JOIN campaign c USING (workspace, campaign_id)
ORDER BY r.restated_at DESC, abs(difference) DESC, name, r.day, r.series;

-- 11. How much was not collected, by source and month?
SELECT workspace, source, date_trunc('month', day) AS month, count(*) AS days,
    count(*) FILTER (state = 'not_collected') AS not_collected, max(day) FILTER (state = 'not_collected') AS newest_hole
FROM source_day
GROUP BY workspace, source, month
ORDER BY month DESC, workspace, source;

-- 12. Which campaigns that work lose a part of their messages, and how? The newest 28 judged days.
WITH lost AS (
    SELECT d.workspace, d.campaign_id, way, lost, d.day
    FROM campaign_day d JOIN judge_run r USING (workspace),
    LATERAL (VALUES ('failed', d.failed), ('drafted', d.drafted), ('undeliverable', d.undeliverable),
        ('suppressed', d.suppressed), ('bounced', d.bounced)) AS ways(way, lost)
    WHERE d.state = 'observed' AND d.day > r.as_of - 28 AND d.day <= r.as_of
)
SELECT h.campaign, h.status, l.way, sum(l.lost) AS lost, count(*) FILTER (l.lost > 0) AS days,
    max(l.day) FILTER (l.lost > 0) AS last_day
FROM lost l JOIN campaign_health h USING (workspace, campaign_id)
WHERE h.incident_id IS NULL AND h.status <> 'not_running'
GROUP BY h.workspace, l.campaign_id, h.campaign, h.status, l.way
HAVING sum(l.lost) > 0
ORDER BY sum(l.lost) DESC, h.campaign, l.way;

-- 13. Which events seem to have got another name, how sure is that, and what did people say of it?
SELECT s.workspace, s.old_event, s.new_event, s.first_day, s.last_day, round(s.confidence, 3) AS confidence,
    round(100 * s.volume_handed_over) AS percent_handed_over, any_value(d.kind) AS said, any_value(d.decided_by) AS said_by,
    list(DISTINCT e.campaign_id) FILTER (e.campaign_id IS NOT NULL) AS campaigns_on_the_old_name
FROM rename_suspect s
LEFT JOIN decision d ON d.workspace = s.workspace AND d.event = s.old_event AND d.new_event = s.new_event
    AND d.undone_at IS NULL
LEFT JOIN campaign_event e ON e.workspace = s.workspace AND e.event = s.old_event
GROUP BY s.workspace, s.old_event, s.new_event, s.first_day, s.last_day, s.confidence, s.volume_handed_over
ORDER BY confidence DESC, s.old_event;

-- 14. Who took on what, how soon, and what came of it?
SELECT t.taken_on_by, coalesce(c.name, 'several campaigns') AS campaign, t.opened_on, t.taken_on_at,
    round((t.minutes_to_take_on - t.minutes_to_detect) / 60, 1) AS hours_after_it_was_found, t.status, t.days_to_end
FROM incident_times t LEFT JOIN campaign c USING (workspace, campaign_id)
WHERE t.taken_on_by IS NOT NULL
ORDER BY t.taken_on_at DESC, campaign;

-- 15. In which hours were promises kept? UTC hours of the events, and only what can be told already.
SELECT c.name AS campaign, h.hour, h.promise_seconds / 60 AS promise_minutes, h.qualifying - h.unknown AS due,
    h.within_promise AS kept, round(100 * h.within_promise / nullif(h.qualifying - h.unknown, 0), 1) AS percent_kept,
    h.p95_seconds
FROM promise_hour h JOIN campaign c USING (workspace, campaign_id)
WHERE h.promise_seconds IS NOT NULL AND h.state IN ('observed', 'provisional')
ORDER BY h.hour DESC, campaign;

-- 16. What does sending at once gain over waiting? Both arms of each experiment beside each other.
WITH arm AS (SELECT *, 100 * converted / nullif(observed, 0) AS percent FROM experiment_arm)
SELECT c.name AS campaign, o.event, o.observed AS people_at_once, h.observed AS people_held_back,
    round(o.percent, 2) AS percent_at_once, round(h.percent, 2) AS percent_held_back,
    round(o.percent - h.percent, 2) AS points_gained
FROM arm o JOIN arm h ON h.workspace = o.workspace AND h.campaign_id = o.campaign_id AND h.arm = 'held_back'
JOIN campaign c ON c.workspace = o.workspace AND c.campaign_id = o.campaign_id
WHERE o.arm = 'at_once'
ORDER BY points_gained DESC NULLS LAST, campaign;

-- 17. Which events happen and trigger no campaign? The most frequent of the newest 28 days first.
SELECT d.workspace, d.event, sum(d.events) AS events, count(*) FILTER (d.events > 0) AS days, max(d.day) AS last_day
FROM event_day d JOIN judge_run r USING (workspace)
WHERE d.day > r.as_of - 28 AND d.day <= r.as_of
    AND NOT EXISTS (FROM campaign_event c WHERE c.workspace = d.workspace AND c.event = d.event)
GROUP BY d.workspace, d.event
HAVING sum(d.events) > 0
ORDER BY events DESC, d.event;

-- 18. Which campaigns share an event? Their event counts are the same ones: never add them up.
SELECT e.workspace, e.event, count(*) AS campaigns, list(c.name ORDER BY c.name) AS names,
    count(*) FILTER (c.state = 'running') AS running, sum(h.revenue_at_risk) AS revenue_at_risk, any_value(h.currency) AS currency
FROM campaign_event e JOIN campaign c USING (workspace, campaign_id) LEFT JOIN campaign_health h USING (workspace, campaign_id)
WHERE e.event IS NOT NULL AND c.gone_at IS NULL
GROUP BY e.workspace, e.event
HAVING count(*) > 1
ORDER BY campaigns DESC, e.event;

-- 19. Which segments that campaigns name have fallen silent: empty, far smaller than they were, or not counted any more?
WITH counted AS (
    SELECT workspace, segment_id, max(day) AS last_counted, arg_max(people, day) AS people, max(people) AS most_people
    FROM segment_day WHERE people IS NOT NULL GROUP BY workspace, segment_id
),
named AS (
    SELECT workspace, segment_id, list(DISTINCT campaign_id ORDER BY campaign_id) AS campaigns
    FROM campaign_segment GROUP BY workspace, segment_id
)
SELECT n.workspace, coalesce(s.name, n.segment_id) AS segment, n.campaigns, c.last_counted, c.people, c.most_people,
    round(100 * c.people / nullif(c.most_people, 0)) AS percent_of_most, s.gone_at
FROM named n LEFT JOIN counted c USING (workspace, segment_id) LEFT JOIN segment s USING (workspace, segment_id)
ORDER BY percent_of_most NULLS FIRST, segment;

-- 20. What does each cause cost? Money by currency. What has no deal value has no money.
SELECT i.cause, d.currency, count(DISTINCT i.workspace || ' ' || i.incident_id) AS incidents,
    sum(d.missed_sends) AS missed_sends, sum(d.revenue_at_risk) AS revenue_at_risk, count(*) AS bad_days
FROM incident_cost_day d JOIN incident i USING (workspace, incident_id)
GROUP BY i.cause, d.currency
ORDER BY revenue_at_risk DESC NULLS LAST, missed_sends DESC;

-- 21. How much of what runs is covered: has an event, was judged, has an owner, a deal value and a promise?
SELECT c.workspace, count(*) AS running, count(e.event) AS with_event,
    count(*) FILTER (h.status NOT IN ('not_running', 'learning', 'too_quiet', 'not_collected')) AS judged,
    count(*) FILTER (h.status = 'not_collected') AS not_collected, count(*) FILTER (h.status = 'too_quiet') AS too_quiet,
    count(p.owner) AS with_owner, count(p.deal_value) AS with_deal_value, count(p.timing_minutes) AS with_promise
FROM campaign c JOIN campaign_event e USING (workspace, campaign_id)
JOIN campaign_health h USING (workspace, campaign_id) LEFT JOIN campaign_plan p USING (workspace, campaign_id)
WHERE c.state = 'running' AND c.gone_at IS NULL
GROUP BY c.workspace
ORDER BY c.workspace;
