-- A ladder that an engine can climb: positive, rising, within a day. All of it is given or nothing. Presence and attendance stand alone;
-- attendance 0: nobody is asked whether they are still there.
CREATE FUNCTION is_ladder(p_l1 int, p_l2 int, p_l3 int, p_repeat int, p_presence int, p_attendance int) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE num_nonnulls(p_l1, p_l2, p_l3, p_repeat)
      WHEN 0 THEN true
      WHEN 4 THEN p_l1 >= 1 AND p_l2 > p_l1 AND p_l3 > p_l2 AND p_l3 <= 86400 AND p_repeat BETWEEN 1 AND 86400
      ELSE false END
    AND coalesce(p_presence BETWEEN 1 AND 86400, true) AND coalesce(p_attendance BETWEEN 0 AND 86400, true)
$$;

CREATE FUNCTION is_label_list(p_labels jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN jsonb_typeof(p_labels) = 'object' THEN NOT EXISTS (
    SELECT FROM jsonb_each(p_labels) AS l WHERE jsonb_typeof(l.value) <> 'string' OR length(l.value #>> '{}') NOT BETWEEN 1 AND 100)
  ELSE false END
$$;

ALTER TABLE call_types
  ADD labels jsonb NOT NULL DEFAULT '{}' CHECK (is_label_list(labels)),
  -- The kinds of station that may raise it, unless a station has a list of its own.
  ADD station_kinds text[] NOT NULL DEFAULT '{bedside,bathroom,staff_console}' CHECK (station_kinds <@ '{bedside,bathroom,staff_console}'),
  ADD l1_sec int, ADD l2_sec int, ADD l3_sec int, ADD repeat_sec int, ADD presence_sec int, ADD attendance_sec int,
  ADD CONSTRAINT call_types_ladder_check CHECK (is_ladder(l1_sec, l2_sec, l3_sec, repeat_sec, presence_sec, attendance_sec));

UPDATE call_types t SET labels = s.labels::jsonb, station_kinds = s.kinds::text[] FROM (VALUES
  ('service_request', '{bedside,bathroom}', '{"en": "Service", "ar": "طلب خدمة", "de": "Service"}'),
  ('patient_normal', '{bedside,bathroom}', '{"en": "Patient call", "ar": "نداء مريض", "de": "Patientenruf"}'),
  ('technical_fault', '{bedside,bathroom,staff_console}', '{"en": "Technical fault", "ar": "عطل فني", "de": "Technische Störung"}'),
  ('cord_out', '{bedside,bathroom}', '{"en": "Cord unplugged", "ar": "الكابل مفصول", "de": "Stecker gezogen"}'),
  ('bed_exit', '{bedside}', '{"en": "Bed exit", "ar": "مغادرة السرير", "de": "Bett verlassen"}'),
  ('device_alarm', '{bedside}', '{"en": "Device alarm", "ar": "إنذار جهاز", "de": "Gerätealarm"}'),
  ('staff_assist', '{bedside,bathroom,staff_console}', '{"en": "Staff assist", "ar": "مساعدة الطاقم", "de": "Anwesenheit, Hilfe nötig"}'),
  ('bath_emergency', '{bathroom}', '{"en": "Bathroom emergency", "ar": "طوارئ الحمام", "de": "Notruf Bad"}'),
  ('staff_emergency', '{bedside,bathroom,staff_console}', '{"en": "Staff emergency", "ar": "طوارئ الطاقم", "de": "Personal-Notruf"}'),
  ('code_blue', '{bedside,bathroom,staff_console}', '{"en": "Code Blue", "ar": "الرمز الأزرق", "de": "Herzalarm"}')
) AS s (id, kinds, labels) WHERE t.id = s.id;

-- A department's deadlines for one type, over those for all its types.
ALTER TABLE escalation_policies ADD presence_sec int, ADD attendance_sec int;
UPDATE escalation_policies SET l1_sec = least(l1_sec, 86398), l2_sec = least(l2_sec, 86399), l3_sec = least(l3_sec, 86400),
  repeat_sec = least(repeat_sec, 86400);
ALTER TABLE escalation_policies
  ADD CONSTRAINT escalation_policies_ladder_check CHECK (is_ladder(l1_sec, l2_sec, l3_sec, repeat_sec, presence_sec, attendance_sec));
CREATE TABLE department_type_policies (
  dept_id text NOT NULL REFERENCES departments,
  type text NOT NULL REFERENCES call_types,
  l1_sec int, l2_sec int, l3_sec int, repeat_sec int, presence_sec int, attendance_sec int,
  PRIMARY KEY (dept_id, type),
  CONSTRAINT department_type_policies_ladder_check CHECK (is_ladder(l1_sec, l2_sec, l3_sec, repeat_sec, presence_sec, attendance_sec)),
  CHECK (num_nonnulls(l1_sec, presence_sec, attendance_sec) > 0)
);

-- One call whose ladder cannot be climbed would stop every engine: none can be written, and those that are there are mended.
UPDATE calls SET l1_sec = greatest(1, least(l1_sec, 86398)) WHERE NOT is_ladder(l1_sec, l2_sec, l3_sec, repeat_sec, NULL, NULL);
UPDATE calls SET l2_sec = greatest(l1_sec + 1, least(l2_sec, 86399)) WHERE NOT is_ladder(l1_sec, l2_sec, l3_sec, repeat_sec, NULL, NULL);
UPDATE calls SET l3_sec = greatest(l2_sec + 1, least(l3_sec, 86400)), repeat_sec = greatest(1, least(repeat_sec, 86400))
WHERE NOT is_ladder(l1_sec, l2_sec, l3_sec, repeat_sec, NULL, NULL);
-- Written out: a call is updated often, and a function would be planned each time.
ALTER TABLE calls ADD CONSTRAINT calls_ladder_check
  CHECK (l1_sec >= 1 AND l2_sec > l1_sec AND l3_sec > l2_sec AND l3_sec <= 86400 AND repeat_sec BETWEEN 1 AND 86400);

-- The types that a station may raise; null: those of its kind.
ALTER TABLE stations ADD types text[] CHECK (cardinality(types) <= 100 AND array_position(types, NULL) IS NULL);

-- Languages that people read.
ALTER TABLE staff ADD language text CHECK (length(language) BETWEEN 2 AND 35);
