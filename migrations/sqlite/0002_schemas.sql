-- Registered schemas, and what profiles, versions, instances and deployments say about them.
-- (The table schema_version is the database's own: which migrations it has seen.)

CREATE TABLE registered_schemas (
  id TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  compatibility TEXT NOT NULL,
  policy TEXT NOT NULL,
  loosened_by TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  latest TEXT  -- highest approved version
) WITHOUT ROWID;

CREATE TABLE registered_schema_versions (
  registration INTEGER PRIMARY KEY AUTOINCREMENT,
  schema TEXT NOT NULL REFERENCES registered_schemas,
  number TEXT NOT NULL,
  hash TEXT NOT NULL,
  size INTEGER NOT NULL,
  uri TEXT NOT NULL,
  assert_formats INTEGER NOT NULL,
  author TEXT NOT NULL,
  message TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  decision TEXT,
  revision INTEGER NOT NULL,
  outside TEXT NOT NULL,  -- the documents that it refers to
  compared TEXT NOT NULL,
  content TEXT NOT NULL,
  UNIQUE (schema, number)
);
CREATE INDEX registered_schema_versions_by_registration
  ON registered_schema_versions (schema, registration);
CREATE INDEX registered_schema_versions_by_state
  ON registered_schema_versions (schema, state, number);
CREATE INDEX registered_schema_versions_by_uri
  ON registered_schema_versions (uri) WHERE uri <> '';

-- What was called schema_id is a link, `payments@^1`; its id stands apart, to be found by.
ALTER TABLE profiles RENAME COLUMN schema_id TO schema_link;
ALTER TABLE profiles ADD COLUMN schema_id TEXT NOT NULL DEFAULT '';
UPDATE profiles SET schema_id = substr(schema_link, 1, instr(schema_link || '@', '@') - 1);
CREATE INDEX profiles_by_schema ON profiles (schema_id) WHERE schema_id <> '';

ALTER TABLE versions ADD COLUMN schema TEXT NOT NULL DEFAULT '';
ALTER TABLE instances ADD COLUMN schemas TEXT NOT NULL DEFAULT '{}';
ALTER TABLE deployments ADD COLUMN fit TEXT;  -- NULL: made before instances were asked
