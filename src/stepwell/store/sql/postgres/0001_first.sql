-- The first layout. Ids and counters are ours; times are milliseconds since the epoch, but leases are in the
-- database's own time.

-- Facts about the data as a whole: their layout and format, and the key that signs task tokens.
CREATE TABLE meta (
    key   text PRIMARY KEY,
    value bytea NOT NULL
);

-- Which server writes which executions. Every change of hands makes the epoch greater.
CREATE TABLE shards (
    number  smallint PRIMARY KEY,
    holder  text,
    epoch   bigint NOT NULL DEFAULT 0,
    expires timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO shards (number) SELECT generate_series(0, 15);

-- Long texts that many rows share (ARNs of machines and activities, revisions), by a small number.
CREATE TABLE names (
    id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    text text COLLATE "C" NOT NULL UNIQUE
);

-- Nouns of the control plane.
CREATE TABLE resources (
    arn        text COLLATE "C" PRIMARY KEY,
    kind       text COLLATE "C" NOT NULL,
    scope      text COLLATE "C" NOT NULL,
    name       text NOT NULL,
    created_at bigint NOT NULL,
    body       bytea NOT NULL
);
CREATE INDEX resources_listed ON resources (kind, scope, arn);
CREATE INDEX resources_of_kind ON resources (kind, arn);

-- One row per execution. Its ARN is `head`:`tail`; `name` is NULL when it is what `tail` begins with.
CREATE TABLE executions (
    id       bigint PRIMARY KEY,
    shard    smallint NOT NULL,
    machine  integer NOT NULL,  -- names.id
    head     integer NOT NULL,  -- names.id
    tail     text COLLATE "C" NOT NULL,
    name     text,
    revision integer NOT NULL,  -- names.id
    express  boolean NOT NULL,
    status   smallint NOT NULL,
    started  bigint NOT NULL,
    stopped  bigint,
    aside    text,
    shown    bigint GENERATED ALWAYS AS (coalesce(stopped, started)) STORED  -- lists are in this order
);
CREATE UNIQUE INDEX executions_arn ON executions (tail, head);
CREATE INDEX executions_of_machine ON executions (machine, status, shown, id);
CREATE INDEX executions_of_all ON executions (status, shown, id);

-- Journals: append-only; the key is what refuses a second writer.
CREATE TABLE journal (
    execution bigint NOT NULL,
    position  integer NOT NULL,
    count     integer NOT NULL,
    data      bytea NOT NULL,
    PRIMARY KEY (execution, position)
);

-- What somebody must still do. `place` is the order of arrival.
CREATE TABLE work (
    place     bigint GENERATED ALWAYS AS IDENTITY,
    execution bigint NOT NULL,
    position  integer NOT NULL,
    kind      smallint NOT NULL,
    due       bigint,
    queue     integer,  -- names.id
    PRIMARY KEY (execution, position, kind)
);
CREATE INDEX work_due ON work (due, execution, position, kind) WHERE due IS NOT NULL;
CREATE INDEX work_of_kind ON work (kind, place) WHERE due IS NULL;
CREATE INDEX work_of_queue ON work (queue, kind, place) WHERE due IS NULL AND queue IS NOT NULL;
