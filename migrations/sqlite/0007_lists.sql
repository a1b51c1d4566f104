-- compatible: 4
-- Each list reads what it shows and no more: what a filter chooses lies in the list's order. (An
-- index of a table without row ids ends with its primary key by itself.)

CREATE INDEX profiles_by_environment ON profiles (environment);
CREATE INDEX instances_by_environment ON instances (environment);

CREATE INDEX tags_by_tag ON tags (profile, tag);

CREATE INDEX profile_labels_by_key ON profile_labels (key, profile);
CREATE INDEX instance_labels_by_key ON instance_labels (key, instance);

CREATE INDEX deployments_by_state ON deployments (state_name, start);
CREATE INDEX active_deployments ON deployments (start) WHERE active = 1;

CREATE INDEX audit_by_actor ON audit (actor, sequence);
CREATE INDEX audit_by_action ON audit (action, sequence);
