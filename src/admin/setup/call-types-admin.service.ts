import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { notFound } from '../../platform/common/errors.js';
import { type Page, readCursor, toPage } from '../../platform/common/paging.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { DEADLINE_COLUMNS } from '../../ward/calls/policies/department-policies.js';
import type { CallTypeBody, CallTypePatch, CallTypesQuery } from './call-type-schemas.js';
import { deadlineValues } from './deadlines-schema.js';
import { type Administrator, AuditedChanges, type Change } from '../shared/audited-changes.js';

const ESCALATION = DEADLINE_COLUMNS.map((column) => `'${column}', ${column}`).join(', ');
const VIEW = `id, rank, dispatch, cancel_policy, labels, station_kinds, json_build_object(${ESCALATION}) AS escalation,
  retired_at IS NOT NULL AS retired`;
const list = statement(
  'list_call_types',
  `SELECT ${VIEW} FROM call_types WHERE id > $1 AND ($2 OR retired_at IS NULL) ORDER BY id LIMIT $3`,
);
const find = statement('find_call_type', `SELECT ${VIEW} FROM call_types WHERE id = $1`);
const lock = statement('lock_call_type', 'SELECT id FROM call_types WHERE id = $1 FOR NO KEY UPDATE');
const insert = statement(
  'insert_call_type',
  `INSERT INTO call_types (id, rank, dispatch, cancel_policy, labels, station_kinds, ${DEADLINE_COLUMNS.join(', ')})
   VALUES ($1, $2, $3, $4, $5, coalesce($6, '{bedside,bathroom,staff_console}'::text[]), $7, $8, $9, $10, $11, $12)`,
);
const update = statement(
  'update_call_type',
  `UPDATE call_types SET rank = coalesce($2, rank), dispatch = coalesce($3, dispatch), cancel_policy = coalesce($4, cancel_policy),
     labels = coalesce($5, labels), station_kinds = coalesce($6, station_kinds),
     retired_at = CASE WHEN $7::boolean IS NULL THEN retired_at WHEN $7 THEN coalesce(retired_at, app_now()) END
   WHERE id = $1`,
);
const setDeadlines = statement(
  'set_call_type_deadlines',
  `UPDATE call_types SET ${DEADLINE_COLUMNS.map((column, index) => `${column} = $${String(index + 2)}`).join(', ')} WHERE id = $1`,
);

/** A type of call as administrators see it. */
export type CallTypeView = Required<Omit<CallTypeBody, 'escalation'>> & {
  escalation: Record<(typeof DEADLINE_COLUMNS)[number], number | null>;
  retired: boolean;
};
type Row = CallTypeView & Record<string, unknown>;

/** What may be called for. Ids are never reused: a type that goes is retired, and may come back. */
@Injectable()
export class CallTypesAdminService {
  constructor(
    private readonly database: Database,
    private readonly changes: AuditedChanges,
  ) {}

  async list({ limit, cursor, retired }: CallTypesQuery): Promise<Page<CallTypeView>> {
    const values = [readCursor(z.string(), cursor) ?? '', retired, limit + 1];
    return toPage<CallTypeView>(await this.database.query<Row>(list, values), limit, (last) => last.id);
  }

  async get(id: string): Promise<CallTypeView> {
    const [row] = await this.database.query<Row>(find, [id]);
    if (!row) throw notFound('call type');
    return row;
  }

  create(by: Administrator, body: CallTypeBody): Promise<CallTypeView> {
    const { id, rank, dispatch, cancel_policy, labels, station_kinds, escalation } = body;
    return this.change(by, id, { action: 'call_type.create', target: `call_type:${id}`, detail: body }, async (tx) => {
      const values = [
        id,
        rank,
        dispatch,
        cancel_policy,
        JSON.stringify(labels ?? {}),
        station_kinds ?? null,
        ...deadlineValues(escalation),
      ];
      await tx.query(insert, values);
    });
  }

  /** Labels, kinds and deadlines are replaced as a whole. Calls that are open keep the ladder that they were placed with. */
  update(by: Administrator, id: string, patch: CallTypePatch): Promise<CallTypeView> {
    const { rank, dispatch, cancel_policy, labels, station_kinds, escalation, retired } = patch;
    return this.change(by, id, { action: 'call_type.update', target: `call_type:${id}`, detail: patch }, async (tx) => {
      if (!(await tx.one(lock, [id]))) throw notFound('call type');
      const label = labels === undefined ? null : JSON.stringify(labels);
      await tx.query(update, [id, rank ?? null, dispatch ?? null, cancel_policy ?? null, label, station_kinds ?? null, retired ?? null]);
      if (escalation !== undefined) await tx.query(setDeadlines, [id, ...deadlineValues(escalation)]);
    });
  }

  /** @throws DomainError NOT_FOUND for one that is retired already */
  async retire(by: Administrator, id: string): Promise<void> {
    if ((await this.get(id)).retired) throw notFound('call type');
    const retired = [id, null, null, null, null, null, true];
    await this.change(by, id, { action: 'call_type.retire', target: `call_type:${id}` }, (tx) => tx.query(update, retired));
  }

  private change(by: Administrator, id: string, change: Change, work: (tx: Transaction) => Promise<unknown>): Promise<CallTypeView> {
    return this.changes.run(by, change, async (tx, directory) => {
      await work(tx);
      await directory.changedEverywhere('call_types');
      const row = await tx.one<Row>(find, [id]);
      if (!row) throw notFound('call type');
      return row;
    });
  }
}
