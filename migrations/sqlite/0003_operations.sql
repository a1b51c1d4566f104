-- Health records, calendar, channels, traffic; an outbox that tries again and gives up.

-- The judgements of a deployment with all that the judge saw, in order.
CREATE TABLE health_records (
  deployment TEXT NOT NULL REFERENCES deployments (id),
  sequence INTEGER NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (deployment, sequence)
);

CREATE TABLE calendar (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  entry TEXT NOT NULL
);

CREATE TABLE channels (
  name TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  target TEXT NOT NULL,
  at_least TEXT NOT NULL,
  profiles TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE traffic (
  service TEXT NOT NULL,
  environment TEXT NOT NULL,
  pools TEXT NOT NULL,
  desired TEXT NOT NULL,
  generation INTEGER NOT NULL,
  actual TEXT NOT NULL,
  confirmed INTEGER NOT NULL,
  error TEXT NOT NULL,
  router TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (service, environment)
) WITHOUT ROWID;

-- next: not tried before; buried: order in which items were given up, NULL for those still tried.
ALTER TABLE outbox ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN next INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN error TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN buried INTEGER;
UPDATE outbox SET next = at;
CREATE INDEX outbox_due ON outbox (next, position) WHERE buried IS NULL;
CREATE INDEX dead_letters ON outbox (buried) WHERE buried IS NOT NULL;

-- baseline: a sample, in deployments of before; since then also that of each instance.
ALTER TABLE deployments ADD COLUMN start_at INTEGER;
ALTER TABLE deployments ADD COLUMN proof TEXT;  -- NULL: made before anybody looked
ALTER TABLE deployments ADD COLUMN tallies TEXT NOT NULL DEFAULT '{}';
ALTER TABLE deployments ADD COLUMN hook_calls TEXT NOT NULL DEFAULT '[]';
ALTER TABLE deployments ADD COLUMN pools TEXT;
ALTER TABLE deployments ADD COLUMN progressed_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployments ADD COLUMN request TEXT NOT NULL DEFAULT 'null';  -- null: all of the service
UPDATE deployments SET progressed_at = created_at;
ALTER TABLE deployment_targets ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
