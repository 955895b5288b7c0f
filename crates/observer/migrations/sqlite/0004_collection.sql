-- How far the files are read that the observer follows by itself.
CREATE TABLE followed_file (
    name TEXT PRIMARY KEY,
    state TEXT NOT NULL
) STRICT;

CREATE INDEX operation_correction ON operation (sequence)
WHERE source = 'overseer_correction' OR event_type = 'user_correction';

-- Days whose operations came in since their file was written. All operations up to last_sequence
-- have named their day.
CREATE TABLE extraction_day (
    day INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE extraction_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    last_sequence INTEGER NOT NULL
) STRICT;

INSERT INTO extraction_state (one, last_sequence) VALUES (1, 0);

-- Which operations had come in by when: the time in an operation is that of its event.
CREATE TABLE arrival (
    at INTEGER PRIMARY KEY,
    last_sequence INTEGER NOT NULL
) STRICT;
