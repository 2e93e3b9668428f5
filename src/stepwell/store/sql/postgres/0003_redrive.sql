-- Executions may be redriven: how often, and when the last time. While they run they are listed by that time.
ALTER TABLE executions ADD COLUMN redrives integer NOT NULL DEFAULT 0;
ALTER TABLE executions ADD COLUMN redriven bigint;
ALTER TABLE executions DROP COLUMN shown;  -- and with it the indexes that have it
ALTER TABLE executions ADD COLUMN shown bigint GENERATED ALWAYS AS (coalesce(stopped, redriven, started)) STORED;
CREATE INDEX executions_of_machine ON executions (machine, status, shown, id);
CREATE INDEX executions_of_all ON executions (status, shown, id);
CREATE INDEX executions_of_version ON executions (version, status, shown, id) WHERE version IS NOT NULL;
CREATE INDEX executions_of_alias ON executions (alias, status, shown, id) WHERE alias IS NOT NULL;
