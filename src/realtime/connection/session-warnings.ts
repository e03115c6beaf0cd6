import type { LiveSession } from '../../identity/sessions/sessions.service.js';
import type { SessionSettings } from '../../platform/config/settings/session.settings.js';
import type { Connection } from './connection.js';

/** A warning comes this long before the end. */
const WARN_SEC = 600;

/** The end that a session is near to. */
export type SessionEnd = 'idle' | 'absolute';

type Lengths = Pick<SessionSettings, 'SESSION_IDLE_SEC' | 'SESSION_ABSOLUTE_SEC'>;
type Left = Pick<LiveSession, 'idleLeft' | 'absoluteLeft'>;
type Warned = Pick<Connection, 'send' | 'warnedOf'>;

/**
 * Warns a client, once for each end, ten minutes before its session ends. A session so short that this is most of it is warned
 * at half. A session that was used meanwhile is far from its idle end, and the client is warned again when the end comes near.
 */
export class SessionWarnings {
  private readonly idleSec: number;
  private readonly absoluteSec: number;

  constructor({ SESSION_IDLE_SEC, SESSION_ABSOLUTE_SEC }: Lengths) {
    this.idleSec = Math.min(WARN_SEC, SESSION_IDLE_SEC / 2);
    this.absoluteSec = Math.min(WARN_SEC, SESSION_ABSOLUTE_SEC / 2);
  }

  warn(connection: Warned, session: Left): void {
    const end = this.nextEnd(session);
    if (end !== undefined && end !== connection.warnedOf) {
      const left = end === 'idle' ? session.idleLeft : session.absoluteLeft;
      connection.send({ type: 'session_expiring', in_sec: Math.max(0, Math.floor(left)) });
    }
    connection.warnedOf = end;
  }

  /** The end that is near, the nearer one of two; undefined when none is. */
  private nextEnd({ idleLeft, absoluteLeft }: Left): SessionEnd | undefined {
    const idle = idleLeft <= this.idleSec;
    const absolute = absoluteLeft <= this.absoluteSec;
    if (idle && absolute) return idleLeft < absoluteLeft ? 'idle' : 'absolute';
    return idle ? 'idle' : absolute ? 'absolute' : undefined;
  }
}
