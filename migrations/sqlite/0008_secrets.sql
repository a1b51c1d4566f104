-- Secrets of configurations are sealed. Each version has a data key of its own, which is kept
-- wrapped by a key-encryption key (key_id); both empty: nothing in it is sealed. An older program
-- would hand out sealed values as they are: it must not work on this database.
ALTER TABLE versions ADD COLUMN key_id TEXT NOT NULL DEFAULT '';
ALTER TABLE versions ADD COLUMN data_key TEXT NOT NULL DEFAULT '';
CREATE INDEX versions_by_key ON versions (key_id) WHERE key_id <> '';

-- Keys of the store itself, wrapped likewise: that of the fingerprints.
CREATE TABLE secret_keys (
  name TEXT PRIMARY KEY,
  key_id TEXT NOT NULL,
  wrapped TEXT NOT NULL
);

-- How often another value of a secret was seen that is kept elsewhere. Under the SHA-256 of what
-- documents say of it, since that may tell of a person.
CREATE TABLE secret_references (
  reference TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  revision INTEGER NOT NULL
);
