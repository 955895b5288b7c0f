-- How far the files are read that the observer follows by itself.
CREATE TABLE followed_file (
    name TEXT PRIMARY KEY,
    state TEXT NOT NULL
);

CREATE INDEX operation_correction ON operation (sequence)
WHERE source = 'overseer_correction' OR event_type = 'user_correction';

-- Days whose operations came in since their file was written. All operations up to last_sequence
-- have named their day.
CREATE TABLE extraction_day (
    day BIGINT PRIMARY KEY
);

CREATE TABLE extraction_state (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    last_sequence BIGINT NOT NULL
);

INSERT INTO extraction_state (one, last_sequence) VALUES (1, 0);

-- Which operations had come in by when: the time in an operation is that of its event.
CREATE TABLE arrival (
    at BIGINT PRIMARY KEY,
    last_sequence BIGINT NOT NULL
);
