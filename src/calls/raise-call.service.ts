import { Injectable } from '@nestjs/common';
import { DepartmentAccess } from '../auth/department-access.js';
import { actorOf, type Principal, type StaffPrincipal, type StationPrincipal } from '../auth/principal.js';
import { IdempotentCommands } from '../commands/idempotent-commands.js';
import { DomainError, notFound } from '../common/errors.js';
import { newId } from '../common/ids.js';
import { StartAgain } from '../database/database-error.js';
import { statement } from '../database/statement.js';
import type { Transaction } from '../database/transactions.js';
import type { CallView } from './call.js';
import { CallJournal } from './call-journal.js';
import { CallsRepository, type NewCall } from './calls.repository.js';
import { Recipients } from './recipients.js';

const findType = statement('find_call_type', 'SELECT rank FROM call_types WHERE id = $1 AND retired_at IS NULL');
const findPlace = statement(
  'find_place',
  `SELECT r.dept_id AS dept,
     r.dept_id = ANY(ARRAY(SELECT m.dept_id FROM memberships m WHERE m.staff_id = p.id)) OR p.role = 'admin' AS "isMember"
   FROM rooms r JOIN departments d ON d.id = r.dept_id AND d.retired_at IS NULL JOIN staff p ON p.id = $3 AND p.active
   WHERE r.id = $1 AND r.retired_at IS NULL
     AND ($2::text IS NULL OR EXISTS (SELECT FROM beds b WHERE b.id = $2 AND b.room_id = r.id AND b.retired_at IS NULL))`,
);

/** What raising answers: the call, and whether it is a new one or one that was open already. */
export interface Raised {
  call: CallView;
  repeated: boolean;
}

type Place = Omit<NewCall, 'id' | 'type' | 'rank'>;

/** Places calls: a press of a button, or a member of the department asking for help. */
@Injectable()
export class RaiseCallService {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly calls: CallsRepository,
    private readonly recipients: Recipients,
    private readonly journal: CallJournal,
    private readonly access: DepartmentAccess,
  ) {}

  /**
   * A press. Pressing again while the same kind is open at the station answers with that call, and counts.
   * @throws DomainError VALIDATION_FAILED for an unknown type
   */
  raiseAtStation(station: StationPrincipal, type: string, key: string | undefined): Promise<Raised> {
    const { id: stationId, dept, roomId, bedId } = station;
    return this.commands.run(actorOf(station), key, { type: 'call.raise', call_type: type }, (tx) =>
      this.place(tx, station, type, { dept, roomId, bedId, stationId, raisedBy: null }),
    );
  }

  /**
   * A member of the department asks for help at a place. Where the same kind is open there already, whoever raised it, that
   * is the call.
   * @throws DomainError NOT_FOUND for a room or bed that one may not know; VALIDATION_FAILED for an unknown type
   */
  raiseByStaff(
    staff: StaffPrincipal,
    request: { type: string; room_id: string; bed_id?: string | undefined },
    key: string,
  ): Promise<Raised> {
    const { type, room_id: roomId, bed_id } = request;
    const bedId = bed_id ?? null;
    return this.commands.run(actorOf(staff), key, { type: 'call.raise', call_type: type, roomId, bedId }, async (tx) => {
      const found = await tx.one<{ dept: string; isMember: boolean }>(findPlace, [roomId, bedId, staff.id]);
      if (!found?.isMember) {
        if (found) this.access.count();
        throw notFound('room or bed');
      }
      return this.place(tx, staff, type, { dept: found.dept, roomId, bedId, stationId: null, raisedBy: staff.id });
    });
  }

  private async place(tx: Transaction, by: Principal, type: string, place: Place): Promise<Raised> {
    const rank = await this.requireRank(tx, type);
    const { stationId, roomId, bedId } = place;
    const open =
      stationId === null ? await this.calls.openAtPlace(tx, roomId, bedId, type) : await this.calls.openAtStation(tx, stationId, type);
    if (open !== undefined) return this.repeat(tx, by, open);
    const call = { ...place, id: newId(), type, rank };
    // Another press opened it between the look and the insert: now there is one to repeat.
    if (!(await this.calls.insert(tx, call))) throw new StartAgain();
    const { unattended } = await this.recipients.choose(tx, call);
    const view = await this.calls.view(tx, call.id);
    this.journal.append(tx, 'call.pending', view, by);
    if (unattended) this.journal.append(tx, 'call.unattended', view, by, { reason: 'nobody_on_duty' });
    return { call: view, repeated: false };
  }

  private async repeat(tx: Transaction, by: Principal, id: string): Promise<Raised> {
    const due = await this.calls.repeat(tx, id);
    const view = await this.calls.view(tx, id);
    if (due) this.journal.append(tx, 'call.repeated', view, by);
    return { call: view, repeated: true };
  }

  private async requireRank(tx: Transaction, type: string): Promise<number> {
    const row = await tx.one<{ rank: number }>(findType, [type]);
    if (row) return row.rank;
    throw new DomainError('VALIDATION_FAILED', 'no such type of call', { details: { fields: [{ path: 'type', problem: 'unknown' }] } });
  }
}
