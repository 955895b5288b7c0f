-- What worked. Entries from outside have no tool.
CREATE TABLE playbook (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    operation TEXT NOT NULL,
    approach TEXT NOT NULL,
    result TEXT NOT NULL,
    context TEXT NOT NULL,
    tool TEXT,
    count INTEGER NOT NULL,
    mean_ms REAL,
    p95_ms REAL,
    last_seen INTEGER NOT NULL,
    helpful INTEGER NOT NULL,
    harmful INTEGER NOT NULL,
    built INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX one_built_playbook ON playbook (operation) WHERE built = 1;

-- What was done about a finding.
CREATE TABLE finding_answer (
    finding_id TEXT PRIMARY KEY,
    asked_at INTEGER NOT NULL,
    proposal_id TEXT,
    held_because TEXT
) STRICT;
