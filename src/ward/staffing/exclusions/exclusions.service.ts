import { Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { EntityManager, IsNull, MoreThan, Raw } from 'typeorm';
import { DomainError, notFound } from '../../../platform/common/errors.js';
import { newId, uuid } from '../../../platform/common/values/ids.js';
import { type Page, readCursor, toPage } from '../../../platform/common/values/paging.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { EventLog } from '../../../events/log/event-log.js';
import { DueWorkScheduler } from '../../../platform/scheduling/due-work-scheduler.js';
import { Exclusion } from '../entities/exclusion.entity.js';
import { DutyArrivals } from '../queue/duty-arrivals.js';
import { type Manager, StaffingChanges } from '../staffing-changes.js';
import { requireAhead, requireMembers } from '../staffing-checks.js';
import type { ExclusionBody, PageQuery } from '../staffing-schemas.js';
import { leads } from '../../../identity/access/capabilities.js';

const MAX_DAYS = 31;
const NIL = '00000000-0000-0000-0000-000000000000';
const VIEW = `id, dept_id AS dept, staff_id, iso(until) AS until, reason, author_id, iso(created_at) AS created_at`;
/** By the time that was set, so that an engine which is late changes nothing. */
const ACTIVE = 'ended_at IS NULL AND until > app_now()';

const endOverdue = statement(
  'end_overdue_exclusion',
  `UPDATE exclusions SET ended_at = app_now() WHERE dept_id = $1 AND staff_id = $2 AND ended_at IS NULL AND until <= app_now() RETURNING id`,
);
const insert = statement(
  'insert_exclusion',
  `INSERT INTO exclusions (id, dept_id, staff_id, until, reason, author_id) VALUES ($1, $2, $3, $4, $5, $6)
   ON CONFLICT (dept_id, staff_id) WHERE ended_at IS NULL DO NOTHING RETURNING ${VIEW}`,
);
const extend = statement(
  'extend_exclusion',
  `UPDATE exclusions SET until = $3, reason = $4, author_id = $5 WHERE dept_id = $1 AND staff_id = $2 AND ${ACTIVE} AND until < $3
   RETURNING ${VIEW}`,
);
const end = statement(
  'end_exclusion',
  `UPDATE exclusions SET ended_at = app_now() WHERE id = $1 AND dept_id = $2 AND ${ACTIVE} RETURNING staff_id`,
);

/**
 * The department's calls that ask the person go on: pending ones, and urgent ones that another person has accepted. Each has its own
 * transaction, because calls are locked before the queue. A manager keeps the calls that were shown to all managers.
 */
const moveCalls = statement(
  'move_calls_of_excluded',
  `INSERT INTO call_moves (call_id, staff_id, reason)
   SELECT c.id, $2, 'excluded' FROM calls c JOIN annunciations a ON a.call_id = c.id AND a.staff_id = $2 AND a.withdrawn_at IS NULL
   WHERE c.dept_id = $1 AND (c.state = 'pending' OR c.state = 'accepted' AND c.accepted_by IS DISTINCT FROM $2)
     AND (NOT ${leads('a.role')} OR a.reason NOT IN ('manager', 'broadcast', 'administrator'))
   ON CONFLICT DO NOTHING`,
);

export interface ExclusionView {
  id: string;
  dept: string;
  staff_id: string;
  until: string;
  reason: string;
  author_id: string;
  created_at: string;
}

type Row = ExclusionView & Record<string, unknown>;

/** Nurses taken out of the queue for a time. They keep their place in it, and are not chosen. */
@Injectable()
export class ExclusionsService {
  constructor(
    @InjectEntityManager() private readonly manager: EntityManager,
    private readonly changes: StaffingChanges,
    private readonly log: EventLog,
    private readonly arrivals: DutyArrivals,
    private readonly scheduler: DueWorkScheduler,
  ) {}

  /** The active ones, oldest first. */
  async list(dept: string, { limit, cursor }: PageQuery): Promise<Page<ExclusionView>> {
    const after = readCursor(uuid, cursor) ?? NIL;
    const rows = await this.manager.find(Exclusion, {
      where: { dept, endedAt: IsNull(), until: Raw((until) => `${until} > app_now()`), id: MoreThan(after) },
      order: { id: 'ASC' },
      take: limit + 1,
    });
    return toPage(rows.map(viewOf), limit, (last) => last.id);
  }

  /**
   * Excludes a person. A later `until` for a person who is excluded already extends that exclusion (`extended`).
   * @throws DomainError NOT_FOUND for somebody who is no member; ALREADY_EXISTS while an exclusion of theirs lasts as long or longer;
   * VALIDATION_FAILED for an `until` that is past or more than 31 days away
   */
  exclude(by: Manager, dept: string, body: ExclusionBody, key: string | undefined): Promise<ExclusionView & { extended?: true }> {
    return this.changes.run(by, key, { type: 'exclusion.create', dept, ...body }, async (tx, actorId) => {
      await requireAhead(tx, 'until', body.until, MAX_DAYS);
      await requireMembers(tx, dept, [body.staff_id]);
      await this.endOverdue(tx, dept, body.staff_id);
      const { staff_id: staffId, until: wanted, reason } = body;
      const made = await tx.one<Row>(insert, [newId(), dept, staffId, wanted, reason, by.staff.id]);
      const extended = made ? undefined : await tx.one<Row>(extend, [dept, staffId, wanted, reason, by.staff.id]);
      const answer = made ?? (extended && { ...extended, extended: true as const });
      if (!answer) throw new DomainError('ALREADY_EXISTS', 'the nurse is excluded for as long already');
      const { id: exclusion_id, staff_id, until } = answer;
      await tx.query(moveCalls, [dept, staff_id]);
      tx.afterCommit(() => {
        this.scheduler.wake('lost_nurse_calls');
      });
      this.log.append(tx, { dept, type: 'nurse.excluded', data: { staff_id, exclusion_id, until }, actorId });
      return { answer, record: { target: `staff:${staff_id}`, detail: { exclusion_id, until, ...(extended && { extended: true }) } } };
    });
  }

  /** Ends one before its time. @throws DomainError NOT_FOUND when it is not active */
  async restore(by: Manager, dept: string, id: string, key: string | undefined): Promise<void> {
    await this.changes.run(by, key, { type: 'exclusion.end', dept, id }, async (tx, actorId) => {
      const ended = await tx.one<{ staff_id: string }>(end, [id, dept]);
      if (!ended) throw notFound('exclusion');
      await this.arrivals.note(tx, dept, ended.staff_id);
      const data = { staff_id: ended.staff_id, exclusion_id: id };
      this.log.append(tx, { dept, type: 'nurse.restored', data, actorId });
      return { answer: null, record: { target: `staff:${ended.staff_id}`, detail: { exclusion_id: id } } };
    });
  }

  /** An exclusion that is over, but that the engine has not ended yet, does not prevent the next. */
  private async endOverdue(tx: Transaction, dept: string, staffId: string): Promise<void> {
    const overdue = await tx.one<{ id: string }>(endOverdue, [dept, staffId]);
    if (overdue) this.log.append(tx, { dept, type: 'nurse.restored', data: { staff_id: staffId, exclusion_id: overdue.id } });
  }
}

function viewOf({ id, dept, staffId, until, reason, authorId, createdAt }: Exclusion): ExclusionView {
  return { id, dept, staff_id: staffId, until: until.toISOString(), reason, author_id: authorId, created_at: createdAt.toISOString() };
}
