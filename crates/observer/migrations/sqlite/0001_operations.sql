-- Operations in the order in which they became durable. The head row is locked by every writer
-- until it commits, so that numbers appear in order and a reader misses none.
CREATE TABLE operation (
    sequence INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    agent TEXT NOT NULL,
    tool TEXT,
    kind TEXT,
    success INTEGER NOT NULL,
    latency_ms REAL,
    session_id TEXT,
    source TEXT NOT NULL,
    pattern TEXT,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX operation_time ON operation (at);
CREATE INDEX operation_agent ON operation (agent, at);
CREATE INDEX operation_source ON operation (source, sequence);
CREATE INDEX operation_pattern ON operation (pattern) WHERE pattern IS NOT NULL;

CREATE TABLE operation_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    last_sequence INTEGER NOT NULL
) STRICT;

INSERT INTO operation_head (one, last_sequence) VALUES (1, 0);
