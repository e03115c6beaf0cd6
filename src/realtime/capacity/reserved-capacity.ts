import { Inject, Injectable } from '@nestjs/common';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import { SESSION_SETTINGS } from '../../platform/config/config.module.js';
import type { SessionSettings } from '../../platform/config/settings/session.settings.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';

const entitled = statement(
  'entitled_to_reserve',
  `SELECT EXISTS (SELECT FROM sessions WHERE id = $1 AND socket_seen_at > app_now() - make_interval(secs => $2))
       OR EXISTS (SELECT FROM shifts WHERE staff_id = $3 AND ended_at IS NULL) AS entitled`,
);

const ALWAYS_ENTITLED: ReadonlySet<string> = new Set(['manager', 'admin', 'board']);

/** The holders of the places between WARN_THRESHOLD and MAX_CONNECTIONS. */
@Injectable()
export class ReservedCapacity {
  constructor(
    private readonly database: Database,
    @Inject(SESSION_SETTINGS) private readonly settings: SessionSettings,
  ) {}

  /**
   * True for a manager, an administrator, a wall board, a person on an active shift, and a session that was connected to any node in the last
   * SESSION_RECONNECT_BUFFER_SEC. @throws DomainError UNAVAILABLE when the database cannot tell
   */
  async mayTakeOne({ id, role, sessionId }: ReaderPrincipal): Promise<boolean> {
    if (ALWAYS_ENTITLED.has(role)) return true;
    const values = [sessionId, this.settings.SESSION_RECONNECT_BUFFER_SEC, id];
    const [row] = await this.database.query<{ entitled: boolean }>(entitled, values);
    return row?.entitled ?? false;
  }
}
