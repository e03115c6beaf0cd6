import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.service.js';
import { notFound } from '../../platform/common/errors.js';
import { NIL_ID, uuid } from '../../platform/common/values/ids.js';
import { type Page, readCursor, toPage } from '../../platform/common/values/paging.js';
import { Transactions } from '../../platform/database/transactions.js';
import type { StaffPrincipal } from '../access/principal.js';
import { SessionsService } from './sessions.service.js';

/** A live session, as its owner sees it. */
export interface OwnSessionView {
  id: string;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  address: string | null;
  /** The session that asks. */
  current: boolean;
}

/** A person's own sessions: which there are, and ending them. */
@Injectable()
export class OwnSessionsService {
  constructor(
    private readonly sessions: SessionsService,
    private readonly transactions: Transactions,
    private readonly audit: AuditLog,
  ) {}

  async list(staff: StaffPrincipal, { limit, cursor }: { limit: number; cursor?: string | undefined }): Promise<Page<OwnSessionView>> {
    const rows = await this.sessions.list({ after: readCursor(uuid, cursor) ?? NIL_ID, staffId: staff.id, limit: limit + 1 });
    const views = rows.map(({ id, created_at, last_used_at, expires_at, address }) => {
      return { id, created_at, last_used_at, expires_at, address, current: id === staff.sessionId };
    });
    return toPage(views, limit, (last) => last.id);
  }

  /** @throws DomainError NOT_FOUND when the session is not one of theirs */
  async end(staff: StaffPrincipal, sessionId: string, address: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      const ended = await this.sessions.end(tx, { sessionId, staffId: staff.id }, 'revoked');
      if (ended.length === 0) throw notFound('session');
      this.audit.append(tx, { actor: `staff:${staff.id}`, action: 'session.end', target: `session:${sessionId}`, result: 'ok', address });
    });
  }

  async endOthers(staff: StaffPrincipal, address: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.sessions.end(tx, { staffId: staff.id, except: staff.sessionId }, 'revoked');
      this.audit.append(tx, {
        actor: `staff:${staff.id}`,
        action: 'session.end_others',
        target: `staff:${staff.id}`,
        result: 'ok',
        address,
      });
    });
  }
}
