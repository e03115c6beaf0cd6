-- The schema that is in force. Written by `npm run schema` from the migrations; do not edit.

CREATE TABLE annunciations (
  accepted_at timestamp with time zone,
  asked_after bigint DEFAULT 0 NOT NULL,
  call_id uuid NOT NULL,
  decline_code text,
  decline_reason text,
  declined_at timestamp with time zone,
  missed_at timestamp with time zone,
  queued_at timestamp with time zone DEFAULT app_now() NOT NULL,
  reason text NOT NULL,
  receipt_from timestamp with time zone,
  received_at timestamp with time zone,
  role text NOT NULL,
  sent_at timestamp with time zone,
  staff_id uuid NOT NULL,
  withdrawn_at timestamp with time zone,
  withdrawn_reason text,
  CONSTRAINT annunciations_decline_code_check CHECK ((decline_code = ANY (ARRAY['busy'::text, 'break'::text, 'too_far'::text, 'not_qualified'::text, 'other'::text]))),
  CONSTRAINT annunciations_decline_reason_check CHECK (((length(decline_reason) >= 1) AND (length(decline_reason) <= 500))),
  CONSTRAINT annunciations_withdrawn_reason_check CHECK ((withdrawn_reason = ANY (ARRAY['accepted_by_another'::text, 'closed'::text, 'stepped_back'::text, 'reopened'::text]))),
  CONSTRAINT withdrawn_for_a_reason CHECK (((withdrawn_at IS NULL) = (withdrawn_reason IS NULL))),
  CONSTRAINT call_recipients_call_id_fkey FOREIGN KEY (call_id) REFERENCES calls(id),
  CONSTRAINT call_recipients_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT annunciations_pkey PRIMARY KEY (call_id, staff_id)
);

CREATE TABLE audit (
  action text NOT NULL,
  actor text NOT NULL,
  address inet,
  at timestamp with time zone NOT NULL,
  detail jsonb,
  hash bytea NOT NULL,
  id bigint NOT NULL,
  prev_hash bytea NOT NULL,
  result text NOT NULL,
  target text,
  CONSTRAINT audit_pkey PRIMARY KEY (id)
);

CREATE TABLE audit_head (
  last_hash bytea DEFAULT '\x'::bytea NOT NULL,
  last_id bigint DEFAULT 0 NOT NULL,
  only_row boolean DEFAULT true NOT NULL,
  purged_hash bytea DEFAULT '\x'::bytea NOT NULL,
  purged_id bigint DEFAULT 0 NOT NULL,
  CONSTRAINT audit_head_only_row_check CHECK (only_row),
  CONSTRAINT audit_head_pkey PRIMARY KEY (only_row)
);

CREATE TABLE beds (
  id text NOT NULL,
  name text NOT NULL,
  retired_at timestamp with time zone,
  room_id text NOT NULL,
  CONSTRAINT beds_id_check CHECK ((id ~ '^[a-z0-9][a-z0-9-]{0,63}$'::text)),
  CONSTRAINT beds_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  CONSTRAINT beds_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms(id),
  CONSTRAINT beds_pkey PRIMARY KEY (id),
  CONSTRAINT beds_id_room_id_key UNIQUE (id, room_id)
);

CREATE TABLE boards (
  address inet,
  code_expires_at timestamp with time zone NOT NULL,
  code_hash bytea,
  cookie_renewed_at timestamp with time zone,
  created_at timestamp with time zone DEFAULT app_now() NOT NULL,
  departments text[] NOT NULL,
  exchanged_at timestamp with time zone,
  id uuid NOT NULL,
  last_seen_at timestamp with time zone,
  name text NOT NULL,
  revoked_at timestamp with time zone,
  token_hash bytea,
  CONSTRAINT boards_check CHECK (((token_hash IS NULL) = (exchanged_at IS NULL))),
  CONSTRAINT boards_check1 CHECK (((code_hash IS NULL) OR (token_hash IS NULL))),
  CONSTRAINT boards_departments_check CHECK ((cardinality(departments) > 0)),
  CONSTRAINT boards_pkey PRIMARY KEY (id),
  CONSTRAINT boards_code_hash_key UNIQUE (code_hash),
  CONSTRAINT boards_token_hash_key UNIQUE (token_hash)
);

CREATE TABLE call_acceptances (
  accepted_at timestamp with time zone NOT NULL,
  call_id uuid NOT NULL,
  dept_id text NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  placed_at timestamp with time zone NOT NULL,
  staff_id uuid NOT NULL,
  CONSTRAINT call_acceptances_call_id_fkey FOREIGN KEY (call_id) REFERENCES calls(id),
  CONSTRAINT call_acceptances_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT call_acceptances_pkey PRIMARY KEY (id)
);

CREATE TABLE call_moves (
  call_id uuid NOT NULL,
  created_at timestamp with time zone DEFAULT app_now() NOT NULL,
  reason text DEFAULT 'nurse_disconnected'::text NOT NULL,
  retry_at timestamp with time zone,
  staff_id uuid NOT NULL,
  CONSTRAINT call_moves_reason_check CHECK ((reason = ANY (ARRAY['nurse_disconnected'::text, 'excluded'::text]))),
  CONSTRAINT call_moves_call_id_fkey FOREIGN KEY (call_id) REFERENCES calls(id),
  CONSTRAINT call_moves_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT call_moves_pkey PRIMARY KEY (call_id, staff_id)
);

