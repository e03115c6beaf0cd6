-- additive
CREATE TABLE own_cleaning_tasks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  bed_id text NOT NULL REFERENCES beds,
  due_at timestamptz NOT NULL DEFAULT app_now()
);
