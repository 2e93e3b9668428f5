-- name: try_hold
-- Hold this schema's data for as long as our session lives. False: another session does.
SELECT pg_try_advisory_lock(1463110732, hashtext(current_schema()))

-- name: end_session
-- End an earlier session of ours that the database has not yet noticed to be gone, if it still has the hold.
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND classid = 1463110732 AND granted AND pid = $1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())

-- name: holder
-- Who holds shards by a lease that is alive, and for how many seconds more.
SELECT holder, extract(epoch FROM max(expires) - clock_timestamp())::float8 AS seconds
FROM shards WHERE holder IS NOT NULL AND expires > clock_timestamp() GROUP BY holder LIMIT 1

-- name: take_shards
-- Take all shards over. Commits of the former holder under way end first: they lock these rows FOR SHARE.
UPDATE shards SET holder = $1, epoch = epoch + 1, expires = clock_timestamp() + $2::float8 * interval '1 second'
RETURNING number, epoch

-- name: epochs
-- The epoch of every shard.
SELECT number, epoch FROM shards

-- name: renew_shards
-- Hold on to the shards that are still ours: those whose epochs are as when we took them.
UPDATE shards SET expires = clock_timestamp() + $3::float8 * interval '1 second'
FROM unnest($1::smallint[], $2::bigint[]) AS ours (number, epoch)
WHERE shards.number = ours.number AND shards.epoch = ours.epoch RETURNING shards.number

-- name: release_shards
-- Let go of the shards that are still ours.
UPDATE shards SET holder = NULL, expires = '-infinity'
FROM unnest($1::smallint[], $2::bigint[]) AS ours (number, epoch)
WHERE shards.number = ours.number AND shards.epoch = ours.epoch

-- name: check_shards
-- Lock the leases a commit uses: of the shards given, and of the executions given by id.
SELECT number, holder, epoch FROM shards
WHERE number = ANY ($1::smallint[]) OR number IN (SELECT shard FROM executions WHERE id = ANY ($2::bigint[]))
FOR SHARE
