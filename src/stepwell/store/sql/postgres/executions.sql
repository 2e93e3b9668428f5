-- name: insert_executions
-- New executions. Their ARNs must be new: the unique index refuses a second one.
INSERT INTO executions (id, shard, machine, head, tail, name, revision, express, status, started, stopped, aside,
    version, alias, redrives, redriven)
SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::int[], $4::int[], $5::text[], $6::text[], $7::int[],
    $8::bool[], $9::smallint[], $10::bigint[], $11::bigint[], $12::text[], $13::int[], $14::int[],
    $15::int[], $16::bigint[])

-- name: update_executions
-- What changes of the rows of executions.
UPDATE executions SET status = new.status, stopped = new.stopped, aside = new.aside, redrives = new.redrives,
    redriven = new.redriven
FROM unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::text[], $5::int[], $6::bigint[])
    AS new (id, status, stopped, aside, redrives, redriven)
WHERE executions.id = new.id

-- name: delete_executions
-- Forget the rows of executions.
DELETE FROM executions WHERE id = ANY ($1::bigint[])

-- name: delete_journals
-- Forget the journals of executions.
DELETE FROM journal WHERE execution = ANY ($1::bigint[])

-- name: append_chunks
-- Append entries to journals. The positions must be free: the key refuses a second writer.
INSERT INTO journal (execution, position, count, data)
SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::bytea[])

-- name: load
-- Executions, whole: the row, then the chunks and the open work as parallel arrays, in order.
SELECT e.id, m.text, h.text, e.tail, e.name, r.text, e.express, e.status, e.started, e.stopped, e.aside,
    v.text, a.text, e.redrives, e.redriven, j.positions, j.counts, j.data, w.positions, w.kinds, w.dues,
    w.queues
FROM executions e
JOIN names m ON m.id = e.machine JOIN names h ON h.id = e.head JOIN names r ON r.id = e.revision
LEFT JOIN names v ON v.id = e.version LEFT JOIN names a ON a.id = e.alias
CROSS JOIN LATERAL (
    SELECT array_agg(position ORDER BY position) AS positions, array_agg(count ORDER BY position) AS counts,
        array_agg(data ORDER BY position) AS data
    FROM journal WHERE execution = e.id) j
CROSS JOIN LATERAL (
    SELECT array_agg(position ORDER BY place) AS positions, array_agg(kind ORDER BY place) AS kinds,
        array_agg(due ORDER BY place) AS dues, array_agg(q.text ORDER BY place) AS queues
    FROM work LEFT JOIN names q ON q.id = queue WHERE execution = e.id) w
WHERE e.id = ANY ($1::bigint[])

-- name: find_execution
-- The execution whose ARN is this head and this tail.
SELECT e.id, m.text, h.text, e.tail, e.name, r.text, e.express, e.status, e.started, e.stopped, e.aside,
    v.text, a.text, e.redrives, e.redriven
FROM executions e
JOIN names m ON m.id = e.machine JOIN names h ON h.id = e.head JOIN names r ON r.id = e.revision
LEFT JOIN names v ON v.id = e.version LEFT JOIN names a ON a.id = e.alias
WHERE e.tail = $2 AND h.text = $1

-- name: read_journal
-- The chunks that hold the entries from $2 to $3, the last one first, $4 of them at most (null: all).
-- The one that holds $2 may begin before it.
SELECT position, count, data FROM journal
WHERE execution = $1 AND position <= $3
  AND position >= coalesce((SELECT max(position) FROM journal WHERE execution = $1 AND position <= $2), 0)
  AND position + count > $2
ORDER BY position DESC LIMIT $4

-- name: page_of_all
-- A page of all executions in these statuses, newest first: the head of one sorted run per status, merged.
-- Texts as their numbers: the joins would take as long as all the rest.
SELECT e.id, e.machine, e.head, e.tail, e.name, e.revision, e.express, e.status, e.started, e.stopped, e.aside,
    e.version, e.alias, e.redrives, e.redriven
FROM (SELECT run.* FROM unnest($1::smallint[]) AS s (status) CROSS JOIN LATERAL (
    SELECT * FROM executions WHERE status = s.status AND (shown, id) < ($2, $3)
    ORDER BY shown DESC, id DESC LIMIT $4) run
    ORDER BY shown DESC, id DESC LIMIT $4) e
ORDER BY e.shown DESC, e.id DESC

-- name: page_of_machine
-- A page of one machine's executions in these statuses, newest first, likewise.
SELECT e.id, e.machine, e.head, e.tail, e.name, e.revision, e.express, e.status, e.started, e.stopped, e.aside,
    e.version, e.alias, e.redrives, e.redriven
FROM (SELECT run.* FROM unnest($1::smallint[]) AS s (status) CROSS JOIN LATERAL (
    SELECT * FROM executions
    WHERE machine = (SELECT id FROM names WHERE text = $5) AND status = s.status AND (shown, id) < ($2, $3)
    ORDER BY shown DESC, id DESC LIMIT $4) run
    ORDER BY shown DESC, id DESC LIMIT $4) e
ORDER BY e.shown DESC, e.id DESC

-- name: page_of_version
-- A page of one version's executions in these statuses, newest first, likewise.
SELECT e.id, e.machine, e.head, e.tail, e.name, e.revision, e.express, e.status, e.started, e.stopped, e.aside,
    e.version, e.alias, e.redrives, e.redriven
FROM (SELECT run.* FROM unnest($1::smallint[]) AS s (status) CROSS JOIN LATERAL (
    SELECT * FROM executions
    WHERE version = (SELECT id FROM names WHERE text = $5) AND status = s.status AND (shown, id) < ($2, $3)
    ORDER BY shown DESC, id DESC LIMIT $4) run
    ORDER BY shown DESC, id DESC LIMIT $4) e
ORDER BY e.shown DESC, e.id DESC

-- name: page_of_alias
-- A page of one alias's executions in these statuses, newest first, likewise.
SELECT e.id, e.machine, e.head, e.tail, e.name, e.revision, e.express, e.status, e.started, e.stopped, e.aside,
    e.version, e.alias, e.redrives, e.redriven
FROM (SELECT run.* FROM unnest($1::smallint[]) AS s (status) CROSS JOIN LATERAL (
    SELECT * FROM executions
    WHERE alias = (SELECT id FROM names WHERE text = $5) AND status = s.status AND (shown, id) < ($2, $3)
    ORDER BY shown DESC, id DESC LIMIT $4) run
    ORDER BY shown DESC, id DESC LIMIT $4) e
ORDER BY e.shown DESC, e.id DESC

-- name: closed
-- The executions of a type that ended by $2, oldest end first.
SELECT id, stopped FROM executions WHERE express = $1 AND stopped <= $2 ORDER BY stopped, id LIMIT $3

-- name: count_executions
-- How many executions are in each status.
SELECT status, count(*) FROM executions GROUP BY status
