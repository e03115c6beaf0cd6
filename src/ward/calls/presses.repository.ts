import { Inject, Injectable } from '@nestjs/common';
import { WARD_SETTINGS } from '../../platform/config/config.module.js';
import type { WardSettings } from '../../platform/config/settings/ward.settings.js';
import { isUniqueViolation, RetryTransaction } from '../../platform/database/database-error.js';
import { type Statement, statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { DEADLINES_IN_FORCE, policiesOf } from './policies/department-policies.js';
import { DEADLINE_COLUMNS, DEADLINE_NAMES, DEADLINES, type Deadlines, type EscalationPolicy } from '../deadlines/deadlines.js';
import type { DispatchMode } from '../hospital/entities/call-type.entity.js';
import { BEDSIDE_PRESENCE_RANK } from './call-permissions.js';
import { type CallPlace, placesOf } from './call-place.js';
import { type CallState, IS_OPEN } from './call.js';

/** A device has no attendance. */
const FAULT = 'technical_fault';
/** The parameters of the deadlines, in the table's order. */
const DEADLINE_PARAMETERS = DEADLINE_NAMES.map((_name, at) => `$${String(at + 11)}::int`);

/** The type of call, its deadlines in the room's ($3) department, and the open call of it at the place, locked: the first by `order` of those that are `here` ($2). */
function findOpen(name: string, here: string, order: string): Statement {
  return statement(
    name,
    `SELECT t.rank, t.dispatch, ${DEADLINES_IN_FORCE}, o.id, o.state, o.place, o."attendedFor", o."acceptedBy"
     FROM call_types t ${policiesOf('(SELECT r.dept_id FROM rooms r WHERE r.id = $3)')} LEFT JOIN LATERAL (
       SELECT c.id, c.state, c.place, c.accepted_by AS "acceptedBy", extract(epoch FROM app_now() - c.attended_at)::float8 AS "attendedFor"
       FROM calls c WHERE c.type = t.id AND ${IS_OPEN} AND ${here} ORDER BY ${order} LIMIT 1 FOR NO KEY UPDATE
     ) o ON true WHERE t.id = $1 AND t.retired_at IS NULL`,
  );
}
const find = findOpen('find_call_to_repeat', 'c.place = ANY($2::text[])', 'array_position($2::text[], c.place), c.placed_at, c.id');
const findInRoom = findOpen('find_call_of_room', 'c.room_id = $2', 'c.placed_at, c.id');
/** A station that is moved in this moment is waited for: a call is never placed at where it was. */
const insert = statement(
  'insert_call',
  `INSERT INTO calls (id, dept_id, room_id, bed_id, station_id, raised_by, type, state, priority, placed_at,
     ${DEADLINE_COLUMNS.join(', ')}, next_escalation_at, station_ids, at_device, supersedes)
   SELECT $1, $2, $3, $4, $5, $6, $7, 'pending', $8 * 10, app_now(),
     ${DEADLINE_PARAMETERS.join(', ')}, app_now() + make_interval(secs => ${DEADLINE_PARAMETERS[0]}),
     CASE WHEN $5::text IS NULL THEN '{}' ELSE ARRAY[$5::text] END, $9,
     ARRAY(SELECT c.id FROM calls c JOIN call_types t ON t.id = c.type
       WHERE c.place = ANY($10) AND ${IS_OPEN} AND t.rank < $8 ORDER BY t.rank DESC, c.placed_at DESC)
   WHERE $5::text IS NULL OR EXISTS
     (SELECT FROM stations s WHERE s.id = $5 AND s.room_id = $3 AND s.bed_id IS NOT DISTINCT FROM $4 FOR KEY SHARE)
   ON CONFLICT DO NOTHING RETURNING id`,
);
/** A call that a person has raised for the room is the first exact place's of it. */
const narrow = statement(
  'narrow_call_place',
  'UPDATE calls SET bed_id = $2, station_id = CASE WHEN $2::text IS NULL THEN $3 ELSE station_id END WHERE id = $1',
);
/** `call.repeated` is appended at most once a second, and once more when that second is over. */
const JUST_TOLD = "repeated_event_at > app_now() - interval '1 second'";
const countLater = statement(
  'count_press_later',
  `UPDATE calls SET press_again_at = coalesce(press_again_at, attended_at + make_interval(secs => $2)) WHERE id = $1`,
);
const repeat = statement(
  'repeat_call',
  `UPDATE calls SET repeats = repeats + 1,
     station_ids = CASE WHEN $2::text IS NULL OR $2 = ANY(station_ids) THEN station_ids ELSE station_ids || $2::text END,
     repeated_event_at = CASE WHEN ${JUST_TOLD} THEN repeated_event_at ELSE app_now() END,
     repeat_due_at = CASE WHEN ${JUST_TOLD} THEN repeated_event_at + interval '1 second' END
   WHERE id = $1 RETURNING repeated_event_at = app_now() AS told`,
);

/** The place and the author of a new call. */
export interface NewCall extends CallPlace {
  id: string;
  dept: string;
  raisedBy: string | null;
  type: string;
  rank: number;
  /** A fault of the station itself: its place is the station, and it supersedes nothing. */
  atDevice: boolean;
}

/** The call that is open at the place already, locked. */
export interface OpenCall {
  id: string;
  state: CallState;
  place: string;
  acceptedBy: string | null;
  /** Seconds since the last arrival; null where nobody is present. */
  attendedFor: number | null;
}

export interface Sought {
  rank: number;
  dispatch: DispatchMode;
  deadlines: Deadlines;
  open: OpenCall | undefined;
}

type Found = Omit<Sought, 'open' | 'deadlines'> & Deadlines & { [key in keyof OpenCall]: OpenCall[key] | null };

/** The statements of a press. */
@Injectable()
export class PressesRepository {
  constructor(@Inject(WARD_SETTINGS) private readonly ward: WardSettings) {}

  /** Undefined where there is no such type of call. */
  async find(tx: Transaction, type: string, place: CallPlace & { atDevice: boolean }): Promise<Sought | undefined> {
    const { stationId, bedId, roomId } = place;
    const isOfRoom = stationId === null && bedId === null;
    const found = await tx.one<Found & Record<string, unknown>>(isOfRoom ? findInRoom : find, [
      type,
      isOfRoom ? roomId : placesOf(place),
      roomId,
    ]);
    if (!found) return undefined;
    const { rank, dispatch, id, state, place: at, acceptedBy, attendedFor, ...deadlines } = found;
    const open = id === null ? undefined : ({ id, state, place: at, acceptedBy, attendedFor } as OpenCall);
    return { rank, dispatch, deadlines, open };
  }

  /** @returns false when the same kind was opened at the place in this moment by another transaction */
  async insert(tx: Transaction, call: NewCall, policy: EscalationPolicy): Promise<boolean> {
    const { id, dept, roomId, bedId, stationId, raisedBy, type, rank, atDevice } = call;
    const facts = { isUrgent: rank >= BEDSIDE_PRESENCE_RANK, isFault: type === FAULT };
    const deadlines = DEADLINE_NAMES.map((name) => {
      const given = policy[name];
      return given === undefined ? DEADLINES[name].byDefault(this.ward, facts) : given;
    });
    const values = [
      ...[id, dept, roomId, bedId, stationId, raisedBy, type, rank],
      ...[atDevice, atDevice ? [] : placesOf(call, 'exact')],
      ...deadlines,
    ];
    return (await tx.one(insert, values)) !== undefined;
  }

  /** A call of the whole room gets the place of who presses now, where that is known better. @throws RetryTransaction when that place has just got one */
  async narrow(tx: Transaction, { id, place }: OpenCall, { bedId, stationId }: CallPlace): Promise<void> {
    if (!place.startsWith('room:') || (bedId === null && stationId === null)) return;
    try {
      await tx.query(narrow, [id, bedId, stationId]);
    } catch (error) {
      throw isUniqueViolation(error) ? new RetryTransaction() : error;
    }
  }

  /** @returns whether `call.repeated` is due now: the last one is more than a second ago */
  async repeat(tx: Transaction, id: string, stationId: string | null): Promise<boolean> {
    const row = await tx.one<{ told: boolean }>(repeat, [id, stationId]);
    return row?.told ?? false;
  }

  /** A press at a call in progress counts so many seconds after the last arrival. */
  async countLater(tx: Transaction, id: string, seconds: number): Promise<void> {
    await tx.query(countLater, [id, seconds]);
  }
}
