-- A workspace's events may be counted by a query in a database of the team's own.

COMMENT ON COLUMN workspace.event_service IS 'What counts the workspace''s events: Mixpanel, Amplitude, or the name that the settings give a database of the team''s own; NULL where none were counted yet.';
COMMENT ON TABLE workspace IS 'One row per workspace: a project of Mixpanel or Amplitude (or a database of the team''s own) and a Customer.io workspace that share one time zone.';
COMMENT ON COLUMN event_day.source IS 'query (asked of Mixpanel''s Query API, of Amplitude''s segmentation or of a database of the team''s own) or export (counted from Mixpanel''s raw export). Never mixed within one series, nor are two services.';
COMMENT ON COLUMN event.event IS 'The event''s name in Mixpanel, Amplitude or the team''s database, exactly as sent; case counts.';
