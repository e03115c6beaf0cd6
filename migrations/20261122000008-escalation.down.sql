DROP TABLE call_moves;
ALTER TABLE calls
  DROP CONSTRAINT pending_has_deadline, DROP CONSTRAINT presence_is_awaited_when_accepted,
  DROP l1_sec, DROP l2_sec, DROP l3_sec, DROP repeat_sec, DROP paused, DROP failsafe_repeats,
  DROP next_escalation_at, DROP presence_due_at, DROP engine_failures, DROP engine_retry_at;
ALTER TABLE annunciations DROP sent_at, DROP received_at, DROP accepted_at;
ALTER TABLE annunciations RENAME CONSTRAINT annunciations_pkey TO call_recipients_pkey;
ALTER TABLE annunciations RENAME COLUMN queued_at TO since;
ALTER TABLE annunciations RENAME TO call_recipients;