CREATE TABLE call_types (
  attendance_sec integer,
  cancel_policy text NOT NULL,
  dispatch text NOT NULL,
  id text NOT NULL,
  l1_sec integer,
  l2_sec integer,
  l3_sec integer,
  labels jsonb DEFAULT '{}'::jsonb NOT NULL,
  presence_sec integer,
  rank integer NOT NULL,
  repeat_sec integer,
  retired_at timestamp with time zone,
  station_kinds text[] DEFAULT '{bedside,bathroom,staff_console}'::text[] NOT NULL,
  CONSTRAINT call_types_cancel_policy_check CHECK ((cancel_policy = ANY (ARRAY['on_duty_or_station'::text, 'on_duty'::text, 'present'::text, 'station_or_present'::text, 'station_or_complete'::text]))),
  CONSTRAINT call_types_dispatch_check CHECK ((dispatch = ANY (ARRAY['assigned'::text, 'broadcast'::text]))),
  CONSTRAINT call_types_id_check CHECK ((id ~ '^[a-z][a-z0-9_]{0,31}$'::text)),
  CONSTRAINT call_types_labels_check CHECK (is_label_list(labels)),
  CONSTRAINT call_types_ladder_check CHECK (is_ladder(l1_sec, l2_sec, l3_sec, repeat_sec, presence_sec, attendance_sec)),
  CONSTRAINT call_types_rank_check CHECK (((rank >= 0) AND (rank <= 9))),
  CONSTRAINT call_types_station_kinds_check CHECK ((station_kinds <@ '{bedside,bathroom,staff_console}'::text[])),
  CONSTRAINT call_types_pkey PRIMARY KEY (id)
);

CREATE TABLE calls (
  accepted_at timestamp with time zone,
  accepted_by uuid,
  annunciated_at timestamp with time zone,
  at_device boolean DEFAULT false NOT NULL,
  attendance_asked_at timestamp with time zone,
  attendance_due_at timestamp with time zone,
  attendance_sec integer,
  attended_at timestamp with time zone,
  bed_id text,
  cancel_reason text,
  cancelled_at timestamp with time zone,
  clock_left interval,
  closed_by text,
  completed_at timestamp with time zone,
  dept_id text NOT NULL,
  earlier_level integer DEFAULT 0 NOT NULL,
  engine_failures integer DEFAULT 0 NOT NULL,
  engine_retry_at timestamp with time zone,
  failsafe_from integer DEFAULT 3 NOT NULL,
  failsafe_repeats integer DEFAULT 0 NOT NULL,
  id uuid NOT NULL,
  l1_sec integer NOT NULL,
  l2_sec integer NOT NULL,
  l3_sec integer NOT NULL,
  level integer DEFAULT 0 NOT NULL,
  next_escalation_at timestamp with time zone,
  no_presences integer DEFAULT 0 NOT NULL,
  paused interval DEFAULT '00:00:00'::interval NOT NULL,
  place text DEFAULT 
CASE
    WHEN (at_device AND (station_id IS NOT NULL)) THEN ('station:'::text || station_id)
    WHEN (bed_id IS NOT NULL) THEN ('bed:'::text || bed_id)
    WHEN (station_id IS NOT NULL) THEN ('station:'::text || station_id)
    ELSE ('room:'::text || room_id)
END NOT NULL,
  placed_at timestamp with time zone DEFAULT app_now() NOT NULL,
  presence_due_at timestamp with time zone,
  presence_sec integer DEFAULT 180 NOT NULL,
  present_at timestamp with time zone,
  present_by text,
  press_again_at timestamp with time zone,
  priority integer NOT NULL,
  raised_by uuid,
  repeat_due_at timestamp with time zone,
  repeat_sec integer NOT NULL,
  repeated_event_at timestamp with time zone,
  repeats integer DEFAULT 0 NOT NULL,
  room_id text NOT NULL,
  round integer DEFAULT 0 NOT NULL,
  round_started_at timestamp with time zone,
  state text NOT NULL,
  station_id text,
  station_ids text[] DEFAULT '{}'::text[] NOT NULL,
  superseded_at timestamp with time zone,
  superseded_by uuid,
  supersedes uuid[] DEFAULT '{}'::uuid[] NOT NULL,
  timer_at timestamp with time zone DEFAULT LEAST(presence_due_at, attendance_due_at, press_again_at, repeat_due_at),
  top_level_sec double precision DEFAULT 0 NOT NULL,
  type text NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  CONSTRAINT attendance_is_awaited_in_progress CHECK (((attendance_due_at IS NULL) OR (state = 'in_progress'::text))),
  CONSTRAINT calls_attendance_sec_check CHECK ((attendance_sec > 0)),
  CONSTRAINT calls_check CHECK (((state = 'accepted'::text) <= (accepted_by IS NOT NULL))),
  CONSTRAINT calls_check1 CHECK (((state = 'completed'::text) = (completed_at IS NOT NULL))),
  CONSTRAINT calls_check2 CHECK (((state = 'cancelled'::text) = (cancelled_at IS NOT NULL))),
  CONSTRAINT calls_check3 CHECK (((state = 'in_progress'::text) <= (present_at IS NOT NULL))),
  CONSTRAINT calls_earlier_level_check CHECK (((earlier_level >= 0) AND (earlier_level <= 3))),
  CONSTRAINT calls_failsafe_from_check CHECK (((failsafe_from >= 0) AND (failsafe_from <= 3))),
  CONSTRAINT calls_ladder_check CHECK (((l1_sec >= 1) AND (l2_sec > l1_sec) AND (l3_sec > l2_sec) AND (l3_sec <= 86400) AND ((repeat_sec >= 1) AND (repeat_sec <= 86400)))),
  CONSTRAINT calls_level_check CHECK (((level >= 0) AND (level <= 3))),
  CONSTRAINT calls_presence_sec_check CHECK ((presence_sec > 0)),
  CONSTRAINT calls_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'accepted'::text, 'in_progress'::text, 'completed'::text, 'cancelled'::text]))),
  CONSTRAINT calls_times_check CHECK (((presence_sec <= 86400) AND ((attendance_sec IS NULL) OR (attendance_sec <= 86400)))) NOT VALID,
  CONSTRAINT pending_has_deadline CHECK ((((state = 'pending'::text) AND (superseded_by IS NULL)) = (next_escalation_at IS NOT NULL))),
  CONSTRAINT presence_is_awaited_when_accepted CHECK (((presence_due_at IS NULL) OR (state = 'accepted'::text))),
  CONSTRAINT press_again_in_progress CHECK (((press_again_at IS NULL) OR (state = 'in_progress'::text))),
  CONSTRAINT superseded_since CHECK (((superseded_by IS NULL) = (superseded_at IS NULL))),
  CONSTRAINT superseded_while_open CHECK (((superseded_by IS NULL) OR (state = ANY (ARRAY['pending'::text, 'accepted'::text, 'in_progress'::text])))),
  CONSTRAINT calls_accepted_by_fkey FOREIGN KEY (accepted_by) REFERENCES staff(id),
  CONSTRAINT calls_bed_id_fkey FOREIGN KEY (bed_id) REFERENCES beds(id),
  CONSTRAINT calls_dept_id_fkey FOREIGN KEY (dept_id) REFERENCES departments(id),
  CONSTRAINT calls_raised_by_fkey FOREIGN KEY (raised_by) REFERENCES staff(id),
  CONSTRAINT calls_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms(id),
  CONSTRAINT calls_station_id_fkey FOREIGN KEY (station_id) REFERENCES stations(id),
  CONSTRAINT calls_superseded_by_fkey FOREIGN KEY (superseded_by) REFERENCES calls(id),
  CONSTRAINT calls_type_fkey FOREIGN KEY (type) REFERENCES call_types(id),
  CONSTRAINT calls_pkey PRIMARY KEY (id)
);

