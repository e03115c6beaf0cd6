import { Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { EntityManager, IsNull, MoreThan } from 'typeorm';
import { z } from 'zod';
import { notFound } from '../../platform/common/errors.js';
import { type Page, readCursor, toPage } from '../../platform/common/values/paging.js';
import type { Transaction } from '../../platform/database/transactions.js';
import type { Deadlines } from '../../ward/deadlines/deadlines.js';
import { CallType } from '../../ward/hospital/entities/call-type.entity.js';
import type { CallTypeBody, CallTypePatch, CallTypesQuery } from './call-type-schemas.js';
import { deadlineColumns, deadlinesOf } from './deadlines-schema.js';
import { type Administrator, AuditedChanges, type Change } from '../shared/audited-changes.js';

/** A type of call as administrators see it. */
export type CallTypeView = Required<Omit<CallTypeBody, 'escalation'>> & {
  escalation: Deadlines;
  retired: boolean;
};

function viewOf(type: CallType): CallTypeView {
  const { id, rank, dispatch, cancelPolicy, labels, stationKinds, retiredAt } = type;
  return {
    ...{ id, rank, dispatch, cancel_policy: cancelPolicy, labels, station_kinds: stationKinds },
    escalation: deadlinesOf(type),
    retired: retiredAt !== null,
  };
}

/** Call types. An id is never reused: a type that goes is retired, and may come back. */
@Injectable()
export class CallTypesAdminService {
  constructor(
    @InjectEntityManager() private readonly manager: EntityManager,
    private readonly changes: AuditedChanges,
  ) {}

  async list({ limit, cursor, retired }: CallTypesQuery): Promise<Page<CallTypeView>> {
    const rows = await this.manager.find(CallType, {
      where: { id: MoreThan(readCursor(z.string(), cursor) ?? ''), ...(!retired && { retiredAt: IsNull() }) },
      order: { id: 'ASC' },
      take: limit + 1,
    });
    return toPage(rows.map(viewOf), limit, (last) => last.id);
  }

  get(id: string): Promise<CallTypeView> {
    return read(this.manager, id);
  }

  create(by: Administrator, body: CallTypeBody): Promise<CallTypeView> {
    const { id, rank, dispatch, cancel_policy, labels, station_kinds, escalation } = body;
    return this.change(by, id, { action: 'call_type.create', target: `call_type:${id}`, detail: body }, async (tx) => {
      await tx.manager.insert(CallType, {
        ...{ id, rank, dispatch, cancelPolicy: cancel_policy, labels: labels ?? {} },
        ...(station_kinds && { stationKinds: station_kinds }),
        ...deadlineColumns(escalation),
      });
    });
  }

  /** Labels, kinds and deadlines are replaced as a whole. Calls that are open keep the ladder that they were placed with. */
  update(by: Administrator, id: string, patch: CallTypePatch): Promise<CallTypeView> {
    const { rank, dispatch, cancel_policy, labels, station_kinds, escalation, retired } = patch;
    return this.change(by, id, { action: 'call_type.update', target: `call_type:${id}`, detail: patch }, async (tx) => {
      const before = await tx.manager.findOne(CallType, { where: { id }, lock: { mode: 'for_no_key_update' } });
      if (!before) throw notFound('call type');
      const changed = {
        ...(rank !== undefined && { rank }),
        ...(dispatch !== undefined && { dispatch }),
        ...(cancel_policy !== undefined && { cancelPolicy: cancel_policy }),
        ...(labels !== undefined && { labels }),
        ...(station_kinds !== undefined && { stationKinds: station_kinds }),
        ...(escalation !== undefined && deadlineColumns(escalation)),
        ...(retired === false && { retiredAt: null }),
        ...(retired === true && before.retiredAt === null && { retiredAt: () => 'app_now()' }),
      };
      if (Object.keys(changed).length > 0) await tx.manager.update(CallType, { id }, changed);
    });
  }

  /** @throws DomainError NOT_FOUND for one that is retired already */
  async retire(by: Administrator, id: string): Promise<void> {
    await this.change(by, id, { action: 'call_type.retire', target: `call_type:${id}` }, async (tx) => {
      const { affected } = await tx.manager.update(CallType, { id, retiredAt: IsNull() }, { retiredAt: () => 'app_now()' });
      if (affected !== 1) throw notFound('call type');
    });
  }

  private change(by: Administrator, id: string, change: Change, work: (tx: Transaction) => Promise<unknown>): Promise<CallTypeView> {
    return this.changes.run(by, change, async (tx, directory) => {
      await work(tx);
      await directory.changedEverywhere('call_types');
      return read(tx.manager, id);
    });
  }
}

/** @throws DomainError NOT_FOUND */
async function read(manager: EntityManager, id: string): Promise<CallTypeView> {
  const found = await manager.findOneBy(CallType, { id });
  if (!found) throw notFound('call type');
  return viewOf(found);
}
