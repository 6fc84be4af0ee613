-- How often this warehouse was published: an older copy of it is told from the newer, whatever the clock said.

CREATE TABLE publication (
    number BIGINT NOT NULL,
    published_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE publication IS 'One row: the publication that this file is of. A file with a lower number is older, and never takes the place of one with a higher.';
COMMENT ON COLUMN publication.number IS 'Counts up by one each time that the warehouse is published.';
COMMENT ON COLUMN publication.published_at IS 'When that was, by the clock of the machine (UTC).';
