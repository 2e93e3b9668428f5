-- name: set_meta
-- Remember a fact about the data, unless it is known already.
INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)

-- name: get_meta
-- A fact about the data.
SELECT value FROM meta WHERE key = ?

-- name: insert_name
-- Give a text its number.
INSERT INTO names (text) VALUES (?) ON CONFLICT (text) DO UPDATE SET text = excluded.text RETURNING id

-- name: all_names
-- Every text with its number, for the writer's memory.
SELECT text, id FROM names

-- name: get_name
-- The text of a number.
SELECT text FROM names WHERE id = ?

-- name: find_name
-- The number of a text.
SELECT id FROM names WHERE text = ?

-- name: put_resource
-- Insert or replace a resource.
INSERT OR REPLACE INTO resources (arn, kind, scope, name, created_at, body) VALUES (?, ?, ?, ?, ?, ?)

-- name: get_resource
-- The resource with this ARN.
SELECT arn, kind, scope, name, created_at, body FROM resources WHERE arn = ?

-- name: list_resources
-- A page of the resources of a kind, in all scopes.
SELECT arn, kind, scope, name, created_at, body FROM resources
WHERE kind = :kind AND arn > :after ORDER BY arn LIMIT :limit

-- name: list_resources_in_scope
-- A page of the resources of a kind in one scope.
SELECT arn, kind, scope, name, created_at, body FROM resources
WHERE kind = :kind AND scope = :scope AND arn > :after ORDER BY arn LIMIT :limit

-- name: delete_resource
-- Delete a resource, where there.
DELETE FROM resources WHERE arn = ?
