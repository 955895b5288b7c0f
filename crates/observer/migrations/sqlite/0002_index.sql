-- Everything below is computed from the operations up to last_sequence, in their order.
CREATE TABLE index_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    last_sequence INTEGER NOT NULL
) STRICT;

INSERT INTO index_state (one, last_sequence) VALUES (1, 0);

CREATE TABLE session (
    agent TEXT NOT NULL,
    session_id TEXT NOT NULL,
    started_sequence INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    patterns TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (agent, session_id, started_sequence)
) STRICT;

CREATE INDEX session_end ON session (ends_at);
CREATE INDEX session_of_agent ON session (agent, ends_at);

CREATE TABLE agent_habit (
    agent TEXT PRIMARY KEY,
    sends_ends INTEGER NOT NULL,
    sends_task_failures INTEGER NOT NULL
) STRICT;

CREATE TABLE source_total (
    source TEXT PRIMARY KEY,
    successes INTEGER NOT NULL,
    failures INTEGER NOT NULL
) STRICT;

CREATE TABLE usage_total (
    model TEXT NOT NULL,
    source TEXT NOT NULL,
    requests INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (model, source)
) STRICT;

CREATE TABLE failure_pattern (
    fingerprint TEXT PRIMARY KEY,
    state TEXT NOT NULL
) STRICT;

CREATE TABLE operation_kind (
    operation TEXT PRIMARY KEY,
    state TEXT NOT NULL
) STRICT;
