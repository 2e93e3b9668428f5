-- Executions may have been started by a version or an alias of their state machine.
ALTER TABLE executions ADD COLUMN version integer;  -- names.id
ALTER TABLE executions ADD COLUMN alias integer;  -- names.id
CREATE INDEX executions_of_version ON executions (version, status, shown, id) WHERE version IS NOT NULL;
CREATE INDEX executions_of_alias ON executions (alias, status, shown, id) WHERE alias IS NOT NULL;
