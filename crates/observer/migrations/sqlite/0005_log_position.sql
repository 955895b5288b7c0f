-- Up to where the segment log has been indexed; zero where there is none.
ALTER TABLE index_state ADD COLUMN log_segment INTEGER NOT NULL DEFAULT 0;
ALTER TABLE index_state ADD COLUMN log_offset INTEGER NOT NULL DEFAULT 0;