CREATE TABLE clock_skew (
  only_row boolean DEFAULT true NOT NULL,
  skew interval DEFAULT '00:00:00'::interval NOT NULL,
  CONSTRAINT clock_skew_only_row_check CHECK (only_row),
  CONSTRAINT clock_skew_pkey PRIMARY KEY (only_row)
);

CREATE TABLE department_queue (
  dept_id text NOT NULL,
  next_position bigint DEFAULT 1 NOT NULL,
  CONSTRAINT department_queue_dept_id_fkey FOREIGN KEY (dept_id) REFERENCES departments(id),
  CONSTRAINT department_queue_pkey PRIMARY KEY (dept_id)
);

CREATE TABLE department_type_policies (
  attendance_sec integer,
  dept_id text NOT NULL,
  l1_sec integer,
  l2_sec integer,
  l3_sec integer,
  presence_sec integer,
  repeat_sec integer,
  type text NOT NULL,
  CONSTRAINT department_type_policies_check CHECK ((num_nonnulls(l1_sec, presence_sec, attendance_sec) > 0)),
  CONSTRAINT department_type_policies_ladder_check CHECK (is_ladder(l1_sec, l2_sec, l3_sec, repeat_sec, presence_sec, attendance_sec)),
  CONSTRAINT department_type_policies_dept_id_fkey FOREIGN KEY (dept_id) REFERENCES departments(id),
  CONSTRAINT department_type_policies_type_fkey FOREIGN KEY (type) REFERENCES call_types(id),
  CONSTRAINT department_type_policies_pkey PRIMARY KEY (dept_id, type)
);

CREATE TABLE departments (
  created_at timestamp with time zone DEFAULT app_now() NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  retired_at timestamp with time zone,
  CONSTRAINT departments_id_check CHECK ((id ~ '^[a-z0-9][a-z0-9-]{0,31}$'::text)),
  CONSTRAINT departments_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  CONSTRAINT departments_pkey PRIMARY KEY (id)
);

CREATE TABLE dept_stream (
  dept_id text NOT NULL,
  last_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  last_hash bytea DEFAULT '\x'::bytea NOT NULL,
  last_seq bigint DEFAULT 0 NOT NULL,
  purged_hash bytea DEFAULT '\x'::bytea NOT NULL,
  purged_seq bigint DEFAULT 0 NOT NULL,
  CONSTRAINT dept_stream_dept_id_fkey FOREIGN KEY (dept_id) REFERENCES departments(id),
  CONSTRAINT dept_stream_pkey PRIMARY KEY (dept_id)
);

CREATE TABLE duty_arrivals (
  created_at timestamp with time zone DEFAULT app_now() NOT NULL,
  dept_id text NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  retry_at timestamp with time zone,
  staff_id uuid NOT NULL,
  CONSTRAINT duty_arrivals_dept_id_fkey FOREIGN KEY (dept_id) REFERENCES departments(id),
  CONSTRAINT duty_arrivals_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT duty_arrivals_pkey PRIMARY KEY (id)
);

CREATE TABLE escalation_policies (
  attendance_sec integer,
  dept_id text NOT NULL,
  l1_sec integer NOT NULL,
  l2_sec integer NOT NULL,
  l3_sec integer NOT NULL,
  presence_sec integer,
  repeat_sec integer NOT NULL,
  CONSTRAINT escalation_policies_check CHECK ((l2_sec > l1_sec)),
  CONSTRAINT escalation_policies_check1 CHECK ((l3_sec > l2_sec)),
  CONSTRAINT escalation_policies_l1_sec_check CHECK ((l1_sec > 0)),
  CONSTRAINT escalation_policies_ladder_check CHECK (is_ladder(l1_sec, l2_sec, l3_sec, repeat_sec, presence_sec, attendance_sec)),
  CONSTRAINT escalation_policies_repeat_sec_check CHECK ((repeat_sec > 0)),
  CONSTRAINT escalation_policies_dept_id_fkey FOREIGN KEY (dept_id) REFERENCES departments(id),
  CONSTRAINT escalation_policies_pkey PRIMARY KEY (dept_id)
);

