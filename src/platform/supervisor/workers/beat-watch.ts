import type { Logger } from '../../logging/logger.js';
import { lineOutput } from '../../logging/line-output.js';
import { START_STUCK_SEC, startStuckLine } from '../../watchdog/stuck-times.js';
import { BEAT_MS } from '../../watchdog/loop-beat.js';
import type { WorkerProcess } from './worker-process.js';

/**
 * Kills workers that do not beat any more; another takes their place as after a crash. A first worker whose start stands still gets none. Silence is counted in ticks
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
      const limit = worker.isReady ? this.stuckSec : START_STUCK_SEC;
      if (worker.missBeat() !== limit) continue;
      const { pid, hangsIn, isReady } = worker;
      this.logger.error(isReady ? 'worker.stuck' : 'wardline.start_stuck', { worker: pid, silent_sec: limit, extension: hangsIn });
      if (isReady) worker.kill();
      else {
        lineOutput(2).write(startStuckLine(hangsIn));
        worker.giveUp();
      }
    }
  }
}
