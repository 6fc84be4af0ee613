-- Where people find a workspace in the services themselves.

ALTER TABLE workspace ADD COLUMN customerio_workspace BIGINT;
COMMENT ON COLUMN workspace.customerio_workspace IS 'Number of the workspace in the addresses of Customer.io''s own pages; NULL where not known.';
ALTER TABLE workspace ADD COLUMN mixpanel_view BIGINT;
COMMENT ON COLUMN workspace.mixpanel_view IS 'Number of the project''s widest data view in the addresses of Mixpanel''s own pages; NULL where not known.';
