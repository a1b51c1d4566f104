-- compatible: 4
-- The audit only grows; its checkpoints, its receivers, and deployments that wait for a second
-- person.

ALTER TABLE deployments ADD COLUMN approval TEXT;

CREATE INDEX audit_by_time ON audit (at, sequence);
CREATE INDEX audit_trouble ON audit (outcome, sequence) WHERE outcome <> 'success';

-- kind: head, or anchor, behind which entries may be removed.
CREATE TABLE audit_checkpoints (
  sequence INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (sequence, kind)
) WITHOUT ROWID;

CREATE TABLE audit_cursors (
  receiver TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL
) WITHOUT ROWID;

-- An erasure takes texts away and says so on the entry; nothing else may change one.
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
WHEN NOT (NEW.sequence = OLD.sequence AND NEW.at = OLD.at AND NEW.roles = OLD.roles
          AND NEW.action = OLD.action AND NEW.outcome = OLD.outcome
          AND NEW.trace_id = OLD.trace_id AND NEW.hash = OLD.hash
          AND LENGTH(NEW.erased) > LENGTH(OLD.erased))
BEGIN SELECT RAISE(ABORT, 'the audit is append-only: entries cannot be changed'); END;

CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit_checkpoints
                 WHERE kind = 'anchor' AND sequence >= OLD.sequence)
BEGIN SELECT RAISE(ABORT, 'the audit is append-only: no anchor covers this entry'); END;

CREATE TRIGGER audit_checkpoints_no_update BEFORE UPDATE ON audit_checkpoints
BEGIN SELECT RAISE(ABORT, 'the audit is append-only: checkpoints cannot be changed'); END;

CREATE TRIGGER audit_checkpoints_no_delete BEFORE DELETE ON audit_checkpoints
WHEN NOT EXISTS (SELECT 1 FROM audit_checkpoints
                 WHERE kind = 'anchor' AND (sequence > OLD.sequence
                       OR (sequence = OLD.sequence AND OLD.kind <> 'anchor')))
BEGIN SELECT RAISE(ABORT, 'the audit is append-only: no anchor covers this checkpoint'); END;
