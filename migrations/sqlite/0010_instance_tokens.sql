-- compatible: 4
-- Tokens of an instance that were issued until then count no more. Stays when the instance goes:
-- its tokens would outlive it.

CREATE TABLE revoked_instances (
  instance TEXT PRIMARY KEY,
  at INTEGER NOT NULL
);
