-- A workspace's events may come from Amplitude as well as from Mixpanel.

ALTER TABLE workspace ADD COLUMN event_service VARCHAR;
UPDATE workspace SET event_service = 'Mixpanel' WHERE workspace IN (SELECT workspace FROM event_day);
COMMENT ON COLUMN workspace.event_service IS 'Which service the workspace''s events are counted by: Mixpanel or Amplitude; NULL where none were counted yet.';
COMMENT ON TABLE workspace IS 'One row per workspace: a project of Mixpanel or Amplitude and a Customer.io workspace that share one time zone.';
ALTER TABLE mixpanel_request ADD COLUMN cost INTEGER DEFAULT 1;
COMMENT ON COLUMN mixpanel_request.cost IS 'What the request counts: 1 at Mixpanel, its cost at Amplitude.';
COMMENT ON TABLE mixpanel_request IS 'When Mixpanel''s Query API, or Amplitude''s Dashboard REST API, was asked during the last hours: the hourly budget is counted over runs.';
COMMENT ON COLUMN mixpanel_request.project IS 'The project, which is the scope of its limit: Mixpanel''s id, or amplitude and a digest of its key.';
COMMENT ON COLUMN event_day.source IS 'query (asked of Mixpanel''s Query API or of Amplitude''s segmentation) or export (counted from Mixpanel''s raw export). Never mixed within one series, nor are two services.';
COMMENT ON COLUMN event.event IS 'The event''s name in Mixpanel or Amplitude, exactly as sent; case counts.';
COMMENT ON TABLE event_definition IS 'What Mixpanel''s Lexicon, or Amplitude''s list of events, declares: one row per event (property is empty) and per declared property.';
COMMENT ON COLUMN event_definition.hidden IS 'Hidden in Mixpanel or Amplitude.';
COMMENT ON COLUMN event_definition.dropped IS 'Blocked in Mixpanel, or deleted in Amplitude: no longer counted.';
