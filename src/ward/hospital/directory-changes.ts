import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { EventCatalog, type PayloadsOf } from '../../events/log/event-catalog.js';
import { EventLog } from '../../events/log/event-log.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';

/** The parts of a department's directory. `facility`: the languages that labels are shown in; `staff`: names of colleagues. */
const DIRECTORY_PARTS = ['department', 'facility', 'rooms', 'beds', 'stations', 'call_types', 'staff'] as const;
export type DirectoryPart = (typeof DIRECTORY_PARTS)[number];

export const DIRECTORY_EVENT_TYPES = {
  'directory.changed': {
    critical: false,
    data: z.strictObject({ changed: z.array(z.enum(DIRECTORY_PARTS)) }).describe('clients ask GET /departments/:id again'),
  },
} as const;

declare module '../../events/log/event.js' {
  interface EventPayloads extends PayloadsOf<typeof DIRECTORY_EVENT_TYPES> {}
}

const PENDING = Symbol('changed directories');
const everyDepartment = statement('every_department', 'SELECT id FROM departments WHERE retired_at IS NULL ORDER BY id');

/** Says in the log of each department concerned that its directory has changed: once a transaction, with the change itself. */
@Injectable()
export class DirectoryChanges implements OnModuleInit {
  constructor(
    private readonly catalog: EventCatalog,
    private readonly log: EventLog,
  ) {}

  onModuleInit(): void {
    this.catalog.declareAll(DIRECTORY_EVENT_TYPES);
  }

  announce(tx: Transaction, dept: string, part: DirectoryPart, actorId: string): void {
    const pending = tx.note(PENDING, () => new Map<string, DirectoryPart[]>());
    const changed = pending.get(dept);
    if (changed) {
      if (!changed.includes(part)) changed.push(part);
      return;
    }
    const parts = [part];
    pending.set(dept, parts);
    this.log.append(tx, { dept, type: 'directory.changed', data: { changed: parts }, actorId });
  }

  async announceEverywhere(tx: Transaction, part: DirectoryPart, actorId: string): Promise<void> {
    for (const { id } of await tx.query<{ id: string }>(everyDepartment)) this.announce(tx, id, part, actorId);
  }
}
