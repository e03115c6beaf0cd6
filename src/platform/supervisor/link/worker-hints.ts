import type { SessionEndings } from '../../../identity/sessions/session-endings.js';
import type { LogNotifier } from '../../../events/log/log-notifier.js';
import type { News } from './messages.js';
import type { SupervisorLink } from './supervisor-link.js';

/** More than this and everybody's sessions are looked at instead. */
const MAX_SESSIONS = 1000;
/** Departments beyond it wait for the poll. */
const MAX_DEPARTMENTS = 5000;

/**
 * Carries wake-ups and ended sessions between workers, and costs nothing while there is only one. One message is under way at
 * a time. Hints that come meanwhile wait in sets of bounded size, each once.
 */
export class WorkerHints {
  /** How many other workers there are. */
  peers = 0;
  private readonly departments = new Set<string>();
  private readonly sessions = new Set<string>();
  private isSessionCheckDue = false;
  private isSending = false;
  private logNotifier: LogNotifier | undefined;
  private endings: SessionEndings | undefined;

  constructor(private readonly link: Pick<SupervisorLink, 'send'>) {}

  connect(logNotifier: LogNotifier, endings: SessionEndings): void {
    this.logNotifier = logNotifier;
    this.endings = endings;
    logNotifier.relay((dept) => {
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

  /** Takes another worker's hint; it goes no further. */
  take({ departments, endedSessions, isSessionCheckDue }: News): void {
    for (const dept of departments) this.logNotifier?.notifyRemote(dept);
    if (endedSessions.length > 0) this.endings?.heardEnded(endedSessions);
    if (isSessionCheckDue) this.endings?.heardChanged();
  }

  private note(add: () => void): void {
    if (this.peers === 0) return;
    add();
    if (!this.isSending) void this.send();
  }

  /** Hints of one turn go in one message. `send` never rejects. */
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