CREATE TABLE event_consumers (
  dept_id text NOT NULL,
  failures integer DEFAULT 0 NOT NULL,
  name text NOT NULL,
  retry_at timestamp with time zone,
  seq bigint NOT NULL,
  CONSTRAINT event_consumers_name_check CHECK ((name ~ '^[a-z][a-z0-9_-]{0,31}$'::text)),
  CONSTRAINT event_consumers_seq_check CHECK ((seq >= 0)),
  CONSTRAINT event_consumers_dept_id_fkey FOREIGN KEY (dept_id) REFERENCES departments(id),
  CONSTRAINT event_consumers_pkey PRIMARY KEY (name, dept_id)
);

CREATE TABLE events (
  actor_id text,
  at timestamp with time zone NOT NULL,
  call_id uuid,
  dept_id text NOT NULL,
  hash bytea NOT NULL,
  id uuid NOT NULL,
  payload jsonb NOT NULL,
  prev_hash bytea NOT NULL,
  seq bigint NOT NULL,
  trace text,
  type text NOT NULL,
  CONSTRAINT events_trace_check CHECK ((length(trace) = 55)),
  CONSTRAINT events_pkey PRIMARY KEY (dept_id, seq)
);

CREATE TABLE exclusions (
  author_id uuid NOT NULL,
  created_at timestamp with time zone DEFAULT app_now() NOT NULL,
  dept_id text NOT NULL,
  ended_at timestamp with time zone,
  id uuid NOT NULL,
  reason text NOT NULL,
  staff_id uuid NOT NULL,
  until timestamp with time zone NOT NULL,
  CONSTRAINT exclusions_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 500))),
  CONSTRAINT exclusions_author_id_fkey FOREIGN KEY (author_id) REFERENCES staff(id),
  CONSTRAINT exclusions_dept_id_fkey FOREIGN KEY (dept_id) REFERENCES departments(id),
  CONSTRAINT exclusions_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT exclusions_pkey PRIMARY KEY (id)
);

CREATE TABLE extension_points (
  off_since timestamp with time zone,
  point text NOT NULL,
  stuck_at timestamp with time zone NOT NULL,
  CONSTRAINT extension_points_point_check CHECK (((length(point) >= 1) AND (length(point) <= 200))),
  CONSTRAINT extension_points_pkey PRIMARY KEY (point)
);

CREATE TABLE external_identities (
  created_at timestamp with time zone DEFAULT app_now() NOT NULL,
  issuer text NOT NULL,
  staff_id uuid NOT NULL,
  subject text NOT NULL,
  CONSTRAINT external_identities_issuer_check CHECK (((length(issuer) >= 1) AND (length(issuer) <= 500))),
  CONSTRAINT external_identities_subject_check CHECK (((length(subject) >= 1) AND (length(subject) <= 500))),
  CONSTRAINT external_identities_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT external_identities_pkey PRIMARY KEY (issuer, subject)
);

CREATE TABLE facility (
  languages text[] DEFAULT '{en}'::text[] NOT NULL,
  name text NOT NULL,
  only_row boolean DEFAULT true NOT NULL,
  settled_at timestamp with time zone,
  shifts jsonb DEFAULT '[{"name": "day", "start": "06:00"}, {"name": "evening", "start": "14:00"}, {"name": "night", "start": "22:00"}]'::jsonb NOT NULL,
  time_zone text NOT NULL,
  CONSTRAINT facility_languages_check CHECK ((((cardinality(languages) >= 1) AND (cardinality(languages) <= 20)) AND (array_position(languages, NULL::text) IS NULL))),
  CONSTRAINT facility_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  CONSTRAINT facility_only_row_check CHECK (only_row),
  CONSTRAINT facility_shifts_check CHECK (is_shift_list(shifts)),
  CONSTRAINT facility_pkey PRIMARY KEY (only_row)
);

CREATE TABLE guest_devices (
  bed_id text NOT NULL,
  device bytea NOT NULL,
  last_seen_at timestamp with time zone DEFAULT app_now() NOT NULL,
  CONSTRAINT guest_devices_bed_id_fkey FOREIGN KEY (bed_id) REFERENCES guest_links(bed_id),
  CONSTRAINT guest_devices_pkey PRIMARY KEY (bed_id, device)
);

CREATE TABLE guest_links (
  bed_id text NOT NULL,
  ended_at timestamp with time zone,
  expires_at timestamp with time zone NOT NULL,
  generation integer DEFAULT 1 NOT NULL,
  issued_at timestamp with time zone DEFAULT app_now() NOT NULL,
  last_call_id uuid,
  CONSTRAINT guest_links_bed_id_fkey FOREIGN KEY (bed_id) REFERENCES beds(id),
  CONSTRAINT guest_links_pkey PRIMARY KEY (bed_id)
);

CREATE TABLE idempotency_keys (
  actor text NOT NULL,
  answer jsonb,
  command_hash bytea NOT NULL,
  created_at timestamp with time zone DEFAULT app_now() NOT NULL,
  key uuid NOT NULL,
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (actor, key)
);

CREATE TABLE last_backup (
  only_row boolean DEFAULT true NOT NULL,
  taken_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  CONSTRAINT last_backup_only_row_check CHECK (only_row),
  CONSTRAINT last_backup_pkey PRIMARY KEY (only_row)
);

CREATE TABLE limits (
  changed_at timestamp with time zone DEFAULT app_now() NOT NULL,
  changed_by uuid NOT NULL,
  name text NOT NULL,
  value text NOT NULL,
  CONSTRAINT limits_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES staff(id),
  CONSTRAINT limits_pkey PRIMARY KEY (name)
);

