import { Injectable } from '@nestjs/common';
import { type SessionView, SessionsService } from '../../identity/sessions/sessions.service.js';
import { notFound } from '../../platform/common/errors.js';
import { NIL_ID, uuid } from '../../platform/common/values/ids.js';
import { type Page, readCursor, toPage } from '../../platform/common/values/paging.js';
import { Staff } from '../../ward/hospital/entities/staff.entity.js';
import type { PageQuery } from '../shared/admin-schemas.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';

/** The sessions of signed-in people, and their end by an administrator. */
@Injectable()
export class SessionsAdminService {
  constructor(
    private readonly sessions: SessionsService,
    private readonly changes: AuditedChanges,
  ) {}

  async list({ limit, cursor, user }: PageQuery & { user?: string | undefined }): Promise<Page<SessionView>> {
    const after = readCursor(uuid, cursor) ?? NIL_ID;
    return toPage(await this.sessions.list({ after, staffId: user, limit: limit + 1 }), limit, (last) => last.id);
  }

  /** @throws DomainError NOT_FOUND when no such session is live */
  async end(by: Administrator, id: string): Promise<void> {
    await this.changes.run(by, { action: 'session.end', target: `session:${id}` }, async (tx) => {
      const ended = await this.sessions.end(tx, { sessionId: id }, 'revoked');
      if (ended.length === 0) throw notFound('session');
    });
  }

  /** @throws DomainError NOT_FOUND when there is no such person; one who has no session is none to be refused */
  async endAll(by: Administrator, staffId: string): Promise<void> {
    await this.changes.run(by, { action: 'staff.end_sessions', target: `staff:${staffId}` }, async (tx) => {
      if (!(await tx.manager.existsBy(Staff, { id: staffId }))) throw notFound('staff');
      await this.sessions.end(tx, { staffId }, 'revoked');
    });
  }
}
