-- Times are milliseconds since 1970 UTC, flags 0 or 1, documents JSON text.
-- Empty text means "none" wherever the domain has an empty string for it.

CREATE TABLE profiles (
  name TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  labels TEXT NOT NULL,  -- profile_labels again, for reading in one go
  service TEXT NOT NULL,
  environment TEXT NOT NULL,
  schema_id TEXT NOT NULL,
  strategy TEXT NOT NULL,
  health TEXT NOT NULL,
  access TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  stable TEXT,
  generation INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX profiles_by_service ON profiles (service, environment);

CREATE TABLE profile_labels (
  profile TEXT NOT NULL REFERENCES profiles ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (profile, key)
) WITHOUT ROWID;

CREATE TABLE versions (
  upload INTEGER PRIMARY KEY AUTOINCREMENT,
  profile TEXT NOT NULL REFERENCES profiles ON DELETE CASCADE,
  number TEXT NOT NULL,
  hash TEXT NOT NULL,
  size INTEGER NOT NULL,
  author TEXT NOT NULL,
  message TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  failed_reason TEXT NOT NULL,
  content TEXT NOT NULL,
  UNIQUE (profile, number)
);
CREATE INDEX versions_by_upload ON versions (profile, upload);

-- slot: the tag itself, or tag and number for one that may stand on many versions.
CREATE TABLE tags (
  profile TEXT NOT NULL,
  slot TEXT NOT NULL,
  tag TEXT NOT NULL,
  number TEXT NOT NULL,
  PRIMARY KEY (profile, slot),
  FOREIGN KEY (profile, number) REFERENCES versions (profile, number) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX tags_by_number ON tags (profile, number);

-- A deployment outlives its profile: the record of what was done stays.
CREATE TABLE deployments (
  start INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  profile TEXT NOT NULL,
  service TEXT NOT NULL,
  environment TEXT NOT NULL,
  version TEXT NOT NULL,
  hash TEXT NOT NULL,
  previous_stable TEXT,
  strategy TEXT NOT NULL,
  health TEXT NOT NULL,
  plan TEXT NOT NULL,
  partial INTEGER NOT NULL,
  forced INTEGER NOT NULL,
  reason TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  state_name TEXT NOT NULL,
  active INTEGER NOT NULL,
  state TEXT NOT NULL,
  baseline TEXT,
  judgement TEXT,
  revision INTEGER NOT NULL,
  trace_id TEXT NOT NULL
);
CREATE UNIQUE INDEX one_active_deployment ON deployments (profile) WHERE active = 1;
CREATE INDEX deployments_by_profile ON deployments (profile, start);

CREATE TABLE deployment_targets (
  deployment TEXT NOT NULL REFERENCES deployments (id),
  ordinal INTEGER NOT NULL,
  instance TEXT NOT NULL,
  zone TEXT NOT NULL,
  previous TEXT,
  offline_at_start INTEGER NOT NULL,
  state TEXT NOT NULL,
  generation INTEGER NOT NULL,
  since INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (deployment, ordinal)
) WITHOUT ROWID;

CREATE TABLE instances (
  id TEXT PRIMARY KEY,
  service TEXT NOT NULL,
  environment TEXT NOT NULL,
  hostname TEXT NOT NULL,
  port INTEGER NOT NULL,
  version TEXT NOT NULL,
  health_url TEXT NOT NULL,
  labels TEXT NOT NULL,  -- instance_labels again
  pool TEXT NOT NULL,
  zone TEXT NOT NULL,
  status TEXT NOT NULL,
  registered_at INTEGER NOT NULL,
  last_heartbeat INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX instances_by_service ON instances (service, environment);

CREATE TABLE instance_labels (
  instance TEXT NOT NULL REFERENCES instances ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (instance, key)
) WITHOUT ROWID;

CREATE TABLE assignments (
  profile TEXT NOT NULL REFERENCES profiles ON DELETE CASCADE,
  instance TEXT NOT NULL REFERENCES instances ON DELETE CASCADE,
  active_version TEXT,
  active_hash TEXT,
  active_generation INTEGER,
  staged_version TEXT,
  staged_hash TEXT,
  staged_generation INTEGER,
  PRIMARY KEY (profile, instance)
) WITHOUT ROWID;
CREATE INDEX assignments_by_instance ON assignments (instance);

CREATE TABLE observations (
  profile TEXT NOT NULL REFERENCES profiles ON DELETE CASCADE,
  instance TEXT NOT NULL REFERENCES instances ON DELETE CASCADE,
  version TEXT,
  generation INTEGER NOT NULL,
  state TEXT NOT NULL,
  hash TEXT NOT NULL,
  error TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (profile, instance)
) WITHOUT ROWID;
CREATE INDEX observations_by_instance ON observations (instance);

CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  profile TEXT NOT NULL,
  deployment TEXT NOT NULL,
  instance TEXT NOT NULL,
  actor TEXT NOT NULL,
  message TEXT NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX events_by_profile ON events (profile, sequence);
CREATE INDEX events_by_deployment ON events (deployment, sequence) WHERE deployment <> '';

CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  roles TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  resource TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX audit_by_resource ON audit (resource, sequence);

CREATE TABLE outbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  at INTEGER NOT NULL
);

CREATE TABLE idempotent (
  key TEXT PRIMARY KEY,
  body_hash TEXT NOT NULL,
  status INTEGER NOT NULL,
  headers TEXT NOT NULL,
  body TEXT NOT NULL,
  expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX idempotent_by_expiry ON idempotent (expires);
