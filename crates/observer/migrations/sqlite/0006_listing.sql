-- An operation that names no session is one by itself, and has no row for it any more.
UPDATE operation SET session_id = NULL WHERE session_id = '';
DELETE FROM session WHERE EXISTS (
    SELECT 1 FROM operation AS o
    WHERE o.event_id = session.session_id AND o.agent = session.agent AND o.session_id IS NULL
);

-- The newest first of those that fit one filter.
CREATE INDEX operation_of_agent ON operation (agent, sequence);
CREATE INDEX operation_tool ON operation (tool, sequence) WHERE tool IS NOT NULL;
CREATE INDEX operation_session ON operation (session_id, sequence) WHERE session_id IS NOT NULL;
CREATE INDEX operation_failure ON operation (sequence) WHERE success = 0;
