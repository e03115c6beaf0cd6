// Written by `npm run generate` from the schemas that the server validates with. Do not edit.

export interface GeneratedProtocol {
  events: Events;
  server: ServerFrames;
  client: ClientFrames;
  routes: HttpRoutes;
}
/**
 * The `data` of each type of event.
 */
export interface Events {
  'call.pending': CallEventData;
  'call.unattended': CallEventData;
  'call.escalated': CallEventData;
  'call.assigned': CallEventData;
  'call.accepted': CallEventData;
  'call.declined': CallEventData;
  'call.in_progress': CallEventData;
  'call.completed': CallEventData;
  'call.cancelled': CallEventData;
  'call.repeated': CallEventData;
  'call.withdrawn': CallEventData;
  'call.attendance_due': CallEventData;
  'call.superseded': CallEventData;
  'call.resumed': CallEventData;
  'nurse.shift_started': {
    staff_id: string;
    shift_id: string;
    /**
     * nurse, manager, admin, or a role of the hospital’s own
     */
    role: string;
    staff: Staff;
  };
  'nurse.shift_paused': {
    staff_id: string;
    shift_id: string;
    /**
     * nurse, manager, admin, or a role of the hospital’s own
     */
    role: string;
    /**
     * ISO 8601, UTC, milliseconds
     */
    until: string;
  };
  'nurse.shift_resumed': {
    staff_id: string;
    shift_id: string;
    /**
     * nurse, manager, admin, or a role of the hospital’s own
     */
    role: string;
  };
  /**
   * the name or the role of somebody on duty has changed
   */
  'nurse.changed': {
    staff_id: string;
    staff: Staff;
  };
  'nurse.shift_ended': {
    staff_id: string;
    shift_id: string;
    /**
     * nurse, manager, admin, or a role of the hospital’s own
     */
    role: string;
    reason: 'ended' | 'abandoned';
  };
  'nurse.excluded': {
    staff_id: string;
    exclusion_id: string;
    /**
     * ISO 8601, UTC, milliseconds
     */
    until: string;
  };
  'nurse.restored': {
    staff_id: string;
    exclusion_id: string;
  };
  'room.assigned': {
    room_id: string;
    primary_id: string;
    backup_id: string | null;
    until: string | null;
  };
  'room.unassigned': {
    room_id: string;
    reason: 'removed' | 'expired' | 'staff_left' | 'room_retired';
  };
  'room.assignment_expiring': {
    room_id: string;
    primary_id: string;
    /**
     * ISO 8601, UTC, milliseconds
     */
    until: string;
  };
  'notice.posted': {
    code: 'staff_meeting' | 'all_hands' | 'quiet_hours' | 'visiting_ends' | 'system_maintenance' | 'fire_drill' | 'nobody_on_duty';
    /**
     * staff:<id> of the person who posted it
     */
    by: string;
  };
  /**
   * clients ask GET /departments/:id again
   */
  'directory.changed': {
    changed: ('department' | 'facility' | 'rooms' | 'beds' | 'stations' | 'call_types' | 'staff')[];
  };
  'nurse.online': {
    staff_id: string;
  };
  'nurse.offline': {
    staff_id: string;
  };
  'nurse.unresponsive': {
    staff_id: string;
  };
  'nurse.responsive': {
    staff_id: string;
  };
  'department.unattended': {
    dept: string;
    open_calls: number;
  };
  'department.attended': {
    dept: string;
  };
  'station.stale': {
    station_id: string;
    room_id: string;
  };
  'station.restored': {
    station_id: string;
  };
}
export interface CallEventData {
  call_id: string;
  call: Call;
  reason?:
    | 'declined'
    | 'no_presence'
    | 'shift_ended'
    | 'nurse_disconnected'
    | 'remote_cancel'
    | 'shift_paused'
    | 'excluded'
    | 'came_on_duty'
    | 'no_receipt'
    | 'accepted_by_another'
    | 'timeout'
    | 'reassigned'
    | 'restored'
    | 'pressed_again'
    | 'attendance_timeout'
    | 'superseded'
    | 'nobody_on_duty'
    | 'nobody_reachable'
    | 'all_declined';
  /**
   * the state that the call was in before
   */
  from?: 'pending' | 'accepted' | 'in_progress' | 'completed' | 'cancelled';
  /**
   * call.escalated: the level reached
   */
  level?: number;
  /**
   * call.escalated: how often the failsafe has asked everybody again after level 3
   */
  repeat?: number;
  /**
   * call.assigned: the people who have just been asked; call.withdrawn: those who no longer are; call.attendance_due: the people asked whether they are still there
   */
  staff_ids?: string[];
  /**
   * call.declined: why, where the person said so
   */
  code?: 'busy' | 'break' | 'too_far' | 'not_qualified' | 'other';
  /**
   * who caused it: staff:<id>, station:<id> or system
   */
  by?: string;
}
export interface Call {
  id: string;
  dept: string;
  room_id: string;
  bed_id: string | null;
  station_id: string | null;
  type: string;
  state: 'pending' | 'accepted' | 'in_progress' | 'completed' | 'cancelled';
  level: number;
  priority: number;
  version: number;
  accepted_by: string | null;
  /**
   * staff:<id> or station:<id>
   */
  present_by: string | null;
  recipients: {
    staff_id: string;
    /**
     * nurse, manager, admin, or a role of the hospital’s own
     */
    role: string;
    /**
     * ISO 8601, UTC, milliseconds
     */
    since: string;
    reason: string;
    withdrawn_at: string | null;
  }[];
  /**
   * ISO 8601, UTC, milliseconds
   */
  placed_at: string;
  annunciated_at: string | null;
  accepted_at: string | null;
  present_at: string | null;
  completed_at: string | null;
  cancelled_at: string | null;
  repeats: number;
  round: number;
  supersedes: string[];
  superseded_by: string | null;
  next_deadline_at: string | null;
}
export interface Staff {
  staff_id: string;
  name: string;
  /**
   * nurse, manager, admin, or a role of the hospital’s own
   */
  role: string;
  shift_id: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  on_duty_since: string;
  paused_until: string | null;
  /**
   * false: calls came to their screen, and no receipt came back
   */
  responsive: boolean;
}
/**
 * The frames that the server sends, events aside.
 */
