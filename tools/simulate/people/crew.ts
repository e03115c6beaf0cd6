import { eachLimited } from '../../bench/client/patience.js';
import type { Nurse } from './nurse.js';
import type { Progress } from '../measure/progress.js';

const CONNECTING_AT_ONCE = 16;

/** All nurses of a run: coming on duty, going home. */
export class Crew {
  constructor(
    readonly nurses: readonly Nurse[],
    private readonly progress: Progress,
  ) {}

  get liveCount(): number {
    return this.nurses.reduce((count, nurse) => count + (nurse.isLive ? 1 : 0), 0);
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

  async goHome(): Promise<void> {
    await eachLimited(this.nurses, CONNECTING_AT_ONCE, (nurse) => nurse.endShift());
    await eachLimited(this.nurses, CONNECTING_AT_ONCE, (nurse) => nurse.leave());
  }
}
