import { Inject, Injectable } from '@nestjs/common';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import { SESSION_SETTINGS } from '../../platform/config/config.module.js';
import type { SessionSettings } from '../../platform/config/session.settings.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';

const entitled = statement(
  'entitled_to_reserve',
  `SELECT EXISTS (SELECT FROM sessions WHERE id = $1 AND socket_seen_at > app_now() - make_interval(secs => $2))
       OR EXISTS (SELECT FROM shifts WHERE staff_id = $3 AND ended_at IS NULL) AS entitled`,
);

/** Whom the places between WARN_THRESHOLD and MAX_CONNECTIONS are kept for. */
@Injectable()
export class ReservedPlaces {
  constructor(
    private readonly database: Database,
    @Inject(SESSION_SETTINGS) private readonly settings: SessionSettings,
  ) {}

  /**
   * A manager, an administrator, a nurse on an active shift, and whoever's session was connected to any node in the last
   * SESSION_RECONNECT_BUFFER_SEC. @throws DomainError UNAVAILABLE when the database cannot tell
   */
  async mayTakeOne({ id, role, sessionId }: StaffPrincipal): Promise<boolean> {
    if (role === 'manager' || role === 'admin') return true;
    const values = [sessionId, this.settings.SESSION_RECONNECT_BUFFER_SEC, id];
    const [row] = await this.database.query<{ entitled: boolean }>(entitled, values);
    return row?.entitled ?? false;
  }
}
