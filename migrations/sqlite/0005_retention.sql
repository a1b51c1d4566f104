-- Versions whose content lies in the archive: key and line (from 0) of the object that holds it.
-- Their own content is empty, which an older program would take for the configuration: it must not
-- work on this database.
ALTER TABLE versions ADD COLUMN archived TEXT NOT NULL DEFAULT '';
ALTER TABLE versions ADD COLUMN archived_line INTEGER NOT NULL DEFAULT 0;

-- What a profile keeps instead of the server's defaults; empty: nothing.
ALTER TABLE profiles ADD COLUMN retention TEXT NOT NULL DEFAULT '';

-- The newest runs of the retention, as JSON.
CREATE TABLE retention_runs (
  id TEXT PRIMARY KEY,
  started_at INTEGER NOT NULL,
  body TEXT NOT NULL
);
