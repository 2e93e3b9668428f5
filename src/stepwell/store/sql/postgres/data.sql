-- name: has_tables
-- Whether there are tables of ours.
SELECT to_regclass('shards') IS NOT NULL

-- name: set_meta
-- Remember a fact about the data, unless it is known already.
INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING

-- name: change_meta
-- Remember a fact about the data.
INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- name: get_meta
-- A fact about the data.
SELECT value FROM meta WHERE key = $1

-- name: add_names
-- Give texts their numbers.
INSERT INTO names (text) SELECT unnest($1::text[]) ON CONFLICT (text) DO NOTHING

-- name: find_names
-- The numbers of texts.
SELECT text, id FROM names WHERE text = ANY ($1::text[])

-- name: get_names
-- The texts of numbers.
SELECT id, text FROM names WHERE id = ANY ($1::int[])

-- name: put_resource
-- Insert or replace a resource.
INSERT INTO resources (arn, kind, scope, name, created_at, body) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (arn) DO UPDATE SET kind = excluded.kind, scope = excluded.scope, name = excluded.name,
    created_at = excluded.created_at, body = excluded.body

-- name: get_resource
-- The resource with this ARN.
SELECT arn, kind, scope, name, created_at, body FROM resources WHERE arn = $1

-- name: list_resources
-- A page of the resources of a kind, in all scopes.
SELECT arn, kind, scope, name, created_at, body FROM resources
WHERE kind = $1 AND arn > $2 ORDER BY arn LIMIT $3

-- name: list_resources_in_scope
-- A page of the resources of a kind in one scope.
SELECT arn, kind, scope, name, created_at, body FROM resources
WHERE kind = $1 AND arn > $2 AND scope = $4 ORDER BY arn LIMIT $3

-- name: delete_resource
-- Delete a resource, where there.
DELETE FROM resources WHERE arn = $1
