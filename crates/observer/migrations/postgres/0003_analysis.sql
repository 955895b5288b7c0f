-- What worked. Entries from outside have no tool.
CREATE TABLE playbook (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    operation TEXT NOT NULL,
    approach TEXT NOT NULL,
    result TEXT NOT NULL,
    context TEXT NOT NULL,
    tool TEXT,
    count BIGINT NOT NULL,
    mean_ms DOUBLE PRECISION,
    p95_ms DOUBLE PRECISION,
    last_seen BIGINT NOT NULL,
    helpful BIGINT NOT NULL,
    harmful BIGINT NOT NULL,
    built BIGINT NOT NULL
);

CREATE UNIQUE INDEX one_built_playbook ON playbook (operation) WHERE built = 1;

-- What was done about a finding.
CREATE TABLE finding_answer (
    finding_id TEXT PRIMARY KEY,
    asked_at BIGINT NOT NULL,
    proposal_id TEXT,
    held_because TEXT
);
