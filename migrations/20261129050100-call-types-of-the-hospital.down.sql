ALTER TABLE staff DROP language;
ALTER TABLE stations DROP types;
ALTER TABLE calls DROP CONSTRAINT calls_ladder_check;
DROP TABLE department_type_policies;
ALTER TABLE escalation_policies DROP CONSTRAINT escalation_policies_ladder_check, DROP presence_sec, DROP attendance_sec;
ALTER TABLE call_types DROP CONSTRAINT call_types_ladder_check,
  DROP l1_sec, DROP l2_sec, DROP l3_sec, DROP repeat_sec, DROP presence_sec, DROP attendance_sec, DROP station_kinds, DROP labels;
DROP FUNCTION is_label_list(jsonb);
DROP FUNCTION is_ladder(int, int, int, int, int, int);
