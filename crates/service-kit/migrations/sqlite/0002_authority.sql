-- Keys: only their digests are stored.
CREATE TABLE api_key (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('agent', 'auditor', 'operator', 'service', 'admin')),
    person TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;

-- Jobs with a schedule: whoever holds the lease runs the job, once.
CREATE TABLE job (
    name TEXT PRIMARY KEY,
    next_run INTEGER NOT NULL,
    leased_until INTEGER,
    last_started INTEGER,
    last_finished INTEGER,
    last_outcome TEXT
) STRICT;
