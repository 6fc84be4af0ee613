-- What the manifest last said of renames, which holds while it cannot be read.

CREATE TABLE manifest_rename (
    workspace VARCHAR NOT NULL,
    old_event VARCHAR NOT NULL,
    new_event VARCHAR NOT NULL,
    since DATE,
    owner VARCHAR,
    PRIMARY KEY (workspace, old_event)
);
COMMENT ON TABLE manifest_rename IS 'Renames that the manifest announced when it was last read.';
COMMENT ON COLUMN manifest_rename.workspace IS 'Name of the workspace.';
COMMENT ON COLUMN manifest_rename.old_event IS 'The name so far.';
COMMENT ON COLUMN manifest_rename.new_event IS 'The name from then on.';
COMMENT ON COLUMN manifest_rename.since IS 'The day from which the new name is sent; NULL where not said.';
COMMENT ON COLUMN manifest_rename.owner IS 'Who answers for the change; NULL where not said.';
