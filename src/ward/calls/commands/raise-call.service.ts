import { Injectable } from '@nestjs/common';
import { can } from '../../../identity/access/capabilities.js';
import { DepartmentAccess } from '../../../identity/access/department-access.js';
import type { GuestActor, StaffPrincipal, StationPrincipal } from '../../../identity/access/principal.js';
import { DomainError, notFound, notPermitted } from '../../../platform/common/errors.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import type { CallView } from '../call.js';
import type { Actor } from '../call-journal.js';
import { CallLanes } from '../call-lanes.js';
import { HELD_PLACE } from '../call-place.js';
import { NewCalls } from './new-calls.service.js';
import { RepeatedPresses } from './repeated-presses.service.js';
import { type NewCall, PressesRepository, type Sought } from '../presses.repository.js';

const findPlace = statement(
  'find_place',
  `SELECT h.dept, h.dept = ANY(ARRAY(SELECT m.dept_id FROM memberships m WHERE m.staff_id = p.id)) OR p.role = 'admin' AS "isMember"
   FROM (${HELD_PLACE}) h JOIN staff p ON p.id = $3 AND p.active`,
);

const findStation = statement(
  'find_station_place',
  `SELECT r.dept_id AS dept, s.room_id AS "roomId", s.bed_id AS "bedId" FROM stations s JOIN rooms r ON r.id = s.room_id WHERE s.id = $1`,
);
type StationPlace = Record<string, unknown> & Pick<StationPrincipal, 'dept' | 'roomId' | 'bedId'>;

/** The result of raising: the call, and whether it is new or was open already. */
export interface Raised {
  call: CallView;
  repeated: boolean;
}

type Place = Omit<NewCall, 'id' | 'type' | 'rank'>;

/** Places calls: a press of a button, or a member of the department asking for help. */
@Injectable()
export class RaiseCallService {
  constructor(
    private readonly lanes: CallLanes,
    private readonly presses: PressesRepository,
    private readonly newCalls: NewCalls,
    private readonly repeats: RepeatedPresses,
    private readonly access: DepartmentAccess,
  ) {}

  /**
   * A press. Pressing again while the same kind is open at the station answers with that call, and counts.
   * @throws DomainError VALIDATION_FAILED for an unknown type; FORBIDDEN with reason `station_type` for one that the station may not raise
   */
  raiseAtStation(station: StationPrincipal, type: string, key: string | undefined): Promise<Raised> {
    let isFirstTry = true;
    const look = async (tx: Transaction) => {
      // Moved since it signed in: the try that found it gone is made again where it is now.
      const moved = isFirstTry ? undefined : await tx.one<StationPlace>(findStation, [station.id]);
      isFirstTry = false;
      const { dept, roomId, bedId } = moved ?? station;
      const place = { dept, roomId, bedId, stationId: station.id, raisedBy: null, atDevice: false };
      return { place, sought: await this.presses.find(tx, type, place) };
    };
    const work = (tx: Transaction, { place, sought }: Awaited<ReturnType<typeof look>>) =>
      this.place(tx, station, type, place, sought, station.types);
    return this.lanes.inRoom(station.roomId, { by: station, key, identity: { type: 'call.raise', call_type: type }, look, work });
  }

  /**
   * Raises a call for a member of the department at a place. When the same kind is open there already, whoever raised it, that
   * call is the answer.
   * @throws DomainError NOT_FOUND for a room or bed that one may not know; VALIDATION_FAILED for an unknown type; FORBIDDEN for a role that may not raise calls
   */
  raiseByStaff(
    staff: StaffPrincipal,
    request: { type: string; room_id: string; bed_id?: string | undefined },
    key: string,
  ): Promise<Raised> {
    const { type, room_id: roomId, bed_id } = request;
    const bedId = bed_id ?? null;
    const place = { roomId, bedId, stationId: null, raisedBy: staff.id, atDevice: false };
    const look = (tx: Transaction) =>
      Promise.all([tx.one<{ dept: string; isMember: boolean }>(findPlace, [roomId, bedId, staff.id]), this.presses.find(tx, type, place)]);
    const work = (tx: Transaction, [found, sought]: Awaited<ReturnType<typeof look>>) => {
      if (!found?.isMember) throw found ? this.access.deny('room or bed') : notFound('room or bed');
      if (!can(staff, 'call.raise')) throw notPermitted();
      return this.place(tx, staff, type, { ...place, dept: found.dept }, sought);
    };
    return this.lanes.inRoom(roomId, { by: staff, key, identity: { type: 'call.raise', call_type: type, roomId, bedId }, look, work });
  }

  /**
   * A guest page's button: the bed's own call, as a bedside button would raise it.
   * @param holds keeps the link and its bed in use until the transaction ends; false where one of them is not any more
   * @throws DomainError NOT_FOUND for a link that has just ended, or a bed that was just retired; VALIDATION_FAILED for an unknown type
   */
  raiseByGuest(
    { bedId, roomId, dept }: { bedId: string; roomId: string; dept: string },
    type: string,
    key: string | undefined,
    holds: (tx: Transaction) => Promise<boolean>,
  ): Promise<Raised> {
    const by: GuestActor = { kind: 'guest', id: bedId };
    const place = { dept, roomId, bedId, stationId: null, raisedBy: null, atDevice: false };
    const look = (tx: Transaction) => Promise.all([holds(tx), this.presses.find(tx, type, place)]);
    const work = (tx: Transaction, [isHeld, sought]: Awaited<ReturnType<typeof look>>) => {
      if (!isHeld) throw notFound('link');
      return this.place(tx, by, type, place, sought);
    };
    return this.lanes.inRoom(roomId, { by, key, identity: { type: 'call.raise', call_type: type }, look, work });
  }

  /**
   * Raises the system's own call at a station: a fault of the device. When the same kind is open there, that call is the
   * answer, and nothing is counted. It supersedes nothing: the patients' calls there remain.
   * @throws DomainError VALIDATION_FAILED for an unknown type
   */
  async raiseBySystem(tx: Transaction, station: Omit<StationPrincipal, 'kind' | 'types'>, type: string): Promise<Raised> {
    const { id: stationId, dept, roomId, bedId } = station;
    const place = { dept, roomId, bedId, stationId, raisedBy: null, atDevice: true };
    return this.place(tx, 'system', type, place, await this.presses.find(tx, type, place));
  }

  /** @param allowed the types that may be raised there; all, unless given */
  private async place(
    tx: Transaction,
    by: Actor,
    type: string,
    place: Place,
    sought: Sought | undefined,
    allowed?: readonly string[],
  ): Promise<Raised> {
    if (!sought) throw unknownType();
    if (allowed && !allowed.includes(type)) throw notOfStation();
    const { rank, dispatch, deadlines, open } = sought;
    if (open) return { call: await this.repeats.press(tx, by, { ...open, rank }, place), repeated: true };
    return { call: await this.newCalls.open(tx, by, { ...place, type, rank, dispatch, deadlines }), repeated: false };
  }
}

function unknownType(): DomainError {
  return new DomainError('VALIDATION_FAILED', 'no such type of call', { details: { fields: [{ path: 'type', problem: 'unknown' }] } });
}

function notOfStation(): DomainError {
  return new DomainError('FORBIDDEN', 'the station may not raise this type of call', { details: { reason: 'station_type' } });
}
