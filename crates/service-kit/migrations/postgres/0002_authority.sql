-- Keys: only their digests are stored.
CREATE TABLE api_key (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('agent', 'auditor', 'operator', 'service', 'admin')),
    person TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);

-- Jobs with a schedule: whoever holds the lease runs the job, once.
CREATE TABLE job (
    name TEXT PRIMARY KEY,
    next_run BIGINT NOT NULL,
    leased_until BIGINT,
    last_started BIGINT,
    last_finished BIGINT,
    last_outcome TEXT
);
