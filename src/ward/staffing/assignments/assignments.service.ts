import { Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { EntityManager, MoreThan, Raw } from 'typeorm';
import { notFound } from '../../../platform/common/errors.js';
import { placeId } from '../../../platform/common/values/ids.js';
import { type Page, readCursor, toPage } from '../../../platform/common/values/paging.js';
import { statement } from '../../../platform/database/statement.js';
import { EventLog } from '../../../events/log/event-log.js';
import { RoomAssignment } from '../entities/room-assignment.entity.js';
import { type Manager, StaffingChanges } from '../staffing-changes.js';
import { requireAhead, requireMembers } from '../staffing-checks.js';
import type { AssignmentBody, PageQuery } from '../staffing-schemas.js';

const VIEW = `room_id, dept_id AS dept, primary_id AS "primary", backup_id AS backup, iso(until) AS until, author_id, iso(assigned_at) AS assigned_at`;
/** By the time that was set, so that an engine which is late changes nothing. */
const IN_FORCE = '(until IS NULL OR until > app_now())';

const holdRoom = statement('hold_room', 'SELECT id FROM rooms WHERE id = $1 AND dept_id = $2 AND retired_at IS NULL FOR SHARE');
const put = statement(
  'put_assignment',
  `INSERT INTO room_assignments (room_id, dept_id, primary_id, backup_id, until, author_id) VALUES ($1, $2, $3, $4, $5, $6)
   ON CONFLICT (room_id) DO UPDATE SET dept_id = excluded.dept_id, primary_id = excluded.primary_id, backup_id = excluded.backup_id,
     until = excluded.until, author_id = excluded.author_id, assigned_at = app_now(), warned_at = NULL
   RETURNING ${VIEW}`,
);
const remove = statement(
  'remove_assignment',
  `DELETE FROM room_assignments WHERE room_id = $1 AND dept_id = $2 AND ${IN_FORCE} RETURNING room_id`,
);

export interface AssignmentView {
  room_id: string;
  dept: string;
  primary: string;
  backup: string | null;
  until: string | null;
  author_id: string;
  assigned_at: string;
}

/** The people who answer a room's calls first, over the queue: one assignment a room. */
@Injectable()
export class AssignmentsService {
  constructor(
    @InjectEntityManager() private readonly manager: EntityManager,
    private readonly changes: StaffingChanges,
    private readonly log: EventLog,
  ) {}

  /** Lists the assignments in force, by room. */
  async list(dept: string, { limit, cursor }: PageQuery): Promise<Page<AssignmentView>> {
    const after = readCursor(placeId, cursor) ?? '';
    const inForce = { dept, roomId: MoreThan(after), until: Raw((until) => `(${until} IS NULL OR ${until} > app_now())`) };
    const rows = await this.manager.find(RoomAssignment, { where: inForce, order: { roomId: 'ASC' }, take: limit + 1 });
    return toPage(rows.map(viewOf), limit, (last) => last.room_id);
  }

  /**
   * Sets the room's assignment, in place of the one it may have.
   * @throws DomainError NOT_FOUND for a room or people that are not of the department; VALIDATION_FAILED for an `until` that is past
   */
  assign(by: Manager, dept: string, room: string, body: AssignmentBody, key: string | undefined): Promise<AssignmentView> {
    return this.changes.run(by, key, { type: 'room.assign', dept, room, ...body }, async (tx, actorId) => {
      if (!(await tx.one(holdRoom, [room, dept]))) throw notFound('room');
      if (typeof body.until === 'string') await requireAhead(tx, 'until', body.until);
      const backup = body.backup ?? null;
      await requireMembers(tx, dept, backup === null ? [body.primary] : [body.primary, backup]);
      const values = [room, dept, body.primary, backup, body.until ?? null, by.staff.id];
      const answer = await tx.one<AssignmentView & Record<string, unknown>>(put, values);
      if (!answer) throw new Error('an assignment was neither made nor replaced');
      const data = { primary_id: answer.primary, backup_id: answer.backup, until: answer.until };
      this.log.append(tx, { dept, type: 'room.assigned', data: { room_id: room, ...data }, actorId });
      return { answer, record: { target: `room:${room}`, detail: data } };
    });
  }

  /** @throws DomainError NOT_FOUND when the room has none */
  async unassign(by: Manager, dept: string, room: string, key: string | undefined): Promise<void> {
    await this.changes.run(by, key, { type: 'room.unassign', dept, room }, async (tx, actorId) => {
      if (!(await tx.one(remove, [room, dept]))) throw notFound('assignment');
      this.log.append(tx, { dept, type: 'room.unassigned', data: { room_id: room, reason: 'removed' }, actorId });
      return { answer: null, record: { target: `room:${room}` } };
    });
  }
}

function viewOf({ roomId, dept, primaryId, backupId, until, authorId, assignedAt }: RoomAssignment): AssignmentView {
  return {
    ...{ room_id: roomId, dept, primary: primaryId, backup: backupId, until: until?.toISOString() ?? null },
    ...{ author_id: authorId, assigned_at: assignedAt.toISOString() },
  };
}
