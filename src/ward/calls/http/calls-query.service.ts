import { Injectable } from '@nestjs/common';
import { can } from '../../../identity/access/capabilities.js';
import { DepartmentAccess } from '../../../identity/access/department-access.js';
import { belongsTo, type StaffPrincipal, type StationPrincipal } from '../../../identity/access/principal.js';
import { notFound } from '../../../platform/common/errors.js';
import type { Page } from '../../../platform/common/values/paging.js';
import { Database } from '../../../platform/database/database.js';
import { statement } from '../../../platform/database/statement.js';
import { EventLog } from '../../../events/log/event-log.js';
import { CALL_VIEW, type CallView, type DeclineCode, IS_OPEN, type WithdrawalReason } from '../call.js';
import type { CallsQuery } from './call-schemas.js';
import { listCalls } from './calls-list.js';

const MAX_HISTORY = 500;
const MAX_ANNUNCIATIONS = 1000;
const MAX_TRIES = 500;

const annunciations = statement(
  'call_annunciations',
  `SELECT staff_id, role, reason, iso(queued_at) AS queued_at, iso(sent_at) AS sent_at, iso(received_at) AS received_at, iso(accepted_at) AS accepted_at,
     iso(declined_at) AS declined_at, iso(withdrawn_at) AS withdrawn_at, withdrawn_reason,
     decline_code, CASE WHEN $2 THEN decline_reason END AS decline_reason
   FROM annunciation_ledger l WHERE call_id = $1 ORDER BY l.queued_at, staff_id LIMIT ${String(MAX_ANNUNCIATIONS)}`,
);
const tries = statement(
  'notification_tries',
  `SELECT notifier, staff_id, message_id AS id, type, try, iso(tried_at) AS tried_at, result, answer FROM notification_tries t
   WHERE t.call_id = $1 ORDER BY t.id DESC LIMIT ${String(MAX_TRIES)}`,
);
const find = statement('find_call', `SELECT ${CALL_VIEW} FROM calls c WHERE c.id = $1`);
const atStation = statement(
  'calls_at_station',
  `SELECT ${CALL_VIEW} FROM calls c WHERE c.room_id = $2 AND $1 = ANY(c.station_ids) AND ${IS_OPEN} ORDER BY c.priority DESC, c.placed_at, c.id LIMIT 50`,
);

/** One asking of one person, each step timed; null until it is reached. A person who is asked once more has another one. */
export interface AnnunciationView {
  staff_id: string;
  role: string;
  reason: string;
  queued_at: string;
  sent_at: string | null;
  received_at: string | null;
  accepted_at: string | null;
  declined_at: string | null;
  withdrawn_at: string | null;
  withdrawn_reason: WithdrawalReason | null;
  decline_code: DeclineCode | null;
  /** The person's words, for managers and administrators; null for nurses. */
  decline_reason: string | null;
}

/** One try to notify a notifier of the call. */
export interface NotificationTryView {
  notifier: string;
  staff_id: string;
  /** The message's: the same when it is tried again. */
  id: string;
  type: string;
  /** 1, 2, 3 … of the message. */
  try: number;
  tried_at: string;
  result: 'delivered' | 'failed' | 'given_up';
  /** The receiver's words, or those of the failure. */
  answer: string | null;
}

/** A call and everything that happened to it. */
export interface CallWithHistory extends CallView {
  history: { seq: number; id: string; type: string; time: string; data: unknown }[];
  annunciations: AnnunciationView[];
  /** The newest messages to other systems, oldest first. */
  notifications: NotificationTryView[];
}

/** Reading calls. */
@Injectable()
export class CallsQueryService {
  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
    private readonly access: DepartmentAccess,
  ) {}

  /** Calls of the departments that the person belongs to. @throws DomainError NOT_FOUND */
  list(staff: StaffPrincipal, query: CallsQuery): Promise<Page<CallView>> {
    if (query.dept !== undefined) this.access.require(staff, query.dept);
    return listCalls(this.database, staff, query);
  }

  /** @throws DomainError NOT_FOUND */
  async get(staff: StaffPrincipal, id: string): Promise<CallWithHistory> {
    const [call] = await this.database.query<CallView & Record<string, unknown>>(find, [id]);
    if (!call || !belongsTo(staff, call.dept)) throw call ? this.access.deny('call') : notFound('call');
    const events = await this.log.callHistory(id, MAX_HISTORY);
    const history = events.map(({ seq, id: eventId, type, time, data }) => ({
      seq,
      id: eventId,
      type,
      time,
      data: JSON.parse(data) as unknown,
    }));
    const asked = await this.database.query<AnnunciationView & Record<string, unknown>>(annunciations, [id, can(staff, 'call.lead')]);
    const tried = await this.database.query<NotificationTryView & Record<string, unknown>>(tries, [id]);
    return { ...call, history, annunciations: asked, notifications: tried.reverse() };
  }

  /** The open calls that the station has pressed, for its reassurance light. */
  atStation(station: StationPrincipal): Promise<CallView[]> {
    return this.database.query<CallView & Record<string, unknown>>(atStation, [station.id, station.roomId]);
  }
}
