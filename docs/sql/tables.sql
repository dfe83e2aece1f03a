-- The tables in the current directory, as views; every other file here reads these alone.
-- Of NDJSON: read_ndjson_auto('lifetimes.ndjson', sample_size = -1), since a column may
-- be absent in the first rows; an empty table has no columns there, and Parquet has them.
SET TimeZone = 'UTC';
CREATE VIEW repositories AS FROM 'repositories.parquet';
CREATE VIEW commits AS FROM 'commits.parquet';
CREATE VIEW lifetimes AS FROM 'lifetimes.parquet';
CREATE VIEW line_operations AS FROM 'line_operations.parquet';
CREATE VIEW duplication AS FROM 'duplication.parquet';
