-- Rows of large fleets that a commit promises and that follow in their tables a moment later, in
-- order. Programs that do not know them must not open a database whose server died in between.

CREATE TABLE write_behind (
  sequence INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  body TEXT NOT NULL
);
