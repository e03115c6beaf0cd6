-- One call shown to one person: queued, sent, received, accepted, each timed.
ALTER TABLE call_recipients RENAME TO annunciations;
ALTER TABLE annunciations RENAME COLUMN since TO queued_at;
ALTER TABLE annunciations RENAME CONSTRAINT call_recipients_pkey TO annunciations_pkey;
ALTER TABLE annunciations
  ADD sent_at timestamptz,
  ADD received_at timestamptz,
  ADD accepted_at timestamptz;

-- Deadlines are absolute: placed_at + the level's seconds + what the call stood accepted (`paused`). The policy in force
-- when the call was placed stays with it.
ALTER TABLE calls
  ADD l1_sec int NOT NULL DEFAULT 90,
  ADD l2_sec int NOT NULL DEFAULT 180,
  ADD l3_sec int NOT NULL DEFAULT 300,
  ADD repeat_sec int NOT NULL DEFAULT 60,
  ADD paused interval NOT NULL DEFAULT '0',
  ADD failsafe_repeats int NOT NULL DEFAULT 0,
  ADD next_escalation_at timestamptz,
  ADD presence_due_at timestamptz,
  ADD engine_failures int NOT NULL DEFAULT 0,
  ADD engine_retry_at timestamptz;
ALTER TABLE calls ALTER l1_sec DROP DEFAULT, ALTER l2_sec DROP DEFAULT, ALTER l3_sec DROP DEFAULT, ALTER repeat_sec DROP DEFAULT;
UPDATE calls SET next_escalation_at = placed_at + make_interval(secs => l1_sec) WHERE state = 'pending';
ALTER TABLE calls
  ADD CONSTRAINT pending_has_deadline CHECK ((state = 'pending') = (next_escalation_at IS NOT NULL)),
  ADD CONSTRAINT presence_is_awaited_when_accepted CHECK (presence_due_at IS NULL OR state = 'accepted');
CREATE INDEX calls_escalation_due ON calls (next_escalation_at) WHERE next_escalation_at IS NOT NULL;
CREATE INDEX calls_presence_due ON calls (presence_due_at) WHERE presence_due_at IS NOT NULL;

-- Calls to be taken from a nurse who has left the queue: committed with the leaving, moved one transaction each.
CREATE TABLE call_moves (
  call_id uuid NOT NULL REFERENCES calls,
  staff_id uuid NOT NULL REFERENCES staff,
  created_at timestamptz NOT NULL DEFAULT app_now(),
  retry_at timestamptz,
  PRIMARY KEY (call_id, staff_id)
);
CREATE INDEX call_moves_due ON call_moves (created_at);
