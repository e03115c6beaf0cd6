-- The facility's languages and the starts of its shifts. settled_at: name and zone were set, at the first start or later.
CREATE FUNCTION is_shift_list(p_shifts jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN jsonb_typeof(p_shifts) = 'array' THEN (
    SELECT count(*) BETWEEN 1 AND 12 AND count(DISTINCT s ->> 'name') = count(*) AND count(DISTINCT s ->> 'start') = count(*)
      AND bool_and(coalesce(s ->> 'name' ~ '^[a-z][a-z0-9_]{0,31}$' AND s ->> 'name' <> 'all'
        AND s ->> 'start' ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$', false))
    FROM jsonb_array_elements(p_shifts) AS s) ELSE false END
$$;

ALTER TABLE facility
  ADD languages text[] NOT NULL DEFAULT '{en}'
    CHECK (cardinality(languages) BETWEEN 1 AND 20 AND array_position(languages, NULL) IS NULL),
  ADD shifts jsonb NOT NULL
    DEFAULT '[{"name": "day", "start": "06:00"}, {"name": "evening", "start": "14:00"}, {"name": "night", "start": "22:00"}]'
    CHECK (is_shift_list(shifts)),
  ADD settled_at timestamptz;

-- An installation that is in use keeps its name and zone.
UPDATE facility SET settled_at = app_now() WHERE EXISTS (SELECT FROM staff) OR EXISTS (SELECT FROM departments);
