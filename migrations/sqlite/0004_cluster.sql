-- What a cluster of nodes lives by. SQLite has one node; the tables are there so that both databases
-- have the same shape.

ALTER TABLE deployments ADD COLUMN fence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE instances ADD COLUMN home TEXT NOT NULL DEFAULT '';

-- What each change set said to the other nodes; kept for an hour.
CREATE TABLE change_log (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  node TEXT NOT NULL,
  body TEXT NOT NULL,
  at INTEGER NOT NULL
);

CREATE TABLE nodes (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  version TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  beat INTEGER NOT NULL,
  draining INTEGER NOT NULL,
  leads INTEGER NOT NULL,
  cpu INTEGER NOT NULL,  -- in thousandths of the machine
  deployments INTEGER NOT NULL,
  streams INTEGER NOT NULL,
  instances INTEGER NOT NULL,
  behind INTEGER NOT NULL
) WITHOUT ROWID;
