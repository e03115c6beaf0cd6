import { Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { EntityManager } from 'typeorm';
import { DomainError } from '../../platform/common/errors.js';
import type { Rate } from '../../platform/config/settings/setting.js';
import { LiveLimit } from '../../platform/database/entities/live-limit.entity.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { contradiction, LIMIT_NAMES, type LimitName, type Limits, limitText, liveSettings } from '../../platform/limits/limits.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';
import { fieldOf, type LimitsPatch, patched } from './limits-schema.js';

/** Two patches that are right alone must not be wrong together. */
const takeTurn = statement('take_limits_turn', "SELECT pg_advisory_xact_lock(hashtext('wardline limits'), 0)");

type Value = number | string;

/** The limits in force, each by its name; what holds where nobody sets anything; who set what when. */
export type LimitsView = Record<string, Value | Record<string, Value> | Record<string, { by: string; at: string }>>;

/** Limits that administrators change while nodes run: in force on every node at once, and after restarts. */
@Injectable()
export class LimitsAdminService {
  constructor(
    @InjectEntityManager() private readonly manager: EntityManager,
    private readonly changes: AuditedChanges,
    private readonly limits: LiveLimits,
  ) {}

  async get(): Promise<LimitsView> {
    return this.view(await this.manager.find(LiveLimit));
  }

  /** @throws DomainError VALIDATION_FAILED with the field when the limits would contradict each other */
  async patch(by: Administrator, patch: LimitsPatch): Promise<LimitsView> {
    const detail = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const rows = await this.changes.run(by, { action: 'limits.update', target: 'limits', detail }, async (tx) => {
      await tx.query(takeTurn);
      for (const name of LIMIT_NAMES) await this.write(tx, by, name, patched(patch, name));
      const after = await tx.manager.find(LiveLimit);
      this.requireSense(after);
      return after;
    });
    await this.limits.changed();
    return this.view(rows);
  }

  private async write(tx: Transaction, { staff }: Administrator, name: LimitName, value: string | null | undefined): Promise<void> {
    if (value === undefined) return;
    if (value === null) await tx.manager.delete(LiveLimit, { name });
    else await tx.manager.upsert(LiveLimit, { name, value, changedBy: staff.id, changedAt: () => 'app_now()' }, ['name']);
  }

  private requireSense(rows: readonly LiveLimit[]): void {
    const wrong = contradiction(this.merge(rows));
    if (wrong === undefined) return;
    throw new DomainError('VALIDATION_FAILED', 'the limits would contradict each other', {
      details: { fields: [{ path: fieldOf(wrong), problem: 'contradiction' }] },
    });
  }

  private merge(rows: readonly LiveLimit[]): Limits {
    const set = rows.flatMap(({ name, value }) => {
      const parsed = isLimit(name) ? liveSettings.shape[name].safeParse(value) : undefined;
      return parsed?.success ? [[name, parsed.data]] : [];
    });
    return { ...this.limits.defaults, ...(Object.fromEntries(set) as Partial<Limits>) };
  }

  private view(rows: readonly LiveLimit[]): LimitsView {
    const changed = rows
      .filter(({ name }) => isLimit(name))
      .map(({ name, changedBy, changedAt }) => [fieldOf(name as LimitName), { by: changedBy, at: changedAt.toISOString() }]);
    return {
      ...values(this.merge(rows)),
      defaults: values(this.limits.defaults),
      changed: Object.fromEntries(changed) as Record<string, { by: string; at: string }>,
    };
  }
}

function isLimit(name: string): name is LimitName {
  return (LIMIT_NAMES as string[]).includes(name);
}

/** Numbers as numbers, rates as in the settings: `50/10`, `0` for none. */
function values(limits: Limits): Record<string, Value> {
  const shown = (value: number | Rate | null) => (typeof value === 'number' ? value : limitText(value));
  return Object.fromEntries(LIMIT_NAMES.map((name) => [fieldOf(name), shown(limits[name])]));
}
