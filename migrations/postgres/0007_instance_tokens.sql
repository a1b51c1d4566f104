-- compatible: 1
-- Tokens of an instance that were issued until then count no more. Stays when the instance goes:
-- its tokens would outlive it.

CREATE TABLE revoked_instances (
  instance TEXT COLLATE "C" PRIMARY KEY,
  at BIGINT NOT NULL
);
