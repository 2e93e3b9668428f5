-- The first layout. Ids and counters are ours; times are milliseconds since the epoch.

-- Facts about the data as a whole: their format, and the key that signs task tokens.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- Long texts that many rows share (ARNs of machines and activities, revisions), by a small number.
CREATE TABLE names (
    id   INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
);

-- Nouns of the control plane.
CREATE TABLE resources (
    arn        TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    scope      TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    body       BLOB NOT NULL
);
CREATE INDEX resources_listed ON resources (kind, scope, arn);
CREATE INDEX resources_of_kind ON resources (kind, arn);

-- One row per execution. Its ARN is `head`:`tail`; `name` is NULL when it is what `tail` begins with.
CREATE TABLE executions (
    id       INTEGER PRIMARY KEY,
    machine  INTEGER NOT NULL,  -- names.id
    head     INTEGER NOT NULL,  -- names.id
    tail     TEXT NOT NULL,
    name     TEXT,
    revision INTEGER NOT NULL,  -- names.id
    express  INTEGER NOT NULL,
    status   INTEGER NOT NULL,
    started  INTEGER NOT NULL,
    stopped  INTEGER,
    aside    TEXT,
    shown    INTEGER AS (coalesce(stopped, started)) VIRTUAL  -- lists are in this order
);
CREATE UNIQUE INDEX executions_arn ON executions (tail, head);
CREATE INDEX executions_of_machine ON executions (machine, status, shown);
CREATE INDEX executions_of_all ON executions (status, shown);

-- Journals: append-only; the unique index is what refuses a second writer.
CREATE TABLE journal (
    execution INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    count     INTEGER NOT NULL,
    data      BLOB NOT NULL
);
CREATE UNIQUE INDEX journal_positions ON journal (execution, position);

-- What somebody must still do. `place` is the order of arrival.
CREATE TABLE work (
    place     INTEGER PRIMARY KEY,
    execution INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    kind      INTEGER NOT NULL,
    due       INTEGER,
    queue     INTEGER  -- names.id
);
CREATE UNIQUE INDEX work_keys ON work (execution, position, kind);
CREATE INDEX work_due ON work (due, execution, position, kind) WHERE due IS NOT NULL;
CREATE INDEX work_of_kind ON work (kind) WHERE due IS NULL;
CREATE INDEX work_of_queue ON work (queue, kind) WHERE due IS NULL AND queue IS NOT NULL;