CREATE TABLE log_epoch (
  only_row boolean DEFAULT true NOT NULL,
  stored uuid DEFAULT gen_random_uuid() NOT NULL,
  CONSTRAINT log_epoch_only_row_check CHECK (only_row),
  CONSTRAINT log_epoch_pkey PRIMARY KEY (only_row)
);

CREATE TABLE memberships (
  dept_id text NOT NULL,
  since timestamp with time zone DEFAULT app_now() NOT NULL,
  staff_id uuid NOT NULL,
  CONSTRAINT memberships_dept_id_fkey FOREIGN KEY (dept_id) REFERENCES departments(id),
  CONSTRAINT memberships_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT memberships_pkey PRIMARY KEY (staff_id, dept_id)
);

CREATE TABLE migration_notes (
  is_additive boolean NOT NULL,
  name text NOT NULL,
  version text NOT NULL,
  CONSTRAINT migration_notes_pkey PRIMARY KEY (name)
);

CREATE TABLE migrations (
  id integer DEFAULT nextval('migrations_id_seq'::regclass) NOT NULL,
  name character varying NOT NULL,
  "timestamp" bigint NOT NULL,
  CONSTRAINT "PK_8c82d7f526340ab734260ea46be" PRIMARY KEY (id)
);

CREATE TABLE missed_receipts (
  first_missed_at timestamp with time zone NOT NULL,
  noticed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
  staff_id uuid NOT NULL,
  unresponsive_since timestamp with time zone,
  CONSTRAINT missed_receipts_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT missed_receipts_pkey PRIMARY KEY (staff_id)
);

CREATE TABLE nodes (
  heartbeat_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
  retry_at timestamp with time zone,
  server_id text NOT NULL,
  started_at timestamp with time zone DEFAULT app_now() NOT NULL,
  CONSTRAINT nodes_pkey PRIMARY KEY (server_id)
);

CREATE TABLE notification_tries (
  answer text,
  call_id uuid NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  message_id uuid NOT NULL,
  notifier text NOT NULL,
  result text NOT NULL,
  staff_id uuid NOT NULL,
  tried_at timestamp with time zone NOT NULL,
  try integer NOT NULL,
  type text NOT NULL,
  CONSTRAINT notification_tries_answer_check CHECK ((length(answer) <= 200)),
  CONSTRAINT notification_tries_result_check CHECK ((result = ANY (ARRAY['delivered'::text, 'failed'::text, 'given_up'::text]))),
  CONSTRAINT notification_tries_type_check CHECK ((type = ANY (ARRAY['told'::text, 'reminded'::text, 'escalated'::text, 'withdrawn'::text]))),
  CONSTRAINT notification_tries_pkey PRIMARY KEY (id)
);

CREATE TABLE notifications (
  call_id uuid NOT NULL,
  due_at timestamp with time zone DEFAULT app_now(),
  first_try_at timestamp with time zone,
  generation integer DEFAULT 1 NOT NULL,
  lease integer DEFAULT 0 NOT NULL,
  leased_until timestamp with time zone,
  may_ring boolean DEFAULT false NOT NULL,
  message_id uuid,
  message_key text,
  notifier text NOT NULL,
  sequence bigint,
  staff_id uuid NOT NULL,
  told_asked_at timestamp with time zone,
  told_level integer,
  told_priority integer,
  told_repeat integer,
  tries integer DEFAULT 0 NOT NULL,
  CONSTRAINT notifications_call_id_staff_id_fkey FOREIGN KEY (call_id, staff_id) REFERENCES annunciations(call_id, staff_id) ON DELETE CASCADE,
  CONSTRAINT notifications_pkey PRIMARY KEY (notifier, call_id, staff_id)
);

CREATE TABLE notifier_subscriptions (
  name text NOT NULL,
  seen_at timestamp with time zone DEFAULT app_now() NOT NULL,
  CONSTRAINT notifier_subscriptions_pkey PRIMARY KEY (name)
);

CREATE TABLE past_annunciations (
  accepted_at timestamp with time zone,
  asked_after bigint NOT NULL,
  call_id uuid NOT NULL,
  decline_code text,
  decline_reason text,
  declined_at timestamp with time zone,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  queued_at timestamp with time zone NOT NULL,
  reason text NOT NULL,
  received_at timestamp with time zone,
  role text NOT NULL,
  sent_at timestamp with time zone,
  staff_id uuid NOT NULL,
  withdrawn_at timestamp with time zone NOT NULL,
  withdrawn_reason text NOT NULL,
  CONSTRAINT past_annunciations_call_id_fkey FOREIGN KEY (call_id) REFERENCES calls(id),
  CONSTRAINT past_annunciations_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT past_annunciations_pkey PRIMARY KEY (id)
);

CREATE TABLE retention_floor (
  audit_days integer DEFAULT 730 NOT NULL,
  event_days integer DEFAULT 90 NOT NULL,
  only_row boolean DEFAULT true NOT NULL,
  CONSTRAINT retention_floor_audit_days_check CHECK ((audit_days >= 1)),
  CONSTRAINT retention_floor_event_days_check CHECK ((event_days >= 1)),
  CONSTRAINT retention_floor_only_row_check CHECK (only_row),
  CONSTRAINT retention_floor_pkey PRIMARY KEY (only_row)
);

CREATE TABLE roles (
  capabilities text[] NOT NULL,
  id text NOT NULL,
  labels jsonb NOT NULL,
  CONSTRAINT roles_capabilities_check CHECK (((cardinality(capabilities) <= 100) AND (array_position(capabilities, NULL::text) IS NULL))),
  CONSTRAINT roles_id_check CHECK ((id ~ '^[a-z][a-z0-9_]{0,31}$'::text)),
  CONSTRAINT roles_labels_check CHECK (is_label_list(labels)),
  CONSTRAINT roles_pkey PRIMARY KEY (id)
);

