import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { counterFromZero } from '../../platform/metrics/metric-providers.js';

export const signInMetricProvider = counterFromZero(
  { name: 'wardline_sign_ins_total', help: 'Sign-ins by their result, as the audit has them.', labelNames: ['result'] },
  [{ result: 'ok' }, { result: 'refused' }],
);

/** One record: actor, action, target, address and result. */
export interface AuditEntry {
  /** `staff:<id>`, `station:<id>`, `system` or `anonymous`. */
  actor: string;
  action: string;
  target?: string;
  result: 'ok' | 'refused';
  address?: string;
  detail?: Readonly<Record<string, unknown>>;
}

const PENDING = Symbol('audit entries');
const append = statement('append_audit', 'SELECT append_audit($1, $2, $3, $4, $5, $6)');

function values(entry: AuditEntry): unknown[] {
  return [
    entry.actor,
    entry.action,
    entry.target ?? null,
    entry.result,
    entry.address ?? null,
    entry.detail ? JSON.stringify(entry.detail) : null,
  ];
}

/** The append-only, hash-chained record. */
@Injectable()
export class AuditLog {
  constructor(
    private readonly database: Database,
    @InjectMetric('wardline_sign_ins_total') private readonly signIns: Counter,
  ) {}

  /** Commits with the change that it records. */
  append(tx: Transaction, entry: AuditEntry): void {
    const pending = tx.note<AuditEntry[]>(PENDING, () => {
      const entries: AuditEntry[] = [];
      tx.beforeCommit('audit', () => entries.map((one) => ({ statement: append, values: values(one) })));
      return entries;
    });
    pending.push(entry);
    tx.afterCommit(() => {
      this.count(entry);
    });
  }

  /** For what changes nothing else: refusals. */
  async record(entry: AuditEntry): Promise<void> {
    await this.database.query(append, values(entry));
    this.count(entry);
  }

  /** Refusals that repeat come as one record with their count. */
  private count({ action, result, detail }: AuditEntry): void {
    if (action !== 'sign_in') return;
    const count = detail?.['count'];
    this.signIns.inc({ result }, typeof count === 'number' ? count : 1);
  }
}
