import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../identity/audit/audit-log.service.js';
import { actorOf, type StaffPrincipal } from '../../identity/access/principal.js';
import { DomainError } from '../../platform/common/errors.js';
import { isForeignKeyViolation, isUniqueViolation } from '../../platform/database/database-error.js';
import { type Transaction, Transactions } from '../../platform/database/transactions.js';
import { DirectoryChanges, type DirectoryPart } from '../../ward/hospital/directory-changes.js';

/** The administrator and the address of the request. */
export interface Administrator {
  staff: StaffPrincipal;
  address: string;
}

/** The object of the change, as the audit names it: `department:icu`. */
export interface Change {
  action: string;
  target: string;
  detail?: Readonly<Record<string, unknown>>;
}

/** Says that directories have changed, in the change's own transaction. */
export interface ChangedDirectories {
  changed(dept: string, part: DirectoryPart): void;
  /** The part has changed in every department in use. */
  changedEverywhere(part: DirectoryPart): Promise<void>;
}

/** Every change of an administrator's commits together with its audit record, and with the news for the departments concerned. */
@Injectable()
export class AuditedChanges {
  constructor(
    private readonly transactions: Transactions,
    private readonly audit: AuditLog,
    private readonly directory: DirectoryChanges,
  ) {}

  /**
   * @throws DomainError ALREADY_EXISTS when an id or name is taken; STILL_IN_USE when something refers to what is to go,
   * or what is referred to does not exist; what `work` throws
   */
  async run<T>(
    { staff, address }: Administrator,
    change: Change,
    work: (tx: Transaction, directories: ChangedDirectories) => Promise<T>,
  ): Promise<T> {
    const actor = actorOf(staff);
    try {
      return await this.transactions.run(async (tx) => {
        const result = await work(tx, {
          changed: (dept, part) => {
            this.directory.announce(tx, dept, part, actor);
          },
          changedEverywhere: (part) => this.directory.announceEverywhere(tx, part, actor),
        });
        this.audit.append(tx, { actor, ...change, result: 'ok', address });
        return result;
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new DomainError('ALREADY_EXISTS', 'the id or name is taken');
      if (isForeignKeyViolation(error))
        throw new DomainError('STILL_IN_USE', 'something else refers to it, or it refers to something else');
      throw error;
    }
  }
}