CREATE TABLE room_assignments (
  assigned_at timestamp with time zone DEFAULT app_now() NOT NULL,
  author_id uuid NOT NULL,
  backup_id uuid,
  dept_id text NOT NULL,
  primary_id uuid NOT NULL,
  room_id text NOT NULL,
  until timestamp with time zone,
  warned_at timestamp with time zone,
  CONSTRAINT room_assignments_check CHECK ((backup_id IS DISTINCT FROM primary_id)),
  CONSTRAINT room_assignments_author_id_fkey FOREIGN KEY (author_id) REFERENCES staff(id),
  CONSTRAINT room_assignments_backup_id_fkey FOREIGN KEY (backup_id) REFERENCES staff(id),
  CONSTRAINT room_assignments_dept_id_fkey FOREIGN KEY (dept_id) REFERENCES departments(id),
  CONSTRAINT room_assignments_primary_id_fkey FOREIGN KEY (primary_id) REFERENCES staff(id),
  CONSTRAINT room_assignments_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms(id),
  CONSTRAINT room_assignments_pkey PRIMARY KEY (room_id)
);

CREATE TABLE rooms (
  dept_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  retired_at timestamp with time zone,
  CONSTRAINT rooms_id_check CHECK ((id ~ '^[a-z0-9][a-z0-9-]{0,63}$'::text)),
  CONSTRAINT rooms_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  CONSTRAINT rooms_dept_id_fkey FOREIGN KEY (dept_id) REFERENCES departments(id),
  CONSTRAINT rooms_pkey PRIMARY KEY (id)
);

CREATE TABLE sessions (
  address inet,
  created_at timestamp with time zone DEFAULT app_now() NOT NULL,
  end_reason text,
  ended_at timestamp with time zone,
  expires_at timestamp with time zone NOT NULL,
  id uuid NOT NULL,
  last_used_at timestamp with time zone DEFAULT app_now() NOT NULL,
  socket_seen_at timestamp with time zone,
  staff_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  CONSTRAINT sessions_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT sessions_pkey PRIMARY KEY (id),
  CONSTRAINT sessions_token_hash_key UNIQUE (token_hash)
);

CREATE TABLE shifts (
  dept_id text NOT NULL,
  end_reason text,
  ended_at timestamp with time zone,
  id uuid NOT NULL,
  paused_until timestamp with time zone,
  queue_position bigint,
  retry_at timestamp with time zone,
  staff_id uuid NOT NULL,
  started_at timestamp with time zone DEFAULT app_now() NOT NULL,
  CONSTRAINT paused_is_out_of_the_queue CHECK (((paused_until IS NULL) OR (queue_position IS NULL))),
  CONSTRAINT shifts_check CHECK (((ended_at IS NULL) = (end_reason IS NULL))),
  CONSTRAINT shifts_end_reason_check CHECK ((end_reason = ANY (ARRAY['ended'::text, 'abandoned'::text]))),
  CONSTRAINT shifts_dept_id_fkey FOREIGN KEY (dept_id) REFERENCES departments(id),
  CONSTRAINT shifts_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT shifts_pkey PRIMARY KEY (id)
);

CREATE TABLE sign_in_attempts (
  address inet NOT NULL,
  at timestamp with time zone DEFAULT app_now() NOT NULL,
  device text,
  id uuid NOT NULL,
  username_hash bytea NOT NULL,
  CONSTRAINT sign_in_attempts_pkey PRIMARY KEY (id)
);

CREATE TABLE staff (
  active boolean DEFAULT true NOT NULL,
  created_at timestamp with time zone DEFAULT app_now() NOT NULL,
  id uuid NOT NULL,
  language text,
  name text NOT NULL,
  password_change_required boolean DEFAULT false NOT NULL,
  password_hash text NOT NULL,
  role text NOT NULL,
  username text NOT NULL,
  CONSTRAINT staff_language_check CHECK (((length(language) >= 2) AND (length(language) <= 35))),
  CONSTRAINT staff_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  CONSTRAINT staff_username_check CHECK (((username = lower(username)) AND ((length(username) >= 1) AND (length(username) <= 64)))),
  CONSTRAINT staff_role_fkey FOREIGN KEY (role) REFERENCES roles(id),
  CONSTRAINT staff_pkey PRIMARY KEY (id),
  CONSTRAINT staff_username_key UNIQUE (username)
);

CREATE TABLE staff_absences (
  handled_at timestamp with time zone,
  retry_at timestamp with time zone,
  since timestamp with time zone NOT NULL,
  staff_id uuid NOT NULL,
  CONSTRAINT staff_absences_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT staff_absences_pkey PRIMARY KEY (staff_id)
);

CREATE TABLE staff_connections (
  connection_id uuid NOT NULL,
  server_id text NOT NULL,
  since timestamp with time zone DEFAULT app_now() NOT NULL,
  staff_id uuid NOT NULL,
  CONSTRAINT staff_connections_server_id_fkey FOREIGN KEY (server_id) REFERENCES nodes(server_id) ON DELETE CASCADE,
  CONSTRAINT staff_connections_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT staff_connections_pkey PRIMARY KEY (connection_id)
);

CREATE TABLE station_supervision (
  call_id uuid,
  dept_id text NOT NULL,
  CONSTRAINT station_supervision_call_id_fkey FOREIGN KEY (call_id) REFERENCES calls(id),
  CONSTRAINT station_supervision_dept_id_fkey FOREIGN KEY (dept_id) REFERENCES departments(id),
  CONSTRAINT station_supervision_pkey PRIMARY KEY (dept_id)
);

