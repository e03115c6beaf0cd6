CREATE OR REPLACE FUNCTION public.keep_asking()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF NEW.declined_at IS NOT NULL AND NEW.withdrawn_at IS NULL THEN
    NEW.withdrawn_at := NEW.declined_at;
  END IF;
  IF NEW.withdrawn_at IS NULL THEN
    NEW.withdrawn_reason := NULL;
  ELSIF NEW.withdrawn_reason IS NULL THEN
    NEW.withdrawn_reason := 'stepped_back';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.queued_at = OLD.queued_at AND OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NULL THEN
      NEW.queued_at := app_now();
    END IF;
    IF NEW.queued_at = OLD.queued_at THEN
      RETURN NEW;
    END IF;
    NEW.receipt_from := NULL;
    NEW.sent_at := NULL;
    NEW.received_at := NULL;
    NEW.accepted_at := NULL;
    -- Asked twice in one transaction is asked once.
    IF OLD.queued_at < app_now() - (statement_timestamp() - transaction_timestamp()) OR OLD.withdrawn_at IS NOT NULL THEN
      INSERT INTO past_annunciations (call_id, staff_id, role, reason, queued_at, sent_at, received_at, accepted_at, declined_at,
        withdrawn_at, withdrawn_reason, asked_after, decline_code, decline_reason)
      VALUES (OLD.call_id, OLD.staff_id, OLD.role, OLD.reason, OLD.queued_at, OLD.sent_at, OLD.received_at, OLD.accepted_at, OLD.declined_at,
        coalesce(OLD.withdrawn_at, NEW.queued_at), coalesce(OLD.withdrawn_reason, 'reopened'), OLD.asked_after, OLD.decline_code, OLD.decline_reason);
      NEW.decline_code := NULL;
      NEW.decline_reason := NULL;
    END IF;
  END IF;
  SELECT s.last_seq INTO NEW.asked_after FROM calls c JOIN dept_stream s ON s.dept_id = c.dept_id COLLATE "C" WHERE c.id = NEW.call_id;
  RETURN NEW;
END $function$;
