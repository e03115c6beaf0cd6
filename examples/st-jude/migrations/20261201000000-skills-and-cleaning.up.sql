-- additive
CREATE TABLE st_jude_skills (
  staff_id uuid NOT NULL REFERENCES staff,
  call_type text NOT NULL REFERENCES call_types,
  PRIMARY KEY (staff_id, call_type)
);

CREATE TABLE st_jude_cleaning_tasks (
  id uuid PRIMARY KEY,
  bed_id text NOT NULL REFERENCES beds,
  dept_id text NOT NULL REFERENCES departments,
  due_at timestamptz NOT NULL,
  done_at timestamptz,
  late_at timestamptz
);
CREATE UNIQUE INDEX st_jude_cleaning_open ON st_jude_cleaning_tasks (bed_id) WHERE done_at IS NULL;
CREATE INDEX st_jude_cleaning_due ON st_jude_cleaning_tasks (due_at) WHERE done_at IS NULL AND late_at IS NULL;
