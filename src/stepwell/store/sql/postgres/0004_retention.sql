-- Executions are deleted some time after their end, the oldest first.
CREATE INDEX executions_closed ON executions (express, stopped, id) WHERE stopped IS NOT NULL;
