import type { Logger } from '../logging/logger.js';
import { BEAT_MS } from '../watchdog/loop-beat.js';
import type { WorkerProcess } from './worker-process.js';

/**
 * Kills workers that have taken connections and do not beat any more; another takes their place as after a crash. Silence is counted in ticks
 * of the supervisor's own: a group that was stopped and goes on, or a machine that was suspended, makes nobody silent.
 */
export class BeatWatch {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly workers: Iterable<WorkerProcess>,
    private readonly stuckSec: number,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => {
      this.tick();
    }, BEAT_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    for (const worker of this.workers) {
      if (worker.missBeat() !== this.stuckSec) continue;
      this.logger.error('worker.stuck', { worker: worker.pid, silent_sec: this.stuckSec, extension: worker.hangsIn });
      worker.kill();
    }
  }
}