export interface ServerFrames {
  hello: {
    type: 'hello';
    connection_id: string;
    server_id: string;
    /**
     * names the history that seq counts in
     */
    epoch: string;
    user: {
      id: string;
      /**
       * of a wall board: board:<id>
       */
      username: string;
      name: string;
      /**
       * a person’s role, or board
       */
      role: string;
      departments: string[];
    };
    heartbeat_sec: number;
    /**
     * milliseconds since 1970; ages on a screen count by it
     */
    server_time: number;
    limits: {
      max_payload: number;
      messages: number | null;
      per_sec: number | null;
    };
    dept?: string;
    /**
     * the missed events follow; otherwise a snapshot does
     */
    recovered?: boolean;
    /**
     * the next event
     */
    from?: number;
    /**
     * the newest event of the log
     */
    head?: number;
    /**
     * an event stream of several departments: the place where each goes on; `dept` … `head` in a stream of one
     */
    departments?: {
      dept: string;
      /**
       * the missed events follow; otherwise a snapshot does
       */
      recovered: boolean;
      /**
       * the next event
       */
      from: number;
      /**
       * the newest event of the log
       */
      head: number;
    }[];
  };
  snapshot: {
    type: 'snapshot';
    /**
     * id of the command that is answered; null when it could not be read
     */
    re: string | null;
    dept: string;
    epoch: string;
    /**
     * the newest event that the picture contains
     */
    seq: number;
    data: {
      calls: Call[];
      staff: Staff[];
    };
  };
  /**
   * a department's figures, for boards: when they have changed, at most one a second; no event, and may be lost
   */
  'department.summary': {
    type: 'department.summary';
    dept: string;
    /**
     * ISO 8601, UTC, milliseconds
     */
    time: string;
    data: {
      calls: {
        open: number;
        by_state: {
          pending: number;
          accepted: number;
          in_progress: number;
        };
        /**
         * open calls of each priority
         */
        by_priority: {
          [k: string]: number;
        };
      };
      staff: {
        on_duty: number;
      };
    };
  };
  /**
   * non-critical events dropped for this slow client, standing where the hole is
   */
  skipped: {
    type: 'skipped';
    dept: string;
    from: number;
    to: number;
  };
  ok: {
    type: 'ok';
    /**
     * id of the command that is answered; null when it could not be read
     */
    re: string | null;
    data: unknown;
  };
  error: {
    type: 'error';
    /**
     * id of the command that is answered; null when it could not be read
     */
    re: string | null;
    code: string;
    message: string;
    details?: {
      [k: string]: unknown;
    };
    retryable: boolean;
    /**
     * seconds
     */
    retry_after?: number;
  };
  ping: {
    type: 'ping';
    /**
     * milliseconds since 1970
     */
    t: number;
  };
  pong: {
    type: 'pong';
    t: number;
  };
  /**
   * once, ten minutes before the session ends; any authenticated request renews the idle time
   */
  session_expiring: {
    type: 'session_expiring';
    in_sec: number;
  };
  server_shutdown: {
    type: 'server_shutdown';
    /**
     * seconds to wait after the close that follows; another number for every client
     */
    reconnect_in: number;
  };
  /**
   * the last message of an event stream, with the close code that a socket would have
   */
  close: {
    type: 'close';
    code: number;
    reason: string;
  };
  session_revoked: {
    type: 'session_revoked';
  };
  unsubscribed: {
    type: 'unsubscribed';
    dept: string;
    reason: 'membership_ended';
  };
  /**
   * may be lost
   */
  'room.message': {
    type: 'room.message';
    room: string;
    /**
     * user id; null for the server
     */
    from: string | null;
    id: string;
    /**
     * milliseconds since 1970
     */
    ts: number;
    data: {
      [k: string]: unknown;
    };
  };
  /**
   * who has come and gone of those in the room; may be lost
   */
  'room.presence': {
    type: 'room.presence';
    room: string;
    /**
     * user ids
     */
    joined: string[];
    left: string[];
    /**
     * members now; counts also where too many came and went to be named
     */
    size: number;
    /**
     * milliseconds since 1970
     */
    ts: number;
  };
  /**
   * may be lost, or, where the server sends it so, come more than once with the same id
   */
  'direct.message': {
    type: 'direct.message';
    /**
     * user id; null for the server
     */
    from: string | null;
    id: string;
    /**
     * milliseconds since 1970
     */
    ts: number;
    data: {
      [k: string]: unknown;
    };
  };
  /**
   * may be lost
   */
  broadcast: {
    type: 'broadcast';
    /**
     * user id; null for the server
     */
    from: string | null;
    id: string;
    /**
     * milliseconds since 1970
     */
    ts: number;
    data: {
      [k: string]: unknown;
    };
  };
}
/**
 * The frames that a client sends.
 */
export interface ClientFrames {
  subscribe: {
    id: string;
    type: 'subscribe';
    trace?: string;
    dept: string;
    after?: number;
    epoch?: string;
  };
  unsubscribe: {
    id: string;
    type: 'unsubscribe';
    trace?: string;
    dept: string;
  };
  'shift.start': {
    id: string;
    type: 'shift.start';
    data: {
      dept: string;
    };
    trace?: string;
  };
  'shift.end': {
    id: string;
    type: 'shift.end';
    data: {
      dept: string;
      confirm?: boolean;
    };
    trace?: string;
  };
  'shift.pause': {
    id: string;
    type: 'shift.pause';
    data: {
      until?: string;
      confirm?: boolean;
      dept: string;
    };
    trace?: string;
  };
  'shift.resume': {
    id: string;
    type: 'shift.resume';
    data: {
      dept: string;
    };
    trace?: string;
  };
  'call.raise': {
    id: string;
    type: 'call.raise';
    data: {
      type: string;
      room_id: string;
      bed_id?: string;
    };
    trace?: string;
  };
  'call.accept': {
    id: string;
    type: 'call.accept';
    data: {
      call_id: string;
      version?: number;
      reason?: string;
      /**
       * complete and cancel: the less urgent calls that it has superseded are completed, too
       */
      close_superseded?: boolean;
    };
    trace?: string;
  };
  'call.decline': {
    id: string;
    type: 'call.decline';
    data: {
      call_id: string;
      version?: number;
      reason?: string;
      /**
       * complete and cancel: the less urgent calls that it has superseded are completed, too
       */
      close_superseded?: boolean;
      /**
       * in the event; `reason` is free text, and is not
       */
      code?: 'busy' | 'break' | 'too_far' | 'not_qualified' | 'other';
    };
    trace?: string;
  };
  'call.arrive': {
    id: string;
    type: 'call.arrive';
    data: {
      call_id: string;
      version?: number;
      reason?: string;
      /**
       * complete and cancel: the less urgent calls that it has superseded are completed, too
       */
      close_superseded?: boolean;
    };
    trace?: string;
  };
  'call.complete': {
    id: string;
    type: 'call.complete';
    data: {
      call_id: string;
      version?: number;
      reason?: string;
      /**
       * complete and cancel: the less urgent calls that it has superseded are completed, too
       */
      close_superseded?: boolean;
    };
    trace?: string;
  };
  'call.cancel': {
    id: string;
    type: 'call.cancel';
    data: {
      call_id: string;
      version?: number;
      reason?: string;
      /**
       * complete and cancel: the less urgent calls that it has superseded are completed, too
       */
      close_superseded?: boolean;
    };
    trace?: string;
  };
  'room.join': {
    id: string;
    type: 'room.join';
    trace?: string;
    room: string;
    data?: {
      [k: string]: unknown;
    };
  };
  'room.leave': {
    id: string;
    type: 'room.leave';
    trace?: string;
    room: string;
    data?: {
      [k: string]: unknown;
    };
  };
  'room.push': {
    id: string;
    type: 'room.push';
    trace?: string;
    room: string;
    data: {
      [k: string]: unknown;
    };
  };
  ping: {
    id?: string;
    type: 'ping';
    t: number;
  };
  pong: {
    type: 'pong';
    t: number;
  };
  ack: {
    type: 'ack';
    dept: string;
    seq: number;
  };
}
/**
 * Every call of the HTTP API: the fields of its path, query and body in one object, and its answer.
 */
