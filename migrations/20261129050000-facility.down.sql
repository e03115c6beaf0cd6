ALTER TABLE facility DROP languages, DROP shifts, DROP settled_at;
DROP FUNCTION is_shift_list(jsonb);
