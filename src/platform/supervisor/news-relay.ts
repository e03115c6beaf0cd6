import type { SessionEndings } from '../../identity/sessions/session-endings.js';
import type { WakeUps } from '../../events/log/wake-ups.js';
import type { News } from './messages.js';
import type { SupervisorLink } from './supervisor-link.js';

/** More than this and everybody's sessions are looked at instead. */
const MAX_SESSIONS = 1000;
/** Departments beyond it wait for the poll. */
const MAX_DEPARTMENTS = 5000;

/**
 * Carries wake-ups and ended sessions between workers that run beside each other, and costs nothing while there is only one. One message
 * is under way at a time; what comes meanwhile waits in sets of bounded size, each thing once.
 */
export class NewsRelay {
  /** How many other workers there are. */
  peers = 0;
  private readonly departments = new Set<string>();
  private readonly sessions = new Set<string>();
  private isSessionCheckDue = false;
  private isSending = false;
  private wakeUps: WakeUps | undefined;
  private endings: SessionEndings | undefined;

  constructor(private readonly link: Pick<SupervisorLink, 'send'>) {}

  connect(wakeUps: WakeUps, endings: SessionEndings): void {
    this.wakeUps = wakeUps;
    this.endings = endings;
    wakeUps.relay((dept) => {
      this.note(() => {
        if (this.departments.size < MAX_DEPARTMENTS) this.departments.add(dept);
      });
    });
    endings.relay({
      ended: (sessionIds) => {
        this.note(() => {
          for (const id of sessionIds) this.sessions.add(id);
          if (this.sessions.size <= MAX_SESSIONS) return;
          this.sessions.clear();
          this.isSessionCheckDue = true;
        });
      },
      changed: () => {
        this.note(() => (this.isSessionCheckDue = true));
      },
    });
  }

  /** What another worker tells; it goes no further. */
  take({ departments, endedSessions, isSessionCheckDue }: News): void {
    for (const dept of departments) this.wakeUps?.heard(dept);
    if (endedSessions.length > 0) this.endings?.heardEnded(endedSessions);
    if (isSessionCheckDue) this.endings?.heardChanged();
  }

  private note(add: () => void): void {
    if (this.peers === 0) return;
    add();
    if (!this.isSending) void this.send();
  }

  /** What is noted in one turn goes in one message. `send` never rejects. */
  private async send(): Promise<void> {
    this.isSending = true;
    await Promise.resolve();
    while (this.departments.size > 0 || this.sessions.size > 0 || this.isSessionCheckDue) {
      const news: News = {
        departments: [...this.departments],
        endedSessions: [...this.sessions],
        isSessionCheckDue: this.isSessionCheckDue,
      };
      this.departments.clear();
      this.sessions.clear();
      this.isSessionCheckDue = false;
      await this.link.send({ kind: 'news', news });
    }
    this.isSending = false;
  }
}