export interface HttpRoutes {
  'POST /auth/login': {
    input: {
      username: string;
      password: string;
    };
    answer: Session;
  };
  'GET /auth/session': {
    input: Record<never, never>;
    answer: Session;
  };
  'POST /auth/logout': {
    input: Record<never, never>;
    answer: undefined;
  };
  'POST /auth/password': {
    input: {
      current_password: string;
      new_password: string;
    };
    answer: undefined;
  };
  'GET /auth/sessions': {
    input: {
      limit?: string | number;
      cursor?: string;
    };
    answer: {
      items: OwnSession[];
      next_cursor: string | null;
    };
  };
  'DELETE /auth/sessions/{id}': {
    input: {
      id: string;
    };
    answer: undefined;
  };
  'DELETE /auth/sessions': {
    input: Record<never, never>;
    answer: undefined;
  };
  'POST /boards/exchange': {
    input: {
      code: string;
    };
    answer: Board;
  };
  'GET /boards/self': {
    input: Record<never, never>;
    answer: Board;
  };
  'GET /ws/admission': {
    input: Record<never, never>;
    answer: {
      admitted: boolean;
      /**
       * HTTP status with which the upgrade would be refused
       */
      status?: number;
      /**
       * close code of the socket that would be accepted and closed at once
       */
      close_code?: number;
      /**
       * of the error, or the name of the close code
       */
      code?: string;
      message?: string;
      /**
       * seconds
       */
      retry_after?: number;
      fallback: {
        enabled: boolean;
        /**
         * which one has a chance now; null: none, solve the refusal first
         */
        use: ('stream' | 'poll') | null;
        /**
         * server-sent events; under the same rules as sockets
         */
        stream: string;
        /**
         * long poll
         */
        poll: string;
        /**
         * to wait between two answers
         */
        poll_interval_ms: number;
      };
    };
  };
  'POST /calls': {
    input: {
      type: string;
      room_id: string;
      bed_id?: string;
    };
    answer: Call;
  };
  'GET /calls': {
    input: {
      dept?: string;
      state?: 'open' | 'pending' | 'accepted' | 'in_progress' | 'completed' | 'cancelled';
      /**
       * `priority`: the most urgent first, then the oldest; `newest`: the latest press first, as a history is read
       */
      order?: 'priority' | 'newest';
      limit?: string | number;
      cursor?: string;
    };
    answer: {
      items: Call[];
      next_cursor: string | null;
    };
  };
  'GET /calls/{id}': {
    input: {
      id: string;
    };
    answer: CallWithHistory;
  };
  'POST /calls/{id}/accept': {
    input: {
      id: string;
      version?: number;
      reason?: string;
      /**
       * complete and cancel: the less urgent calls that it has superseded are completed, too
       */
      close_superseded?: boolean;
    };
    answer: Call;
  };
  'POST /calls/{id}/decline': {
    input: {
      id: string;
      version?: number;
      reason?: string;
      /**
       * complete and cancel: the less urgent calls that it has superseded are completed, too
       */
      close_superseded?: boolean;
      /**
       * in the event; `reason` is free text, and is not
       */
      code?: 'busy' | 'break' | 'too_far' | 'not_qualified' | 'other';
    };
    answer: Call;
  };
  'POST /calls/{id}/arrive': {
    input: {
      id: string;
      version?: number;
      reason?: string;
      /**
       * complete and cancel: the less urgent calls that it has superseded are completed, too
       */
      close_superseded?: boolean;
    };
    answer: Call;
  };
  'POST /calls/{id}/complete': {
    input: {
      id: string;
      version?: number;
      reason?: string;
      /**
       * complete and cancel: the less urgent calls that it has superseded are completed, too
       */
      close_superseded?: boolean;
    };
    answer: Call;
  };
  'POST /calls/{id}/cancel': {
    input: {
      id: string;
      version?: number;
      reason?: string;
      /**
       * complete and cancel: the less urgent calls that it has superseded are completed, too
       */
      close_superseded?: boolean;
    };
    answer: Call;
  };
  'POST /calls/{id}/reassign': {
    input: {
      id: string;
      staff_id: string;
      reason: string;
    };
    answer: Call;
  };
  'GET /stations/self': {
    input: Record<never, never>;
    answer: {
      id: string;
      name: string;
      dept: string;
      room_id: string;
      bed_id: string | null;
      kind: 'bedside' | 'bathroom' | 'staff_console';
      last_seen_at: string | null;
      /**
       * the types of call that it may raise
       */
      types: string[];
      /**
       * ISO 8601, UTC, milliseconds
       */
      server_time: string;
    };
  };
  'POST /stations/self/heartbeat': {
    input: Record<never, never>;
    answer: {
      /**
       * ISO 8601, UTC, milliseconds
       */
      last_seen_at: string;
    };
  };
  'POST /stations/self/calls': {
    input: {
      type: string;
    };
    answer: Call;
  };
  'GET /stations/self/calls': {
    input: {
      wait?: string | number;
    };
    answer: {
      items: Call[];
      next_cursor: string | null;
    };
  };
  'POST /stations/self/calls/{id}/cancel': {
    input: {
      id: string;
    };
    answer: Call;
  };
  'POST /stations/self/calls/{id}/presence': {
    input: {
      id: string;
    };
    answer: Call;
  };
  'GET /facility': {
    input: Record<never, never>;
    answer: Facility;
  };
  'GET /departments': {
    input: {
      limit?: string | number;
      cursor?: string;
      as?: 'board';
    };
    answer: {
      items: Department[];
      next_cursor: string | null;
    };
  };
  'GET /departments/{dept}': {
    input: {
      dept: string;
    };
    answer: Directory;
  };
  'GET /departments/{dept}/snapshot': {
    input: {
      dept: string;
    };
    answer: {
      dept: string;
      epoch: string;
      seq: number;
      data: {
        calls: Call[];
        staff: Staff[];
        [k: string]: unknown;
      };
    };
  };
  'GET /departments/{dept}/events': {
    input: {
      dept: string;
      after?: string | number;
      limit?: string | number;
      wait?: string | number;
      as?: 'board';
    };
    answer: {
      items: LogEvent[];
      head: number;
      epoch: string;
    };
  };
  'GET /events': {
    input: {
      dept: string;
      after?: string;
      epoch?: string;
      limit?: string | number;
      wait?: string | number;
      as?: 'board';
    };
    answer: {
      items: DepartmentEvent[];
      /**
       * the places to name next time
       */
      after: string;
      /**
       * the newest event of each department's log
       */
      heads: {
        [k: string]: number;
      };
      /**
       * departments that begin with their snapshot
       */
      reset: string[];
      epoch: string;
    };
  };
  'POST /departments/{dept}/acks': {
    input: {
      dept: string;
      seq: number;
    };
    answer: undefined;
  };
  'GET /departments/{dept}/report': {
    input: {
      dept: string;
      from?: string;
      to?: string;
    };
    answer: Report;
  };
  'POST /departments/{dept}/shifts': {
    input: {
      dept: string;
    };
    answer: Shift;
  };
  'POST /departments/{dept}/shifts/mine/pause': {
    input: {
      dept: string;
      until?: string;
      confirm?: boolean;
    };
    answer: Shift;
  };
  'POST /departments/{dept}/shifts/mine/resume': {
    input: {
      dept: string;
    };
    answer: Shift;
  };
  'DELETE /departments/{dept}/shifts/mine': {
    input: {
      dept: string;
      confirm?: 'true' | 'false';
    };
    answer: Shift;
  };
  'DELETE /departments/{dept}/shifts/{staff}': {
    input: {
      dept: string;
      staff: string;
    };
    answer: Shift;
  };
  'GET /departments/{dept}/staff': {
    input: {
      dept: string;
    };
    answer: {
      items: Member[];
      next_cursor: string | null;
    };
  };
  'GET /departments/{dept}/exclusions': {
    input: {
      dept: string;
      limit?: string | number;
      cursor?: string;
    };
    answer: {
      items: Exclusion[];
      next_cursor: string | null;
    };
  };
  'POST /departments/{dept}/exclusions': {
    input: {
      dept: string;
      staff_id: string;
      until: string;
      reason: string;
    };
    answer: Exclusion;
  };
  'DELETE /departments/{dept}/exclusions/{id}': {
    input: {
      dept: string;
      id: string;
    };
    answer: undefined;
  };
  'GET /departments/{dept}/assignments': {
    input: {
      dept: string;
      limit?: string | number;
      cursor?: string;
    };
    answer: {
      items: Assignment[];
      next_cursor: string | null;
    };
  };
  'PUT /departments/{dept}/assignments/{room}': {
    input: {
      dept: string;
      room: string;
      primary: string;
      backup?: string | null;
      until?: string | null;
    };
    answer: Assignment;
  };
  'DELETE /departments/{dept}/assignments/{room}': {
    input: {
      dept: string;
      room: string;
    };
    answer: undefined;
  };
  'PUT /departments/{dept}/queue': {
    input: {
      dept: string;
      /**
       * @maxItems 500
       */
      staff_ids: string[];
    };
    answer: {
      staff_ids: string[];
    };
  };
  'POST /departments/{dept}/notices': {
    input: {
      dept: string;
      code: 'staff_meeting' | 'all_hands' | 'quiet_hours' | 'visiting_ends' | 'system_maintenance' | 'fire_drill';
    };
    answer: {
      dept: string;
      code: string;
      by: string;
    };
  };
  'GET /admin/facility': {
    input: Record<never, never>;
    answer: Facility;
  };
  'PATCH /admin/facility': {
    input: {
      name?: string;
      time_zone?: string;
      /**
       * @minItems 1
       * @maxItems 20
       */
      languages?:
        | [string]
        | [string, string]
        | [string, string, string]
        | [string, string, string, string]
        | [string, string, string, string, string]
        | [string, string, string, string, string, string]
        | [string, string, string, string, string, string, string]
        | [string, string, string, string, string, string, string, string]
        | [string, string, string, string, string, string, string, string, string]
        | [string, string, string, string, string, string, string, string, string, string]
        | [string, string, string, string, string, string, string, string, string, string, string]
        | [string, string, string, string, string, string, string, string, string, string, string, string]
        | [string, string, string, string, string, string, string, string, string, string, string, string, string]
        | [string, string, string, string, string, string, string, string, string, string, string, string, string, string]
        | [string, string, string, string, string, string, string, string, string, string, string, string, string, string, string]
        | [string, string, string, string, string, string, string, string, string, string, string, string, string, string, string, string]
        | [
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
          ]
        | [
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
          ]
        | [
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
          ]
        | [
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
            string,
          ];
      /**
       * @minItems 1
       * @maxItems 12
       */
      shifts?:
        | [
            {
              name: string;
              start: string;
            },
          ]
        | [
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
          ]
        | [
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
          ]
        | [
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
          ]
        | [
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
          ]
        | [
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
          ]
        | [
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
          ]
        | [
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
          ]
        | [
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
          ]
        | [
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
          ]
        | [
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
          ]
        | [
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
            {
              name: string;
              start: string;
            },
          ];
    };
    answer: Facility;
  };
  'GET /admin/departments': {
    input: {
      limit?: string | number;
      cursor?: string;
    };
    answer: {
      items: Department[];
      next_cursor: string | null;
    };
  };
  'POST /admin/departments': {
    input: {
      id: string;
      name: string;
    };
    answer: Department;
  };
  'GET /admin/departments/{dept}': {
    input: {
      dept: string;
    };
    answer: Department;
  };
  'PATCH /admin/departments/{dept}': {
    input: {
      dept: string;
      name: string;
    };
    answer: Department;
  };
  'DELETE /admin/departments/{dept}': {
    input: {
      dept: string;
    };
    answer: undefined;
  };
  'GET /admin/departments/{dept}/rooms': {
    input: {
      dept: string;
      limit?: string | number;
      cursor?: string;
    };
    answer: {
      items: Room[];
      next_cursor: string | null;
    };
  };
  'POST /admin/departments/{dept}/rooms': {
    input: {
      dept: string;
      id: string;
      name: string;
    };
    answer: Room;
  };
  'GET /admin/departments/{dept}/rooms/{id}': {
    input: {
      dept: string;
      id: string;
    };
    answer: Room;
  };
  'PATCH /admin/departments/{dept}/rooms/{id}': {
    input: {
      dept: string;
      id: string;
      name: string;
    };
    answer: Room;
  };
  'DELETE /admin/departments/{dept}/rooms/{id}': {
    input: {
      dept: string;
      id: string;
    };
    answer: undefined;
  };
  'GET /admin/departments/{dept}/beds': {
    input: {
      dept: string;
      limit?: string | number;
      cursor?: string;
    };
    answer: {
      items: Bed[];
      next_cursor: string | null;
    };
  };
  'POST /admin/departments/{dept}/beds': {
    input: {
      dept: string;
      id: string;
      room_id: string;
      name: string;
    };
    answer: Bed;
  };
  'GET /admin/departments/{dept}/beds/{id}': {
    input: {
      dept: string;
      id: string;
    };
    answer: Bed;
  };
  'PATCH /admin/departments/{dept}/beds/{id}': {
    input: {
      dept: string;
      id: string;
      name: string;
    };
    answer: Bed;
  };
  'DELETE /admin/departments/{dept}/beds/{id}': {
    input: {
      dept: string;
      id: string;
    };
    answer: undefined;
  };
  'GET /admin/stations': {
    input: {
      limit?: string | number;
      cursor?: string;
      dept?: string;
    };
    answer: {
      items: StationSetup[];
      next_cursor: string | null;
    };
  };
  'POST /admin/stations': {
    input: {
      id: string;
      room_id: string;
      bed_id?: string | null;
      kind: 'bedside' | 'bathroom' | 'staff_console';
      name?: string;
      types?: string[] | null;
    };
    answer: {
      id: string;
      name: string;
      dept: string;
      room_id: string;
      bed_id: string | null;
      kind: 'bedside' | 'bathroom' | 'staff_console';
      last_seen_at: string | null;
      /**
       * the types of call that it may raise
       */
      types: string[];
      own_types: boolean;
      /**
       * shown this once
       */
      key: string;
    };
  };
  'GET /admin/stations/{id}': {
    input: {
      id: string;
    };
    answer: StationSetup;
  };
  'PATCH /admin/stations/{id}': {
    input: {
      id: string;
      room_id?: string;
      bed_id?: string | null;
      kind?: 'bedside' | 'bathroom' | 'staff_console';
      name?: string;
      types?: string[] | null;
    };
    answer: StationSetup;
  };
  'DELETE /admin/stations/{id}': {
    input: {
      id: string;
    };
    answer: undefined;
  };
  'GET /admin/staff': {
    input: {
      limit?: string | number;
      cursor?: string;
      username?: string;
    };
    answer: {
      items: StaffAccount[];
      next_cursor: string | null;
    };
  };
  'POST /admin/staff': {
    input: {
      username: string;
      name: string;
      /**
       * nurse, manager, admin, or a role of the hospital’s own
       */
      role: string;
      password?: string;
      language?: string | null;
    };
    answer: {
      id: string;
      username: string;
      name: string;
      /**
       * nurse, manager, admin, or a role of the hospital’s own
       */
      role: string;
      active: boolean;
      departments: string[];
      language: string | null;
      /**
       * shown this once
       */
      password?: string;
    };
  };
  'GET /admin/staff/{id}': {
    input: {
      id: string;
    };
    answer: StaffAccount;
  };
  'PATCH /admin/staff/{id}': {
    input: {
      id: string;
      name?: string;
      /**
       * nurse, manager, admin, or a role of the hospital’s own
       */
      role?: string;
      active?: boolean;
      language?: string | null;
    };
    answer: StaffAccount;
  };
  'DELETE /admin/staff/{id}': {
    input: {
      id: string;
    };
    answer: undefined;
  };
  'GET /admin/call-types': {
    input: {
      limit?: string | number;
      cursor?: string;
      retired?: 'true' | 'false';
    };
    answer: {
      items: CallType[];
      next_cursor: string | null;
    };
  };
  'POST /admin/call-types': {
    input: {
      id: string;
      rank: number;
      dispatch: 'assigned' | 'broadcast';
      cancel_policy: 'on_duty_or_station' | 'on_duty' | 'present' | 'station_or_present' | 'station_or_complete';
      labels?: {
        [k: string]: string;
      };
      /**
       * @maxItems 3
       */
      station_kinds?:
        | []
        | ['bedside' | 'bathroom' | 'staff_console']
        | ['bedside' | 'bathroom' | 'staff_console', 'bedside' | 'bathroom' | 'staff_console']
        | ['bedside' | 'bathroom' | 'staff_console', 'bedside' | 'bathroom' | 'staff_console', 'bedside' | 'bathroom' | 'staff_console'];
      escalation?: {
        l1_sec?: number | null;
        l2_sec?: number | null;
        l3_sec?: number | null;
        repeat_sec?: number | null;
        presence_sec?: number | null;
        attendance_sec?: number | null;
      } | null;
    };
    answer: CallType;
  };
  'GET /admin/call-types/{id}': {
    input: {
      id: string;
    };
    answer: CallType;
  };
  'PATCH /admin/call-types/{id}': {
    input: {
      id: string;
      rank?: number;
      dispatch?: 'assigned' | 'broadcast';
      cancel_policy?: 'on_duty_or_station' | 'on_duty' | 'present' | 'station_or_present' | 'station_or_complete';
      labels?: {
        [k: string]: string;
      };
      /**
       * @maxItems 3
       */
      station_kinds?:
        | []
        | ['bedside' | 'bathroom' | 'staff_console']
        | ['bedside' | 'bathroom' | 'staff_console', 'bedside' | 'bathroom' | 'staff_console']
        | ['bedside' | 'bathroom' | 'staff_console', 'bedside' | 'bathroom' | 'staff_console', 'bedside' | 'bathroom' | 'staff_console'];
      escalation?: {
        l1_sec?: number | null;
        l2_sec?: number | null;
        l3_sec?: number | null;
        repeat_sec?: number | null;
        presence_sec?: number | null;
        attendance_sec?: number | null;
      } | null;
      retired?: boolean;
    };
    answer: CallType;
  };
  'DELETE /admin/call-types/{id}': {
    input: {
      id: string;
    };
    answer: undefined;
  };
  'GET /admin/roles': {
    input: Record<never, never>;
    answer: {
      items: {
        /**
         * nurse, manager, admin, or a role of the hospital’s own
         */
        id: string;
        /**
         * empty for a role that the hospital’s program no longer declares
         */
        capabilities: string[];
        /**
         * by language; none for nurse, manager and admin
         */
        labels: {
          [k: string]: string;
        };
      }[];
    };
  };
  'POST /admin/stations/{id}/rotate': {
    input: {
      id: string;
    };
    answer: {
      id: string;
      /**
       * shown this once
       */
      key: string;
    };
  };
  'POST /admin/staff/{id}/password': {
    input: {
      id: string;
      password: string;
    };
    answer: undefined;
  };
  'DELETE /admin/staff/{id}/sessions': {
    input: {
      id: string;
    };
    answer: undefined;
  };
  'GET /admin/memberships': {
    input: {
      limit?: string | number;
      cursor?: string;
      staff_id?: string;
      dept?: string;
    };
    answer: {
      items: Membership[];
      next_cursor: string | null;
    };
  };
  'POST /admin/memberships': {
    input: {
      staff_id: string;
      dept: string;
    };
    answer: Membership;
  };
  'DELETE /admin/memberships/{staff}/{dept}': {
    input: {
      staff: string;
      dept: string;
    };
    answer: undefined;
  };
  'GET /admin/departments/{dept}/escalation': {
    input: {
      dept: string;
    };
    answer: {
      dept: string;
      l1_sec: number;
      l2_sec: number;
      l3_sec: number;
      repeat_sec: number;
      own: boolean;
      presence_sec: number | null;
      attendance_sec: number | null;
      types: {
        type: string;
        l1_sec: number | null;
        l2_sec: number | null;
        l3_sec: number | null;
        repeat_sec: number | null;
        presence_sec: number | null;
        attendance_sec: number | null;
      }[];
    };
  };
  'PUT /admin/departments/{dept}/escalation': {
    input: {
      dept: string;
      l1_sec: number;
      l2_sec: number;
      l3_sec: number;
      repeat_sec: number;
      presence_sec?: number | null;
      attendance_sec?: number | null;
    };
    answer: {
      dept: string;
      l1_sec: number;
      l2_sec: number;
      l3_sec: number;
      repeat_sec: number;
      own: boolean;
      presence_sec: number | null;
      attendance_sec: number | null;
      types: {
        type: string;
        l1_sec: number | null;
        l2_sec: number | null;
        l3_sec: number | null;
        repeat_sec: number | null;
        presence_sec: number | null;
        attendance_sec: number | null;
      }[];
    };
  };
  'DELETE /admin/departments/{dept}/escalation': {
    input: {
      dept: string;
    };
    answer: undefined;
  };
  'GET /admin/departments/{dept}/escalation/{type}': {
    input: {
      dept: string;
      type: string;
    };
    answer: {
      dept: string;
      l1_sec: number;
      l2_sec: number;
      l3_sec: number;
      repeat_sec: number;
      own: boolean;
      presence_sec: number | null;
      attendance_sec: number | null;
      type: string;
    };
  };
  'PUT /admin/departments/{dept}/escalation/{type}': {
    input: {
      dept: string;
      type: string;
      l1_sec?: number | null;
      l2_sec?: number | null;
      l3_sec?: number | null;
      repeat_sec?: number | null;
      presence_sec?: number | null;
      attendance_sec?: number | null;
    };
    answer: {
      dept: string;
      l1_sec: number;
      l2_sec: number;
      l3_sec: number;
      repeat_sec: number;
      own: boolean;
      presence_sec: number | null;
      attendance_sec: number | null;
      type: string;
    };
  };
  'DELETE /admin/departments/{dept}/escalation/{type}': {
    input: {
      dept: string;
      type: string;
    };
    answer: undefined;
  };
  'GET /admin/departments/{dept}/guest-links': {
    input: {
      dept: string;
      limit?: string | number;
      cursor?: string;
    };
    answer: {
      items: GuestLink[];
      next_cursor: string | null;
    };
  };
  'POST /admin/departments/{dept}/beds/{id}/guest-link': {
    input: {
      dept: string;
      id: string;
      days?: number;
    };
    answer: {
      bed_id: string;
      path: string;
      /**
       * ISO 8601, UTC, milliseconds
       */
      expires_at: string;
    };
  };
  'DELETE /admin/departments/{dept}/beds/{id}/guest-link': {
    input: {
      dept: string;
      id: string;
    };
    answer: undefined;
  };
  'GET /admin/connections': {
    input: {
      limit?: string | number;
      cursor?: string;
      user?: string;
      server?: string;
    };
    answer: {
      items: Connection[];
      next_cursor: string | null;
      degraded: boolean;
      unanswered: string[];
    };
  };
  'GET /admin/connections/{id}': {
    input: {
      id: string;
    };
    answer: Connection;
  };
  'DELETE /admin/connections/{id}': {
    input: {
      id: string;
    };
    answer: undefined;
  };
  'GET /admin/rooms': {
    input: {
      limit?: string | number;
      cursor?: string;
    };
    answer: {
      items: {
        name: string;
        size: number;
      }[];
      next_cursor: string | null;
    };
  };
  'GET /admin/rooms/{name}/members': {
    input: {
      name: string;
      count?: string | number;
      cursor?: string;
    };
    answer: {
      items: {
        user_id: string;
        connections: number;
      }[];
      next_cursor: string | null;
      size: number;
    };
  };
  'POST /admin/broadcast': {
    input: {
      data: {
        [k: string]: unknown;
      };
    };
    answer: {
      nodes: number;
    };
  };
  'GET /admin/sessions': {
    input: {
      limit?: string | number;
      cursor?: string;
      user?: string;
    };
    answer: {
      items: LiveSession[];
      next_cursor: string | null;
    };
  };
  'DELETE /admin/sessions/{id}': {
    input: {
      id: string;
    };
    answer: undefined;
  };
  'GET /admin/boards': {
    input: {
      limit?: string | number;
      cursor?: string;
    };
    answer: {
      items: BoardDevice[];
      next_cursor: string | null;
    };
  };
  'POST /admin/boards': {
    input: {
      name: string;
      /**
       * @minItems 1
       * @maxItems 100
       */
      departments: [string, ...string[]];
    };
    answer: {
      id: string;
      name: string;
      departments: string[];
      /**
       * ISO 8601, UTC, milliseconds
       */
      created_at: string;
      last_seen_at: string | null;
      address: string | null;
      /**
       * null while the code waits for its board
       */
      exchanged_at: string | null;
      /**
       * of a code that waits
       */
      code_expires_at: string | null;
      /**
       * shown this once
       */
      code: string;
    };
  };
  'DELETE /admin/boards/{id}': {
    input: {
      id: string;
    };
    answer: undefined;
  };
  'GET /admin/servers': {
    input: Record<never, never>;
    answer: {
      items: Server[];
      next_cursor: string | null;
      degraded: boolean;
    };
  };
  'GET /admin/extensions': {
    input: Record<never, never>;
    answer: {
      items: {
        point: string;
        state: 'ok' | 'failing' | 'resting' | 'off';
        failures: number;
        last_failed_at: string | null;
        last_reason: ('threw' | 'timeout' | 'invalid') | null;
        stuck_at: string | null;
        off_since: string | null;
      }[];
      consumers: {
        name: string;
        dept: string;
        seq: number;
        head: number;
        failures: number;
        retry_at: string | null;
      }[];
    };
  };
  'POST /admin/extensions/enable': {
    input: {
      point: string;
    };
    answer: undefined;
  };
  'POST /admin/gc': {
    input: Record<never, never>;
    answer: {
      reaped: {
        [k: string]: number;
      };
    };
  };
  'POST /admin/drain': {
    input: Record<never, never>;
    answer: {
      server_id: string;
      state: 'draining';
    };
  };
  'GET /admin/limits': {
    input: Record<never, never>;
    /**
     * each limit by its name, and `defaults` and `changed`
     */
    answer: {
      [k: string]: unknown;
    };
  };
  'PATCH /admin/limits': {
    input: {
      max_connections?: (string | number) | null;
      MAX_CONNECTIONS?: (string | number) | null;
      warn_threshold?: (string | number) | null;
      WARN_THRESHOLD?: (string | number) | null;
      max_connections_per_session?: (string | number) | null;
      MAX_CONNECTIONS_PER_SESSION?: (string | number) | null;
      max_connections_per_user?: (string | number) | null;
      MAX_CONNECTIONS_PER_USER?: (string | number) | null;
      connect_rate_limit?: (string | number) | null;
      CONNECT_RATE_LIMIT?: (string | number) | null;
      client_rate_limit?: (string | number) | null;
      CLIENT_RATE_LIMIT?: (string | number) | null;
      room_rate_limit?: (string | number) | null;
      ROOM_RATE_LIMIT?: (string | number) | null;
      poll_interval_ms?: (string | number) | null;
      POLL_INTERVAL_MS?: (string | number) | null;
      http_rate_limit?: (string | number) | null;
      HTTP_RATE_LIMIT?: (string | number) | null;
      fallback_poll_interval_ms?: (string | number) | null;
      FALLBACK_POLL_INTERVAL_MS?: (string | number) | null;
      sign_in_rate_limit?: (string | number) | null;
      SIGN_IN_RATE_LIMIT?: (string | number) | null;
    };
    /**
     * each limit by its name, and `defaults` and `changed`
     */
    answer: {
      [k: string]: unknown;
    };
  };
  'GET /admin/audit': {
    input: {
      limit?: string | number;
      cursor?: string;
      actor?: string;
      action?: string;
      target?: string;
      result?: 'ok' | 'refused';
      from?: string;
      to?: string;
    };
    answer: {
      items: AuditRecord[];
      next_cursor: string | null;
    };
  };
  'GET /admin/audit/verify': {
    input: Record<never, never>;
    answer: {
      ok: boolean;
      checked: number;
      broken_at: number | null;
    };
  };
  'GET /admin/stats': {
    input: Record<never, never>;
    answer: {
      ts: number;
      connections: number;
      pending_msgs: number;
      memory_mb: number;
      memory_pct: number;
      messages_in: number;
      messages_out: number;
      bytes_in: number;
      bytes_out: number;
      owns_total: number;
      releases_total: number;
      sendToClient_total: number;
      sendToClient_owner_missing: number;
      room_joins_total: number;
      room_leaves_total: number;
      room_pushes_total: number;
      pushes_total: number;
      pushes_failed_total: number;
      pushes_dropped_slow_consumer: number;
      pushes_to_dead_fd_total: number;
      capacity_exceeded_owner_total: number;
      capacity_exceeded_room_total: number;
      rate_limit_drops_total: number;
      client_rate_limit_drops_total: number;
      hmac_verify_failures_total: number;
      auth_denied_total: number;
      room_authz_denied_total: number;
      server: string;
      uptime_s: number;
    };
  };
  'GET /admin/stats/history': {
    input: {
      from?: string;
      to?: string;
      resolution?: '10' | '60' | '10s' | '60s' | '1m';
    };
    answer: {
      items: {
        ts: number;
        connections: number;
        pending_msgs: number;
        memory_mb: number;
        memory_pct: number;
        messages_in: number;
        messages_out: number;
        bytes_in: number;
        bytes_out: number;
        owns_total: number;
        releases_total: number;
        sendToClient_total: number;
        sendToClient_owner_missing: number;
        room_joins_total: number;
        room_leaves_total: number;
        room_pushes_total: number;
        pushes_total: number;
        pushes_failed_total: number;
        pushes_dropped_slow_consumer: number;
        pushes_to_dead_fd_total: number;
        capacity_exceeded_owner_total: number;
        capacity_exceeded_room_total: number;
        rate_limit_drops_total: number;
        client_rate_limit_drops_total: number;
        hmac_verify_failures_total: number;
        auth_denied_total: number;
        room_authz_denied_total: number;
      }[];
      next_cursor: string | null;
      server: string;
      resolution: number;
    };
  };
}
export interface Session {
  /**
   * what the person’s role permits, in their departments
   */
  capabilities: string[];
  user: {
    id: string;
    username: string;
    name: string;
    /**
     * nurse, manager, admin, or a role of the hospital’s own
     */
    role: string;
    departments: string[];
  };
  /**
   * for X-CSRF-Token; null where the identity is not a cookie of ours
   */
  csrf_token: string | null;
  /**
   * ISO 8601, UTC, milliseconds
   */
  expires_at: string;
  /**
   * somebody else set the password: every other call is 403 PASSWORD_CHANGE_REQUIRED until it is changed
   */
  password_change_required: boolean;
}
export interface OwnSession {
  id: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  created_at: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  last_used_at: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  expires_at: string;
  address: string | null;
  /**
   * the session that asks
   */
  current: boolean;
}
export interface Board {
  id: string;
  name: string;
  departments: string[];
}
export interface CallWithHistory {
  id: string;
  dept: string;
  room_id: string;
  bed_id: string | null;
  station_id: string | null;
  type: string;
  state: 'pending' | 'accepted' | 'in_progress' | 'completed' | 'cancelled';
  level: number;
  priority: number;
  version: number;
  accepted_by: string | null;
  /**
   * staff:<id> or station:<id>
   */
  present_by: string | null;
  recipients: {
    staff_id: string;
    /**
     * nurse, manager, admin, or a role of the hospital’s own
     */
    role: string;
    /**
     * ISO 8601, UTC, milliseconds
     */
    since: string;
    reason: string;
    withdrawn_at: string | null;
  }[];
  /**
   * ISO 8601, UTC, milliseconds
   */
  placed_at: string;
  annunciated_at: string | null;
  accepted_at: string | null;
  present_at: string | null;
  completed_at: string | null;
  cancelled_at: string | null;
  repeats: number;
  round: number;
  supersedes: string[];
  superseded_by: string | null;
  next_deadline_at: string | null;
  history: CallEvent[];
  annunciations: Annunciation[];
  notifications: {
    notifier: string;
    staff_id: string;
    id: string;
    type: 'told' | 'reminded' | 'escalated' | 'withdrawn';
    try: number;
    /**
     * ISO 8601, UTC, milliseconds
     */
    tried_at: string;
    result: 'delivered' | 'failed' | 'given_up';
    answer: string | null;
  }[];
}
export interface Annunciation {
  staff_id: string;
  /**
   * nurse, manager, admin, or a role of the hospital’s own
   */
  role: string;
  reason: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  queued_at: string;
  sent_at: string | null;
  received_at: string | null;
  accepted_at: string | null;
  declined_at: string | null;
  withdrawn_at: string | null;
  withdrawn_reason: ('accepted_by_another' | 'closed' | 'stepped_back' | 'reopened') | null;
  decline_code: ('busy' | 'break' | 'too_far' | 'not_qualified' | 'other') | null;
  /**
   * the person's words, for managers and administrators; null for nurses
   */
  decline_reason: string | null;
}
export interface Facility {
  name: string;
  time_zone: string;
  languages: string[];
  shifts: {
    name: string;
    start: string;
  }[];
}
export interface Department {
  id: string;
  name: string;
}
export interface Directory {
  id: string;
  name: string;
  languages: string[];
  rooms: {
    id: string;
    name: string;
  }[];
  beds: Bed[];
  stations: {
    id: string;
    name: string;
    room_id: string;
    bed_id: string | null;
    kind: 'bedside' | 'bathroom' | 'staff_console';
    types: string[];
  }[];
  call_types: {
    id: string;
    rank: number;
    dispatch: 'assigned' | 'broadcast';
    cancel_policy: 'on_duty_or_station' | 'on_duty' | 'present' | 'station_or_present' | 'station_or_complete';
    /**
     * by language
     */
    labels: {
      [k: string]: string;
    };
    retired: boolean;
  }[];
  staff: {
    id: string;
    name: string;
    /**
     * nurse, manager, admin, or a role of the hospital’s own
     */
    role: string;
  }[];
  /**
   * those of the hospital’s own
   */
  roles: {
    /**
     * nurse, manager, admin, or a role of the hospital’s own
     */
    id: string;
    /**
     * by language
     */
    labels: {
      [k: string]: string;
    };
  }[];
}
export interface Bed {
  id: string;
  name: string;
  room_id: string;
}
export interface Report {
  dept: string;
  /**
   * ISO 8601, UTC
   */
  from: string;
  /**
   * ISO 8601, UTC
   */
  to: string;
  time_zone: string;
  intervals: {
    type: string;
    shift: string;
    interval: 'annunciation' | 'acceptance' | 'presence' | 'completion' | 'cancellation' | 'response' | 'arrival' | 'attendance';
    count: number;
    never: number;
    /**
     * null: longer than any that was measured
     */
    p50: number | null;
    /**
     * null: longer than any that was measured
     */
    p90: number | null;
    /**
     * null: longer than any that was measured
     */
    p95: number | null;
    /**
     * null: longer than any that was measured
     */
    p99: number | null;
    max: number | null;
    within_30: number;
    within_60: number;
    within_120: number;
  }[];
  calls: {
    type: string;
    placed: number;
    completed: number;
    cancelled: number;
    open: number;
    repeats: number;
    reminders: number;
  }[];
  escalations: {
    type: string;
    level: number;
    count: number;
    reached: number;
  }[];
  fairness: {
    nurses: {
      staff_id: string;
      dispatched: number;
      accepted: number;
      completed: number;
      shift_seconds: number;
      alarms: number;
      alarms_per_hour: number | null;
      repeats: number;
      missed_receipts: number;
    }[];
    spread: number | null;
  };
}
export interface Shift {
  id: string;
  dept: string;
  staff_id: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  started_at: string;
  ended_at: string | null;
  paused_until: string | null;
}
export interface Member {
  staff_id: string;
  name: string;
  /**
   * nurse, manager, admin, or a role of the hospital’s own
   */
  role: string;
  on_duty_since: string | null;
  queue_position: number | null;
  excluded_until: string | null;
  paused_until: string | null;
  responsive: boolean;
  load: number;
  online: boolean;
  reachable: boolean;
}
export interface Exclusion {
  id: string;
  dept: string;
  staff_id: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  until: string;
  reason: string;
  author_id: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  created_at: string;
}
export interface Assignment {
  room_id: string;
  dept: string;
  primary: string;
  backup: string | null;
  until: string | null;
  author_id: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  assigned_at: string;
}
export interface Room {
  id: string;
  name: string;
  dept: string;
}
export interface StationSetup {
  id: string;
  name: string;
  dept: string;
  room_id: string;
  bed_id: string | null;
  kind: 'bedside' | 'bathroom' | 'staff_console';
  last_seen_at: string | null;
  /**
   * the types of call that it may raise
   */
  types: string[];
  own_types: boolean;
}
export interface StaffAccount {
  id: string;
  username: string;
  name: string;
  /**
   * nurse, manager, admin, or a role of the hospital’s own
   */
  role: string;
  active: boolean;
  departments: string[];
  language: string | null;
}
export interface CallType {
  id: string;
  rank: number;
  dispatch: 'assigned' | 'broadcast';
  cancel_policy: 'on_duty_or_station' | 'on_duty' | 'present' | 'station_or_present' | 'station_or_complete';
  /**
   * by language
   */
  labels: {
    [k: string]: string;
  };
  station_kinds: ('bedside' | 'bathroom' | 'staff_console')[];
  escalation: {
    l1_sec: number | null;
    l2_sec: number | null;
    l3_sec: number | null;
    repeat_sec: number | null;
    presence_sec: number | null;
    attendance_sec: number | null;
  };
  retired: boolean;
}
export interface Membership {
  staff_id: string;
  dept: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  since: string;
}
export interface GuestLink {
  bed_id: string;
  room_id: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  issued_at: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  expires_at: string;
  devices: number;
}
export interface Connection {
  id: string;
  user: string;
  username: string;
  /**
   * a person’s role, or board
   */
  role: string;
  session: string;
  server: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  since: string;
  pending: number;
  pending_bytes: number;
  bytes: number;
  bytes_in: number;
  bytes_out: number;
  /**
   * milliseconds
   */
  rtt: number | null;
  departments: string[];
}
export interface LiveSession {
  id: string;
  user: string;
  username: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  created_at: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  last_used_at: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  expires_at: string;
  address: string | null;
}
export interface BoardDevice {
  id: string;
  name: string;
  departments: string[];
  /**
   * ISO 8601, UTC, milliseconds
   */
  created_at: string;
  last_seen_at: string | null;
  address: string | null;
  /**
   * null while the code waits for its board
   */
  exchanged_at: string | null;
  /**
   * of a code that waits
   */
  code_expires_at: string | null;
}
export interface Server {
  server_id: string;
  state: string;
  version: string;
  /**
   * ISO 8601, UTC, milliseconds
   */
  started_at: string;
  heartbeat_age_sec: number;
  stale: boolean;
  online: number;
  connections: number;
  self: boolean;
}
export interface AuditRecord {
  id: number;
  /**
   * ISO 8601, UTC, milliseconds
   */
  at: string;
  actor: string;
  action: string;
  target: string | null;
  result: 'ok' | 'refused';
  address: string | null;
  detail: {
    [k: string]: unknown;
  } | null;
}

