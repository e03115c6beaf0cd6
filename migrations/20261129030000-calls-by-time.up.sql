-- A report's period, however many calls there were before it.
CREATE INDEX calls_placed ON calls (dept_id, placed_at);
