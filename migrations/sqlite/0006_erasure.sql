-- compatible: 5
-- Erasures of people's names and of profiles, and what makes the audit's chain bear them.

-- salt: of the fields that may tell of a person; '' in entries of before, and in erased ones.
-- erased: what stands for the fields that were taken away, and which erasures did it.
ALTER TABLE audit ADD COLUMN salt TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN erased TEXT NOT NULL DEFAULT '';

CREATE TABLE erasures (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  record TEXT NOT NULL,
  revision INTEGER NOT NULL
);
