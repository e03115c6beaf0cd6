import { eachLimited } from '../bench/client/patience.js';
import type { Nurse } from './nurse.js';
import type { Progress } from './progress.js';

const CONNECTING_AT_ONCE = 16;
const TICK_MS = 50;

/** All nurses of a run: coming on duty, keeping their screens alive, going home. */
export class Crew {
  private timer: NodeJS.Timeout | undefined;
  private next = 0;

  constructor(
    readonly nurses: readonly Nurse[],
    private readonly progress: Progress,
  ) {}

  get liveCount(): number {
    return this.nurses.reduce((count, nurse) => count + (nurse.live.isLive ? 1 : 0), 0);
  }

  get heartbeats(): number {
    return this.nurses.reduce((count, nurse) => count + nurse.live.heartbeats, 0);
  }

  async beginShifts(stop: AbortSignal): Promise<void> {
    let done = 0;
    await eachLimited(
      this.nurses,
      CONNECTING_AT_ONCE,
      async (nurse) => {
        await nurse.beginShift();
        done += 1;
        this.progress.show(`connecting ${String(done)}/${String(this.nurses.length)}`);
      },
      stop,
    );
    this.progress.line(`${String(done)} nurses connected, subscribed and on duty`);
  }

  /**
   * Each screen acknowledges and looks at its heartbeat once per `everyMs`. One timer walks over
   * all of them, so that neither a thousand timers nor a thousand frames in one tick disturb what
   * is being measured.
   */
  keepAlive(everyMs: number): void {
    const perTick = (this.nurses.length * TICK_MS) / everyMs;
    let due = 0;
    this.timer = setInterval(() => {
      due += perTick;
      const now = performance.now();
      for (; due >= 1; due -= 1) {
        const nurse = this.nurses[this.next % this.nurses.length];
        this.next += 1;
        nurse?.live.acknowledge();
        nurse?.live.checkHeartbeat(now);
      }
    }, TICK_MS);
  }

  async goHome(): Promise<void> {
    clearInterval(this.timer);
    await eachLimited(this.nurses, CONNECTING_AT_ONCE, (nurse) => nurse.endShift());
    await eachLimited(this.nurses, CONNECTING_AT_ONCE, (nurse) => nurse.leave());
  }
}
