-- Who did what to what, from where, when, with which result. Append-only, hash-chained.
CREATE TABLE audit_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  last_id bigint NOT NULL DEFAULT 0,
  last_hash bytea NOT NULL DEFAULT '\x'::bytea
);
INSERT INTO audit_head DEFAULT VALUES;

CREATE TABLE audit (
  id bigint PRIMARY KEY,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  target text,
  result text NOT NULL,
  address inet,
  detail jsonb,
  prev_hash bytea NOT NULL,
  hash bytea NOT NULL
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_actor ON audit (actor, id);

CREATE FUNCTION audit_hash(prev bytea, id bigint, at timestamptz, actor text, action text, target text, result text, address inet, detail jsonb)
  RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sha256(prev || convert_to(string_agg(octet_length(part)::text || ':' || part, '' ORDER BY place), 'UTF8'))
  FROM unnest(ARRAY[
    id::text, (extract(epoch FROM at) * 1000000)::numeric(20)::text, actor, action, coalesce('+' || target, '-'), result,
    coalesce('+' || address::text, '-'), coalesce('+' || detail::text, '-')
  ]) WITH ORDINALITY AS parts(part, place)
$$;

-- The last lock of any transaction, after dept_stream.
CREATE FUNCTION append_audit(p_actor text, p_action text, p_target text, p_result text, p_address inet, p_detail jsonb) RETURNS bigint
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_head audit_head%ROWTYPE;
  v_at timestamptz;
  v_hash bytea;
BEGIN
  SELECT * INTO v_head FROM audit_head FOR UPDATE;
  v_at := app_clock();
  v_hash := audit_hash(v_head.last_hash, v_head.last_id + 1, v_at, p_actor, p_action, p_target, p_result, p_address, p_detail);
  INSERT INTO audit (id, at, actor, action, target, result, address, detail, prev_hash, hash)
  VALUES (v_head.last_id + 1, v_at, p_actor, p_action, p_target, p_result, p_address, p_detail, v_head.last_hash, v_hash);
  UPDATE audit_head SET last_id = v_head.last_id + 1, last_hash = v_hash;
  RETURN v_head.last_id + 1;
END $$;

REVOKE EXECUTE ON FUNCTION append_audit(text, text, text, text, inet, jsonb) FROM PUBLIC;

CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
