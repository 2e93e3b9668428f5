-- name: insert_execution
-- A new execution. Its ARN must be new: the unique index refuses a second one.
INSERT INTO executions (id, machine, head, tail, name, revision, express, status, started, stopped, aside,
    version, alias, redrives, redriven)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: update_execution
-- What changes of an execution's row.
UPDATE executions SET status = ?, stopped = ?, aside = ?, redrives = ?, redriven = ? WHERE id = ?

-- name: delete_execution
-- Forget an execution's row.
DELETE FROM executions WHERE id = ?

-- name: delete_journal
-- Forget an execution's journal.
DELETE FROM journal WHERE execution = ?

-- name: append_chunk
-- Append entries to a journal. The position must be free: the unique index refuses a second writer.
INSERT INTO journal (execution, position, count, data) VALUES (?, ?, ?, ?)

-- name: load_executions
-- The rows of executions, given as a JSON array of ids.
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven
FROM executions WHERE id IN (SELECT value FROM json_each(?))

-- name: load_chunks
-- The whole journals of executions, given as a JSON array of ids.
SELECT execution, position, count, data FROM journal
WHERE execution IN (SELECT value FROM json_each(?)) ORDER BY execution, position

-- name: load_work
-- The open work of executions, given as a JSON array of ids, in the order it came.
SELECT execution, position, kind, due, queue FROM work
WHERE execution IN (SELECT value FROM json_each(?)) ORDER BY place

-- name: find_execution
-- The execution whose ARN is this head and this tail.
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven
FROM executions WHERE tail = :tail AND head = (SELECT id FROM names WHERE text = :head)

-- name: read_journal
-- The chunks that hold the entries from `first` to `last`, the last one first, `newest` of them at most (-1: all).
-- The one that holds `first` may begin before it.
SELECT position, count, data FROM journal
WHERE execution = :execution
  AND position <= :last
  AND position >= coalesce(
      (SELECT max(position) FROM journal WHERE execution = :execution AND position <= :first), 0)
  AND position + count > :first
ORDER BY position DESC LIMIT :newest

-- name: page
-- A page of all executions, newest first: sorted runs of one index, merged as they are read.
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE status = 0 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE status = 1 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE status = 2 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE status = 3 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE status = 4 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE status = 5 AND (shown, id) < (:shown, :id)
ORDER BY shown DESC, id DESC LIMIT :limit

-- name: page_of_status
-- A page of all executions in one status, newest first.
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE status = :status AND (shown, id) < (:shown, :id)
ORDER BY shown DESC, id DESC LIMIT :limit

-- name: page_of_machine
-- A page of one machine's executions, newest first: sorted runs of one index, merged as they are read.
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE machine = :machine AND status = 0 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE machine = :machine AND status = 1 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE machine = :machine AND status = 2 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE machine = :machine AND status = 3 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE machine = :machine AND status = 4 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE machine = :machine AND status = 5 AND (shown, id) < (:shown, :id)
ORDER BY shown DESC, id DESC LIMIT :limit

-- name: page_of_machine_and_status
-- A page of one machine's executions in one status, newest first.
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE machine = :machine AND status = :status AND (shown, id) < (:shown, :id)
ORDER BY shown DESC, id DESC LIMIT :limit

-- name: page_of_version
-- A page of one version's executions, newest first: sorted runs of one index, merged as they are read.
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE version = :version AND status = 0 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE version = :version AND status = 1 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE version = :version AND status = 2 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE version = :version AND status = 3 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE version = :version AND status = 4 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE version = :version AND status = 5 AND (shown, id) < (:shown, :id)
ORDER BY shown DESC, id DESC LIMIT :limit

-- name: page_of_version_and_status
-- A page of one version's executions in one status, newest first.
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE version = :version AND status = :status AND (shown, id) < (:shown, :id)
ORDER BY shown DESC, id DESC LIMIT :limit

-- name: page_of_alias
-- A page of one alias's executions, newest first: sorted runs of one index, merged as they are read.
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE alias = :alias AND status = 0 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE alias = :alias AND status = 1 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE alias = :alias AND status = 2 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE alias = :alias AND status = 3 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE alias = :alias AND status = 4 AND (shown, id) < (:shown, :id)
UNION ALL
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE alias = :alias AND status = 5 AND (shown, id) < (:shown, :id)
ORDER BY shown DESC, id DESC LIMIT :limit

-- name: page_of_alias_and_status
-- A page of one alias's executions in one status, newest first.
SELECT id, machine, head, tail, name, revision, express, status, started, stopped, aside, version, alias,
    redrives, redriven, shown
FROM executions WHERE alias = :alias AND status = :status AND (shown, id) < (:shown, :id)
ORDER BY shown DESC, id DESC LIMIT :limit

-- name: closed
-- The executions of a type that ended by `until`, oldest end first.
SELECT id, stopped FROM executions WHERE express = :express AND stopped <= :until ORDER BY stopped, id LIMIT :limit

-- name: count_executions
-- How many executions are in each status: a walk over the smallest index.
SELECT status, count(*) FROM executions GROUP BY status
