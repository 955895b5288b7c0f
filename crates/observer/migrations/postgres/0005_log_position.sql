-- Up to where the segment log has been indexed; zero where there is none.
ALTER TABLE index_state ADD COLUMN log_segment BIGINT NOT NULL DEFAULT 0;
ALTER TABLE index_state ADD COLUMN log_offset BIGINT NOT NULL DEFAULT 0;