type Line<T extends keyof Events, M> = { [K in T]: { seq: number; id: string; type: K; time: string; data: Events[K] } & M }[T];
/** A line of a department's log. */
export type LogEvent = Line<keyof Events, { critical: boolean }>;
/** A line of one of several departments' logs. */
export type DepartmentEvent = Line<keyof Events, { critical: boolean; dept: string }>;
/** A line of a call's history. */
export type CallEvent = Line<Extract<keyof Events, `call.${string}`>, unknown>;
/** A code of the server's table of errors. */
export type ErrorCode =
  | 'VALIDATION_FAILED'
  | 'MALFORMED_JSON'
  | 'UNKNOWN_TYPE'
  | 'UNSUPPORTED_DATA'
  | 'IDEMPOTENCY_KEY_REQUIRED'
  | 'REASON_REQUIRED'
  | 'UNAUTHENTICATED'
  | 'INVALID_CREDENTIALS'
  | 'FORBIDDEN'
  | 'PASSWORD_CHANGE_REQUIRED'
  | 'CSRF_TOKEN_INVALID'
  | 'ORIGIN_FORBIDDEN'
  | 'WSS_REQUIRED'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'ALREADY_EXISTS'
  | 'STILL_IN_USE'
  | 'CALL_ALREADY_ACCEPTED'
  | 'CALL_CLOSED'
  | 'CALL_STATE_CONFLICT'
  | 'CALL_VERSION_STALE'
  | 'SHIFT_HAS_CALLS'
  | 'LAST_ON_DUTY'
  | 'PAYLOAD_TOO_LARGE'
  | 'REQUEST_TIMEOUT'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'REFUSED'
  | 'RATE_LIMITED'
  | 'CAPACITY_EXCEEDED'
  | 'INTERNAL'
  | 'UNAVAILABLE';
