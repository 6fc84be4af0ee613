-- A large workspace, made in seconds: $campaigns campaigns, twice as many events, $days days, written day after day.
INSERT INTO workspace (workspace, time_zone, time_zone_since) VALUES ('default', 'Europe/Berlin', TIMESTAMP '2024-11-01');
INSERT INTO judge_run (workspace, judged_at, as_of) VALUES ('default', TIMESTAMP '2026-11-24 05:40:00', DATE '2026-11-23');
CREATE TEMP TABLE days AS
SELECT CAST(unnest(generate_series(DATE '2026-11-23' - CAST($days AS INTEGER) + 1, DATE '2026-11-23', INTERVAL 1 DAY)) AS DATE) AS day;
CREATE TEMP TABLE numbers AS SELECT CAST(unnest(range(1, $campaigns + 1)) AS BIGINT) AS id;
CREATE TEMP TABLE cells AS
SELECT id, day, 20 + (id * 37 + dayofyear(day) * 11) % 400 AS events,
       id % 60 = 0 AND day > DATE '2026-11-19' AS is_broken
FROM days CROSS JOIN numbers;
INSERT INTO event
SELECT 'default', 'event_' || id, TIMESTAMP '2024-11-01', (SELECT min(day) FROM days), DATE '2026-11-23'
FROM (SELECT id FROM numbers UNION ALL SELECT id + $campaigns FROM numbers);
INSERT INTO event_day
SELECT 'default', 'event_' || (id + shift), day, events, 'observed', 'query', TIMESTAMP '2026-11-24 05:31:00'
FROM cells CROSS JOIN (SELECT unnest([0, $campaigns]) AS shift) ORDER BY day, id;
INSERT INTO campaign (workspace, campaign_id, name, state, active, trigger_kind, event, tags, created, first_started,
    updated, definition, seen_at)
SELECT 'default', id, 'Campaign number ' || id, 'running', true, 'event', 'event_' || id, ['tag ' || id % 12],
    TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-02', TIMESTAMP '2026-10-02', '{}', TIMESTAMP '2026-11-24 05:30:00'
FROM numbers;
INSERT INTO campaign_plan (workspace, campaign_id, event, event_from, owner, deal_value, conversion_rate, uses)
SELECT 'default', id, 'event_' || id, 'trigger', '@team-' || id % 9, 100 * (id % 7), 0.1, ['plan'] FROM numbers;
INSERT INTO campaign_message (workspace, campaign_id, message_id, name, type, sending_state, required_variables,
    optional_variables)
SELECT 'default', id, id * 10 + part, 'Message ' || part, 'email', 'automatic', ['event.plan'], []
FROM numbers CROSS JOIN (SELECT unnest(range(4)) AS part);
INSERT INTO campaign_day (workspace, campaign_id, day, sent, delivered, opened, clicked, converted, bounced, failed,
    undeliverable, suppressed, drafted, created, attempted, unsubscribed, state, engagement_state, collected_at)
SELECT 'default', id, day, sent, sent, sent // 2, sent // 9, sent // 30, 0, 0, 0, 0, 0, sent, 0, 0, 'observed',
    'observed', TIMESTAMP '2026-11-24 05:32:00'
FROM (SELECT id, day, CASE WHEN is_broken THEN 0 ELSE events * 9 // 10 END AS sent FROM cells) ORDER BY day, id;
INSERT INTO journey_day (workspace, campaign_id, day, started, activated, never_activated, messaged, exited_early,
    finished, converted, state, collected_at)
SELECT 'default', id, day, events, events, 0, events, 0, events, 0, 'observed', TIMESTAMP '2026-11-24 05:32:00'
FROM cells ORDER BY day, id;
INSERT INTO verdict
SELECT 'default', id, day, CASE WHEN is_broken THEN 'silent' ELSE 'healthy' END, CASE WHEN is_broken THEN 'sent' END,
    events, events, CASE WHEN is_broken THEN 0 ELSE events * 9 // 10 END, events * 0.9, events * 0.8, events, 0.4,
    CASE WHEN is_broken THEN 'message_failing' END
FROM cells ORDER BY day, id;
INSERT INTO incident (workspace, incident_id, campaign_id, status, kind, opened_on, detected_on, last_good_day, stage,
    cause, evidence, summary, missed_sends, missed_sends_low, missed_sends_high, revenue_at_risk, revenue_at_risk_low,
    revenue_at_risk_high)
SELECT 'default', id || '-2026-11-20', id, 'open', 'silent', DATE '2026-11-20', DATE '2026-11-20', DATE '2026-11-19',
    'sent', 'message_failing', '[{"cause": "message_failing", "confidence": 0.9, "sentence": "All messages failed.",
    "next_step": "Open the failing message.", "facts": {}, "ruled_out": []}]',
    '0 sends for 200 events on Mon 23 Nov; 170 to 190 were expected.', 700, 650, 750, 7000, 6500, 7500
FROM numbers WHERE id % 60 = 0;
INSERT INTO source_day
SELECT 'default', source, day, 'observed', TIMESTAMP '2026-11-24 05:32:00', 'run'
FROM days CROSS JOIN (SELECT unnest(['mixpanel_events', 'customerio_metrics', 'customerio_journeys']) AS source);
INSERT INTO collection (run_id, workspace, source, started_at, ended_at, outcome, first_day, last_day, requests, rows)
SELECT 'run-' || day, 'default', source, day + INTERVAL 29 HOUR, day + INTERVAL 30 HOUR, 'complete', day - 6, day, 90, 7000
FROM days CROSS JOIN (SELECT unnest(['mixpanel_events', 'mixpanel_properties', 'mixpanel_lexicon',
    'customerio_campaigns', 'customerio_metrics', 'customerio_journeys']) AS source);
