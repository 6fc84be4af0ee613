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
