-- additive: an older program runs on it.
-- About each migration from here on, so that an older program can know whether it may run on a newer schema.
CREATE TABLE migration_notes (
  name text PRIMARY KEY,
  -- It only adds: what an older program reads and writes is as it was.
  is_additive boolean NOT NULL,
  -- Of the program that applied it.
  version text NOT NULL
);