CREATE TABLE stations (
  bed_id text,
  id text NOT NULL,
  key_hash bytea NOT NULL,
  kind text NOT NULL,
  last_seen_at timestamp with time zone,
  name text NOT NULL,
  retired_at timestamp with time zone,
  room_id text NOT NULL,
  stale_call_id uuid,
  stale_since timestamp with time zone,
  supervision_retry_at timestamp with time zone,
  types text[],
  CONSTRAINT stations_id_check CHECK ((id ~ '^[a-z0-9][a-z0-9-]{0,63}$'::text)),
  CONSTRAINT stations_kind_check CHECK ((kind = ANY (ARRAY['bedside'::text, 'bathroom'::text, 'staff_console'::text]))),
  CONSTRAINT stations_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  CONSTRAINT stations_types_check CHECK (((cardinality(types) <= 100) AND (array_position(types, NULL::text) IS NULL))),
  CONSTRAINT stations_bed_id_room_id_fkey FOREIGN KEY (bed_id, room_id) REFERENCES beds(id, room_id),
  CONSTRAINT stations_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms(id),
  CONSTRAINT stations_stale_call_id_fkey FOREIGN KEY (stale_call_id) REFERENCES calls(id),
  CONSTRAINT stations_pkey PRIMARY KEY (id),
  CONSTRAINT stations_key_hash_key UNIQUE (key_hash)
);

CREATE TABLE unattended_departments (
  dept_id text NOT NULL,
  since timestamp with time zone DEFAULT app_now() NOT NULL,
  CONSTRAINT unattended_departments_dept_id_fkey FOREIGN KEY (dept_id) REFERENCES departments(id),
  CONSTRAINT unattended_departments_pkey PRIMARY KEY (dept_id)
);

CREATE TABLE ward_watch (
  back_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  only_row boolean DEFAULT true NOT NULL,
  ready_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  receipts_since timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  CONSTRAINT ward_watch_only_row_check CHECK (only_row),
  CONSTRAINT ward_watch_pkey PRIMARY KEY (only_row)
);

CREATE INDEX annunciations_unreceived ON public.annunciations USING btree (staff_id, queued_at) WHERE (received_at IS NULL);
CREATE INDEX audit_actor ON public.audit USING btree (actor, id);
CREATE INDEX audit_at ON public.audit USING btree (at);
CREATE INDEX beds_room ON public.beds USING btree (room_id);
CREATE INDEX call_acceptances_placed ON public.call_acceptances USING btree (dept_id, placed_at);
CREATE INDEX call_moves_due ON public.call_moves USING btree (created_at);
CREATE INDEX calls_accepted_by ON public.calls USING btree (accepted_by) WHERE (state = ANY (ARRAY['accepted'::text, 'in_progress'::text]));
CREATE INDEX calls_escalation_due ON public.calls USING btree (next_escalation_at) WHERE (next_escalation_at IS NOT NULL);
CREATE INDEX calls_listed ON public.calls USING btree (dept_id, priority DESC, placed_at, id);
CREATE INDEX calls_open ON public.calls USING btree (dept_id, priority DESC, placed_at, id) WHERE (state = ANY (ARRAY['pending'::text, 'accepted'::text, 'in_progress'::text]));
CREATE UNIQUE INDEX calls_open_at_place ON public.calls USING btree (place, type) WHERE (state = ANY (ARRAY['pending'::text, 'accepted'::text, 'in_progress'::text]));
CREATE INDEX calls_open_in_room ON public.calls USING btree (room_id, type) WHERE (state = ANY (ARRAY['pending'::text, 'accepted'::text, 'in_progress'::text]));
CREATE INDEX calls_placed ON public.calls USING btree (dept_id, placed_at);
CREATE INDEX calls_superseded ON public.calls USING btree (superseded_by) WHERE (superseded_by IS NOT NULL);
CREATE INDEX calls_timer_due ON public.calls USING btree (timer_at) WHERE (timer_at IS NOT NULL);
CREATE INDEX events_call ON public.events USING btree (call_id, seq) WHERE (call_id IS NOT NULL);
CREATE UNIQUE INDEX exclusions_active ON public.exclusions USING btree (dept_id, staff_id) WHERE (ended_at IS NULL);
CREATE INDEX exclusions_due ON public.exclusions USING btree (until) WHERE (ended_at IS NULL);
CREATE INDEX external_identities_staff ON public.external_identities USING btree (staff_id);
CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING btree (created_at);
CREATE INDEX memberships_dept ON public.memberships USING btree (dept_id);
CREATE INDEX notification_tries_age ON public.notification_tries USING btree (tried_at);
CREATE INDEX notification_tries_call ON public.notification_tries USING btree (call_id, id);
CREATE INDEX notifications_due ON public.notifications USING btree (notifier, due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX past_annunciations_call ON public.past_annunciations USING btree (call_id);
CREATE INDEX room_assignments_due ON public.room_assignments USING btree (until) WHERE (until IS NOT NULL);
CREATE INDEX rooms_dept ON public.rooms USING btree (dept_id);
CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at);
CREATE INDEX sessions_live ON public.sessions USING btree (staff_id) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX shifts_active ON public.shifts USING btree (dept_id, staff_id) WHERE (ended_at IS NULL);
CREATE INDEX shifts_of_staff ON public.shifts USING btree (staff_id) WHERE (ended_at IS NULL);
CREATE INDEX shifts_paused ON public.shifts USING btree (paused_until) WHERE ((paused_until IS NOT NULL) AND (ended_at IS NULL));
CREATE INDEX shifts_queue ON public.shifts USING btree (dept_id, queue_position) WHERE ((ended_at IS NULL) AND (queue_position IS NOT NULL));
CREATE INDEX sign_in_attempts_age ON public.sign_in_attempts USING btree (at);
CREATE INDEX sign_in_attempts_network ON public.sign_in_attempts USING btree (address, at) WHERE (device IS NULL);
CREATE INDEX sign_in_attempts_who ON public.sign_in_attempts USING btree (username_hash, at);
CREATE INDEX staff_absences_due ON public.staff_absences USING btree (since) WHERE (handled_at IS NULL);
CREATE INDEX staff_connections_server ON public.staff_connections USING btree (server_id);
CREATE INDEX staff_connections_staff ON public.staff_connections USING btree (staff_id);
CREATE INDEX stations_heard ON public.stations USING btree (last_seen_at) WHERE (stale_since IS NULL);
CREATE INDEX stations_room ON public.stations USING btree (room_id);

