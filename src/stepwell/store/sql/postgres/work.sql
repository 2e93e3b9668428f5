-- name: open_work
-- Things to do from now on. What is there already gets the new due time and keeps its place.
INSERT INTO work (execution, position, kind, due, queue)
SELECT execution, position, kind, due, queue
FROM unnest($1::bigint[], $2::int[], $3::smallint[], $4::bigint[], $5::int[])
    WITH ORDINALITY AS new (execution, position, kind, due, queue, arrival)
ORDER BY arrival
ON CONFLICT (execution, position, kind) DO UPDATE SET due = excluded.due

-- name: close_work
-- Done, or not needed any more.
DELETE FROM work USING unnest($1::bigint[], $2::int[], $3::smallint[]) AS old (execution, position, kind)
WHERE work.execution = old.execution AND work.position = old.position AND work.kind = old.kind

-- name: close_all_work
-- Executions have ended: nothing of them is to be done, except telling others (notices, 50 to 59).
DELETE FROM work WHERE execution = ANY ($1::bigint[]) AND kind NOT BETWEEN 50 AND 59

-- name: forget_work
-- Forget the work of executions altogether.
DELETE FROM work WHERE execution = ANY ($1::bigint[])

-- name: due
-- Timers due by $1, those after the one named only.
SELECT execution, position, kind, due, q.text FROM work LEFT JOIN names q ON q.id = queue
WHERE due IS NOT NULL AND due <= $1 AND (due, execution, position, kind) > ($2, $3, $4, $5)
ORDER BY due, execution, position, kind LIMIT $6

-- name: queued
-- Work of a kind in all queues, in the order it came.
SELECT place, execution, position, kind, due, q.text FROM work LEFT JOIN names q ON q.id = queue
WHERE kind = $1 AND due IS NULL AND place > $2 ORDER BY place LIMIT $3

-- name: queued_in
-- Work of a kind in one queue, in the order it came.
SELECT place, execution, position, kind, due, $4::text FROM work
WHERE kind = $1 AND due IS NULL AND queue = (SELECT id FROM names WHERE text = $4) AND place > $2
ORDER BY place LIMIT $3

-- name: count_work
-- How much work of each kind is open.
SELECT kind, count(*) FROM work GROUP BY kind
