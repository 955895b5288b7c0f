-- Runs: one per proposal. The document is the whole run; the columns are what is asked for.
CREATE TABLE run (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    branch TEXT NOT NULL UNIQUE,
    holds_slot INTEGER NOT NULL CHECK (holds_slot IN (0, 1)),
    is_pushed INTEGER NOT NULL CHECK (is_pushed IN (0, 1)),
    commit_sha TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    leased_until INTEGER,
    document TEXT NOT NULL
) STRICT;

-- One change at a time is on the target branch and not yet kept or gone, whatever runs where.
CREATE UNIQUE INDEX run_holds_slot ON run (holds_slot) WHERE holds_slot = 1;
CREATE INDEX run_state ON run (state);
CREATE INDEX run_age ON run (created_at);

-- What was done for a run, in order.
CREATE TABLE run_step (
    run_id TEXT NOT NULL REFERENCES run (id),
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'passed', 'failed')),
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    output TEXT NOT NULL,
    PRIMARY KEY (run_id, number)
) STRICT;

-- Pull requests that are kept here.
CREATE TABLE pull (
    number INTEGER PRIMARY KEY,
    proposal_id TEXT NOT NULL REFERENCES run (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    branch TEXT NOT NULL,
    head TEXT NOT NULL,
    base_branch TEXT NOT NULL,
    base TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    merged_at INTEGER,
    merged_by TEXT,
    merge_commit TEXT,
    queued_by TEXT,
    queued_at INTEGER,
    queue_reason TEXT,
    queue_deadline INTEGER
) STRICT;

CREATE UNIQUE INDEX pull_open ON pull (branch) WHERE state = 'open';
CREATE INDEX pull_queue ON pull (queued_at, number) WHERE queued_at IS NOT NULL;
