-- Executions may be redriven: how often, and when the last time. While they run they are listed by that time.
ALTER TABLE executions ADD COLUMN redrives INTEGER NOT NULL DEFAULT 0;
ALTER TABLE executions ADD COLUMN redriven INTEGER;
DROP INDEX executions_of_machine;
DROP INDEX executions_of_all;
DROP INDEX executions_of_version;
DROP INDEX executions_of_alias;
ALTER TABLE executions DROP COLUMN shown;
ALTER TABLE executions ADD COLUMN shown INTEGER AS (coalesce(stopped, redriven, started)) VIRTUAL;
CREATE INDEX executions_of_machine ON executions (machine, status, shown);
CREATE INDEX executions_of_all ON executions (status, shown);
CREATE INDEX executions_of_version ON executions (version, status, shown) WHERE version IS NOT NULL;
CREATE INDEX executions_of_alias ON executions (alias, status, shown) WHERE alias IS NOT NULL;
