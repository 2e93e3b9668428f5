-- name: open_work
-- Something to do from now on. What is there already gets the new due time and keeps its place.
INSERT INTO work (place, execution, position, kind, due, queue) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (execution, position, kind) DO UPDATE SET due = excluded.due

-- name: close_work
-- Done, or not needed any more.
DELETE FROM work WHERE execution = ? AND position = ? AND kind = ?

-- name: close_all_work
-- An execution has ended: nothing of it is to be done, except telling others (notices, 50 to 59).
DELETE FROM work WHERE execution = ? AND kind NOT BETWEEN 50 AND 59

-- name: forget_work
-- Forget an execution's work altogether.
DELETE FROM work WHERE execution = ?

-- name: last_place
-- The last place in the order of arrival that is taken.
SELECT coalesce(max(place), 0) FROM work

-- name: due
-- Timers due by `until`, those after the one named only.
SELECT execution, position, kind, due, queue FROM work
WHERE due IS NOT NULL AND due <= :until
  AND (due, execution, position, kind) > (:due, :execution, :position, :kind)
ORDER BY due, execution, position, kind LIMIT :limit

-- name: queued
-- Work of a kind in all queues, in the order it came.
SELECT place, execution, position, kind, queue FROM work
WHERE kind = :kind AND due IS NULL AND place > :after ORDER BY place LIMIT :limit

-- name: queued_in
-- Work of a kind in one queue, in the order it came.
SELECT place, execution, position, kind, queue FROM work
WHERE kind = :kind AND due IS NULL AND queue = :queue AND place > :after ORDER BY place LIMIT :limit

-- name: count_timers
-- How many timers of each kind are open: a walk over their index.
SELECT kind, count(*) FROM work INDEXED BY work_due WHERE due IS NOT NULL GROUP BY kind

-- name: count_queued
-- How much work of each kind is queued: a walk over its index.
SELECT kind, count(*) FROM work INDEXED BY work_of_kind WHERE due IS NULL GROUP BY kind
