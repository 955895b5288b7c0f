-- Monitoring windows. At most one is active: a constraint, whatever runs where.
CREATE TABLE monitoring_window (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0,
    agent_name TEXT NOT NULL,
    rule_id TEXT NOT NULL,
    change_date TEXT NOT NULL,
    pre_quality REAL CHECK (pre_quality BETWEEN 0 AND 1),
    pre_stall_rate REAL CHECK (pre_stall_rate BETWEEN 0 AND 1),
    pre_affinity_rate REAL CHECK (pre_affinity_rate BETWEEN 0 AND 1),
    commit_sha TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'completed', 'rolled_back')),
    created_at INTEGER NOT NULL,
    closed_at INTEGER,
    agents TEXT NOT NULL,
    deployed_at INTEGER NOT NULL,
    proposal_id TEXT,
    finding_id TEXT,
    auto_extend INTEGER NOT NULL,
    verdict TEXT CHECK (verdict IN
        ('stable', 'regressed', 'degraded', 'inconclusive', 'external', 'manual')),
    effect TEXT CHECK (effect IN ('improved', 'unchanged', 'worse', 'unknown')),
    figures TEXT,
    why TEXT,
    post_quality REAL,
    post_stall_rate REAL,
    post_affinity_rate REAL,
    released INTEGER NOT NULL DEFAULT 0,
    evidence TEXT,
    CHECK ((status = 'active') = (closed_at IS NULL)),
    CHECK ((status = 'active') = (verdict IS NULL))
) STRICT;

CREATE UNIQUE INDEX one_active_window ON monitoring_window (status) WHERE status = 'active';
CREATE INDEX window_age ON monitoring_window (created_at, id);

-- Every look at the evidence, for ever.
CREATE TABLE evaluation (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    window_id TEXT NOT NULL REFERENCES monitoring_window (id),
    at INTEGER NOT NULL,
    test TEXT NOT NULL,
    figures TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;

CREATE INDEX evaluation_of_window ON evaluation (window_id, sequence);

-- Changes that wait for the slot, first come first.
CREATE TABLE waiting_change (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    proposal_id TEXT NOT NULL UNIQUE,
    reason TEXT NOT NULL,
    since INTEGER NOT NULL
) STRICT;