CREATE TRIGGER keep_asking BEFORE INSERT OR UPDATE OF queued_at, declined_at, withdrawn_at ON public.annunciations FOR EACH ROW EXECUTE FUNCTION keep_asking();
CREATE TRIGGER notify_asked AFTER INSERT ON public.annunciations REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION notify_asked();
CREATE TRIGGER notify_changed AFTER UPDATE ON public.annunciations FOR EACH ROW WHEN ((((old.queued_at IS DISTINCT FROM new.queued_at) OR (old.withdrawn_at IS DISTINCT FROM new.withdrawn_at)) OR (old.accepted_at IS DISTINCT FROM new.accepted_at))) EXECUTE FUNCTION notify_changed();
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE ON public.audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER follow_call AFTER UPDATE OF state, accepted_by, attended_at ON public.calls FOR EACH ROW WHEN ((((old.state IS DISTINCT FROM new.state) OR (old.accepted_by IS DISTINCT FROM new.accepted_by)) OR (old.attended_at IS DISTINCT FROM new.attended_at))) EXECUTE FUNCTION follow_call();
CREATE TRIGGER notify_escalated AFTER UPDATE OF level, priority, failsafe_repeats ON public.calls FOR EACH ROW WHEN ((((old.level IS DISTINCT FROM new.level) OR (old.priority IS DISTINCT FROM new.priority)) OR (old.failsafe_repeats IS DISTINCT FROM new.failsafe_repeats))) EXECUTE FUNCTION notify_escalated();
CREATE TRIGGER open_department_queue AFTER INSERT ON public.departments FOR EACH ROW EXECUTE FUNCTION open_department_queue();
CREATE TRIGGER open_dept_stream AFTER INSERT ON public.departments FOR EACH ROW EXECUTE FUNCTION open_dept_stream();
CREATE TRIGGER open_station_supervision AFTER INSERT ON public.departments FOR EACH ROW EXECUTE FUNCTION open_station_supervision();
CREATE TRIGGER events_append_only BEFORE DELETE OR UPDATE ON public.events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON public.events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE VIEW annunciation_ledger AS
 SELECT annunciations.call_id,
    annunciations.staff_id,
    annunciations.role,
    annunciations.reason,
    annunciations.queued_at,
    annunciations.sent_at,
    annunciations.received_at,
    annunciations.accepted_at,
    annunciations.declined_at,
    annunciations.withdrawn_at,
    annunciations.withdrawn_reason,
    annunciations.asked_after,
    annunciations.decline_code,
    annunciations.decline_reason
   FROM annunciations
UNION ALL
 SELECT past_annunciations.call_id,
    past_annunciations.staff_id,
    past_annunciations.role,
    past_annunciations.reason,
    past_annunciations.queued_at,
    past_annunciations.sent_at,
    past_annunciations.received_at,
    past_annunciations.accepted_at,
    past_annunciations.declined_at,
    past_annunciations.withdrawn_at,
    past_annunciations.withdrawn_reason,
    past_annunciations.asked_after,
    past_annunciations.decline_code,
    past_annunciations.decline_reason
   FROM past_annunciations;

CREATE VIEW queued_nurses AS
 SELECT s.dept_id,
    s.staff_id,
    s.queue_position
   FROM (shifts s
     JOIN staff p ON ((p.id = s.staff_id)))
  WHERE ((s.ended_at IS NULL) AND (s.queue_position IS NOT NULL) AND p.active AND (NOT (EXISTS ( SELECT
           FROM exclusions x
          WHERE ((x.dept_id = s.dept_id) AND (x.staff_id = s.staff_id) AND (x.ended_at IS NULL) AND (x.until > app_now()))))));

CREATE VIEW wardline_available_nurses AS
 SELECT q.dept_id,
    q.staff_id,
    p.name,
    p.role,
    s.started_at AS on_duty_since,
    q.queue_position,
    (EXISTS ( SELECT
           FROM staff_connections c
          WHERE (c.staff_id = q.staff_id))) AS connected,
    (EXISTS ( SELECT
           FROM calls c
          WHERE ((c.accepted_by = q.staff_id) AND (c.state = ANY (ARRAY['accepted'::text, 'in_progress'::text]))))) AS busy
   FROM ((queued_nurses q
     JOIN staff p ON ((p.id = q.staff_id)))
     JOIN shifts s ON (((s.dept_id = q.dept_id) AND (s.staff_id = q.staff_id) AND (s.ended_at IS NULL))))
  WHERE (NOT (EXISTS ( SELECT
           FROM missed_receipts m
          WHERE ((m.staff_id = q.staff_id) AND (m.unresponsive_since IS NOT NULL)))));

CREATE VIEW wardline_open_calls AS
 SELECT c.id AS call_id,
    c.dept_id,
    c.room_id,
    c.bed_id,
    c.station_id,
    c.type,
    t.rank,
    c.state,
    c.level,
    c.priority,
    c.round,
    c.placed_at,
    c.accepted_by,
    c.accepted_at,
    c.present_by,
    c.present_at,
    c.superseded_by
   FROM (calls c
     JOIN call_types t ON ((t.id = c.type)))
  WHERE (c.state = ANY (ARRAY['pending'::text, 'accepted'::text, 'in_progress'::text]));
