-- Everything below is computed from the operations up to last_sequence, in their order.
CREATE TABLE index_state (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    last_sequence BIGINT NOT NULL
);

INSERT INTO index_state (one, last_sequence) VALUES (1, 0);

CREATE TABLE session (
    agent TEXT NOT NULL,
    session_id TEXT NOT NULL,
    started_sequence BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    patterns TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (agent, session_id, started_sequence)
);

CREATE INDEX session_end ON session (ends_at);
CREATE INDEX session_of_agent ON session (agent, ends_at);

CREATE TABLE agent_habit (
    agent TEXT PRIMARY KEY,
    sends_ends BIGINT NOT NULL,
    sends_task_failures BIGINT NOT NULL
);

CREATE TABLE source_total (
    source TEXT PRIMARY KEY,
    successes BIGINT NOT NULL,
    failures BIGINT NOT NULL
);

CREATE TABLE usage_total (
    model TEXT NOT NULL,
    source TEXT NOT NULL,
    requests BIGINT NOT NULL,
    tokens BIGINT NOT NULL,
    PRIMARY KEY (model, source)
);

CREATE TABLE failure_pattern (
    fingerprint TEXT PRIMARY KEY,
    state TEXT NOT NULL
);

CREATE TABLE operation_kind (
    operation TEXT PRIMARY KEY,
    state TEXT NOT NULL
);
