import { z } from 'zod';
import { Logger } from '../../../platform/logging/logger.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { type EscalationPolicy, EscalationPolicyProvider } from './escalation-policy.js';

const PATIENCE_MS = 200;
const seconds = z.int().min(1).max(86_400);
/** What the engines can climb by. The columns of `calls` refuse anything else. */
const policy = z
  .object({ l1Sec: seconds, l2Sec: seconds, l3Sec: seconds, repeatSec: seconds, presenceSec: seconds, attendanceSec: seconds.nullable() })
  .partial({ presenceSec: true, attendanceSec: true })
  .refine(({ l1Sec, l2Sec, l3Sec }) => l1Sec < l2Sec && l2Sec < l3Sec);

const savepoint = statement('before_extension', 'SAVEPOINT before_extension');
const goBack = statement('back_before_extension', 'ROLLBACK TO SAVEPOINT before_extension');

/** A hospital's own policies, which cannot keep a call from being placed: where they fail, are late or answer nonsense, the default decides. */
export class CheckedPolicies extends EscalationPolicyProvider {
  constructor(
    private readonly own: EscalationPolicyProvider,
    private readonly standard: EscalationPolicyProvider,
    private readonly logger: Logger,
  ) {
    super();
  }

  async policyFor(tx: Transaction, call: { dept: string; type: string }): Promise<EscalationPolicy> {
    await tx.query(savepoint);
    try {
      return withoutUndefined(policy.parse(await inTime(this.own.policyFor(tx, call))));
    } catch (error) {
      this.logger.error('extension.failed', { point: 'escalation_policy', dept: call.dept, type: call.type, error });
      await tx.query(goBack);
      return this.standard.policyFor(tx, call);
    }
  }
}

function withoutUndefined({ presenceSec, attendanceSec, ...ladder }: z.infer<typeof policy>): EscalationPolicy {
  return { ...ladder, ...(presenceSec !== undefined && { presenceSec }), ...(attendanceSec !== undefined && { attendanceSec }) };
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${String(PATIENCE_MS)} ms`));
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
