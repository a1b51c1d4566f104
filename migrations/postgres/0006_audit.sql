-- compatible: 1
-- The audit only grows; its checkpoints, its receivers, and deployments that wait for a second
-- person.

ALTER TABLE deployments ADD COLUMN approval TEXT;

CREATE INDEX audit_by_time ON audit (at, sequence);
CREATE INDEX audit_trouble ON audit (outcome, sequence) WHERE outcome <> 'success';

-- kind: head, or anchor, behind which entries may be removed.
CREATE TABLE audit_checkpoints (
  sequence BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (sequence, kind)
);

CREATE TABLE audit_cursors (
  receiver TEXT COLLATE "C" PRIMARY KEY,
  sequence BIGINT NOT NULL
);

-- An erasure takes texts away and says so on the entry; nothing else may change one. Entries go
-- only behind an anchor.
CREATE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.sequence = OLD.sequence AND NEW.at = OLD.at AND NEW.roles = OLD.roles
       AND NEW.action = OLD.action AND NEW.outcome = OLD.outcome
       AND NEW.trace_id = OLD.trace_id AND NEW.hash = OLD.hash
       AND LENGTH(NEW.erased) > LENGTH(OLD.erased) THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit is append-only: entries cannot be changed';
  ELSIF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT 1 FROM audit_checkpoints
               WHERE kind = 'anchor' AND sequence >= OLD.sequence) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit is append-only: no anchor covers this entry';
END
$guard$;
CREATE TRIGGER audit_rows BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE TRIGGER audit_all BEFORE TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_guard();

CREATE FUNCTION audit_checkpoints_guard() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT 1 FROM audit_checkpoints
               WHERE kind = 'anchor' AND (sequence > OLD.sequence
                     OR (sequence = OLD.sequence AND OLD.kind <> 'anchor'))) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit is append-only: checkpoints cannot be changed';
END
$guard$;
CREATE TRIGGER audit_checkpoints_rows BEFORE UPDATE OR DELETE ON audit_checkpoints
  FOR EACH ROW EXECUTE FUNCTION audit_checkpoints_guard();
CREATE TRIGGER audit_checkpoints_all BEFORE TRUNCATE ON audit_checkpoints
  FOR EACH STATEMENT EXECUTE FUNCTION audit_checkpoints_guard();
