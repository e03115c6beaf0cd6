import { Injectable } from '@nestjs/common';
import { type AuditEntry, AuditLog } from '../../identity/audit/audit-log.service.js';
import { actorOf, type StaffPrincipal } from '../../identity/access/principal.js';
import { type CommandIdentity, IdempotentCommands } from '../../platform/idempotency/idempotent-commands.js';
import { notFound } from '../../platform/common/errors.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';

const lockQueue = statement('lock_department_queue', 'SELECT dept_id FROM department_queue WHERE dept_id = $1 FOR UPDATE');

/** The manager and the address of the request. */
export interface Manager {
  staff: StaffPrincipal;
  address: string | undefined;
}

/** A command on a department's staffing; `type` is also the action that the audit names. */
export type StaffingCommand = CommandIdentity & { dept: string };

/** How the audit names what was changed: `staff:<id>`, `room:icu-101`. */
export type AuditedChange = Pick<AuditEntry, 'target' | 'detail'>;

/** Every change of a manager's: once per key, under the lock of the department's queue, together with its audit record. */
@Injectable()
export class StaffingChanges {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Runs a change with the queue's row locked: it comes before or after the choice of a nurse, never in the middle of one.
   * @param work returns the answer, JSON and not undefined, and what the audit keeps beside the department
   * @throws DomainError NOT_FOUND; IDEMPOTENCY_KEY_REUSED; what `work` throws
   */
  run<T>(
    { staff, address }: Manager,
    key: string | undefined,
    command: StaffingCommand,
    work: (tx: Transaction, actor: string) => Promise<{ answer: T; record: AuditedChange }>,
  ): Promise<T> {
    const actor = actorOf(staff);
    return this.commands.run(actor, key, command, async (tx) => {
      if (!(await tx.one(lockQueue, [command.dept]))) throw notFound('department');
      const { answer, record } = await work(tx, actor);
      const detail = { dept: command.dept, ...record.detail };
      this.audit.append(tx, { actor, action: command.type, ...record, detail, result: 'ok', ...(address !== undefined && { address }) });
      return answer;
    });
  }
}
