-- Versions whose content lies in the archive: key and line (from 0) of the object that holds it.
-- Their own content is empty.
ALTER TABLE versions ADD COLUMN archived TEXT NOT NULL DEFAULT '';
ALTER TABLE versions ADD COLUMN archived_line BIGINT NOT NULL DEFAULT 0;
