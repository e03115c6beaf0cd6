import type { Database } from '../../database/database.js';
import type { Logger } from '../../logging/logger.js';
import { CombinedLook } from './due-look.js';
import { type DueWorkLoop, FAILURE_PAUSE_MS, JITTER, MAX_PAUSE_MS } from './due-work-loop.js';
import type { OutageWatch } from '../outage-watch.js';
import { SerialTask } from '../serial-task.js';

/** Looks for all kinds of due work at once, once a second, and wakes those that have something to do. */
export class DueLookLoop {
  private readonly loops: readonly DueWorkLoop[];
  private readonly look: CombinedLook;
  private readonly looking = new SerialTask(
    () => this.lookOnce(),
    (error) => {
      this.failed(error);
    },
  );
  private failures = 0;

  constructor(
    loops: readonly DueWorkLoop[],
    private readonly database: Database,
    private readonly logger: Logger,
    private readonly outage: OutageWatch,
  ) {
    this.loops = loops.filter(({ look }) => look !== undefined);
    this.look = new CombinedLook(this.loops.flatMap(({ look }) => look ?? []));
  }

  start(): void {
    if (this.loops.length > 0) this.looking.repeat(() => this.pause());
  }

  async stop(): Promise<void> {
    await this.looking.stop();
  }

  /** Milliseconds before the next look. */
  private pause(): number {
    return this.failures > 0 ? Math.min(MAX_PAUSE_MS, FAILURE_PAUSE_MS * this.failures) : MAX_PAUSE_MS * (1 - JITTER * Math.random());
  }

  private async lookOnce(): Promise<void> {
    await this.outage.settled();
    const found = await this.look.ask(this.database);
    this.outage.seen();
    this.failures = 0;
    for (const [n, loop] of this.loops.entries()) if (found[n]) loop.found(found[n]);
  }

  private failed(error: unknown): void {
    this.failures++;
    this.outage.failed(error);
    if (this.failures === 1 || this.failures % 20 === 0) this.logger.error('due_work.look_failed', { failures: this.failures, error });
  }
}
