-- A proposal as it stands now. What happened to it is in decision and log_line.
CREATE TABLE proposal (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    revision BIGINT NOT NULL CHECK (revision > 0),
    status TEXT NOT NULL CHECK (status IN
        ('pending', 'approved', 'rejected', 'implemented', 'reverted', 'blocked', 'stale')),
    stage TEXT CHECK (stage IN
        ('queued', 'branch', 'validated', 'pr_open', 'merged', 'deployed', 'monitoring',
         'needs_confirmation')),
    stage_reason TEXT,
    stage_deadline BIGINT,
    taking_back BIGINT NOT NULL CHECK (taking_back IN (0, 1)),
    finding_id TEXT,
    title TEXT NOT NULL CHECK (title <> ''),
    category TEXT NOT NULL CHECK (category IN ('bugfix', 'optimization', 'enhancement')),
    severity TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    author TEXT NOT NULL,
    author_is_person BIGINT NOT NULL CHECK (author_is_person IN (0, 1)),
    agents TEXT NOT NULL,
    problem TEXT NOT NULL,
    evidence TEXT NOT NULL,
    root_cause TEXT NOT NULL,
    solution TEXT NOT NULL,
    patch TEXT NOT NULL CHECK (patch <> ''),
    digest TEXT NOT NULL CHECK (LENGTH(digest) = 64),
    base_commit TEXT NOT NULL CHECK (LENGTH(base_commit) = 40),
    result_tree TEXT NOT NULL CHECK (LENGTH(result_tree) = 40),
    policy_digest TEXT NOT NULL CHECK (LENGTH(policy_digest) = 64),
    paths TEXT NOT NULL,
    risk TEXT NOT NULL,
    rollback TEXT NOT NULL,
    markdown_path TEXT NOT NULL UNIQUE,
    branch TEXT,
    pull_number BIGINT,
    pull_url TEXT,
    merge_commit TEXT,
    revert_commit TEXT,
    window_id TEXT,
    verdict TEXT CHECK (verdict IN
        ('stable', 'regressed', 'degraded', 'inconclusive', 'external', 'manual')),
    effect TEXT CHECK (effect IN ('improved', 'unchanged', 'worse', 'unknown')),
    checked_head TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK ((stage IS NOT NULL) = (status IN ('approved', 'blocked'))),
    CHECK (taking_back = 0 OR status IN ('approved', 'implemented')),
    CHECK (created_at <= updated_at)
);

-- The duplicate rule: one open proposal for a finding, whoever asks at the same moment.
CREATE UNIQUE INDEX one_open_per_finding ON proposal (finding_id)
    WHERE finding_id IS NOT NULL AND status IN ('pending', 'approved', 'blocked', 'stale');

CREATE INDEX proposal_age ON proposal (created_at, id);
CREATE INDEX proposal_status ON proposal (status, created_at);

-- Decisions are kept for ever; `version` is the proposal's version that first had the decision.
CREATE TABLE decision (
    proposal_id TEXT NOT NULL REFERENCES proposal (id),
    number BIGINT NOT NULL,
    version BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('approved', 'rejected', 'confirmed', 'reverted')),
    person TEXT NOT NULL CHECK (person <> ''),
    at BIGINT NOT NULL,
    digest TEXT NOT NULL,
    revision BIGINT NOT NULL,
    notes TEXT,
    PRIMARY KEY (proposal_id, number),
    CHECK (kind <> 'rejected' OR notes <> '')
);

-- One yes of one person to one diff.
CREATE UNIQUE INDEX one_approval_per_person ON decision (proposal_id, revision, person)
    WHERE kind = 'approved';

CREATE TABLE log_line (
    proposal_id TEXT NOT NULL REFERENCES proposal (id),
    number BIGINT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (proposal_id, number)
);

-- What is yet to be committed to the proposals branch, one commit after the other.
CREATE TABLE record (
    sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    proposal_id TEXT NOT NULL REFERENCES proposal (id),
    path TEXT NOT NULL,
    markdown TEXT,
    message TEXT NOT NULL,
    author TEXT NOT NULL,
    at BIGINT NOT NULL,
    done_at BIGINT,
    commit_id TEXT,
    CHECK (done_at IS NOT NULL OR markdown IS NOT NULL)
);

CREATE INDEX record_open ON record (sequence) WHERE done_at IS NULL;

CREATE TABLE breaker (
    name TEXT PRIMARY KEY,
    reason TEXT,
    tripped_at BIGINT,
    until BIGINT,
    reset_at BIGINT,
    reset_by TEXT
);

INSERT INTO breaker (name) VALUES
    ('all'), ('self-eval'), ('category:bugfix'), ('category:optimization'),
    ('category:enhancement');

-- How many proposals were rejected since the last approval or pause.
CREATE TABLE rejection_streak (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    length BIGINT NOT NULL CHECK (length >= 0)
);

INSERT INTO rejection_streak (one, length) VALUES (1, 0);

CREATE TABLE notice (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('review', 'news', 'alert', 'summary')),
    severity TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    proposal_id TEXT REFERENCES proposal (id),
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    shown_at BIGINT,
    summarised BIGINT NOT NULL DEFAULT 0 CHECK (summarised IN (0, 1)),
    CHECK (summarised = 0 OR shown_at IS NOT NULL)
);

CREATE INDEX notice_due ON notice (due_at) WHERE shown_at IS NULL;
CREATE INDEX notice_shown ON notice (shown_at, id) WHERE summarised = 0;
