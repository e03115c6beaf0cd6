-- additive: an older program does not write when the database came back, and judges dead nodes as before.
-- When the database last came back under a living node. The nodes that live beat again before any is taken for dead.
ALTER TABLE ward_watch ADD back_at timestamptz NOT NULL DEFAULT '-infinity';
