import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../bench/client/invocation.js';
import type { Session } from '../bench/client/session.js';
import type { Target } from '../bench/client/target.js';
import { audit, settle, type AuditResult } from './measure/audit.js';
import { clearOpenCalls } from './clearing.js';
import { Crew } from './people/crew.js';
import { Hospital, type HospitalPlan } from './hospital.js';
import { OwnCostMeter, describeMachine } from './measure/machine.js';
import type { Measurements } from './measure/measurements.js';
import { totalStreams, type RunFacts } from './measure/outcome.js';
import { longestCareMs } from './plan/pace.js';
import type { Progress } from './measure/progress.js';
import { pressTimes } from './plan/schedule.js';
import { sampleServer, serverCost } from './measure/server-cost.js';

const STRAGGLER_MS = 10_000;
const SETTLE_MS = 20_000;
const LOOK_AGAIN_MS = 200;
const STATUS_MS = 500;

export interface SimulationWorld extends HospitalPlan {
  readonly target: Target;
  readonly admin: Session;
  readonly progress: Progress;
  /** Set when a person asks to end early. */
  readonly stop: AbortSignal;
}

/** A hospital under load: from the first shift to the last nurse's going home. */
export class Simulation {
  private readonly meter = new OwnCostMeter();
  private readonly hospital: Hospital;
  private readonly measurements: Measurements;
  private readonly crew: Crew;

  constructor(private readonly world: SimulationWorld) {
    this.hospital = new Hospital(world);
    this.measurements = this.hospital.measurements;
    this.crew = new Crew(this.hospital.nurses, world.progress);
  }

  async run(): Promise<RunFacts> {
    const { options, admin, progress, target, stop } = this.world;
    const clearedBefore = await clearOpenCalls(admin, this.hospital.departments);
    const limits = await admin.send('GET', '/api/v1/admin/limits');
    const machine = describeMachine();
    try {
      await this.crew.beginShifts(stop);
      await this.press(options.warmUpSec, 'warming up');
      const serverBefore = await sampleServer(target);
      this.meter.start();
      this.measurements.counting = true;
      const startedAt = performance.now();
      await this.press(options.minutes * 60, 'measuring');
      const measuredSec = (performance.now() - startedAt) / 1000;
      const client = this.meter.stop();
      const server = serverCost(serverBefore, await sampleServer(target));
      await this.waitForStragglers();
      this.measurements.counting = false;
      this.hospital.endCare();
      const liveAtEnd = this.crew.liveCount;
      const clearedAfter = await this.clearUp();
      const result = await this.audit();
      return {
        options,
        pace: this.hospital.pace,
        url: target.url.origin,
        measuredSec,
        interrupted: stop.aborted,
        measurements: this.measurements,
        streams: totalStreams(this.crew.nurses),
        audit: result,
        clearedBefore,
        clearedAfter,
        liveAtEnd,
        client,
        server,
        limits: limits.status === 200 ? limits.body : undefined,
        machine,
      };
    } finally {
      this.hospital.endCare();
      progress.line('ending shifts, closing connections');
      await this.crew.goHome();
    }
  }

  private async press(seconds: number, what: string): Promise<void> {
    const { options, stop } = this.world;
    if (seconds === 0 || stop.aborted) return;
    const times = pressTimes(options.profile.pressesPerMinute, seconds * 1000, this.hospital.random);
    const startedAt = performance.now();
    const status = setInterval(() => {
      this.showStatus(`${what} ${((performance.now() - startedAt) / 1000).toFixed(0)}/${seconds.toFixed(0)} s`);
    }, STATUS_MS);
    try {
      await this.hospital.presser.run(times, startedAt, stop);
      const rest = startedAt + seconds * 1000 - performance.now();
      if (rest > 0) await sleep(rest, undefined, { signal: stop }).catch(() => undefined);
    } finally {
      clearInterval(status);
    }
  }

  private showStatus(where: string): void {
    const { measurements: m, crew } = this;
    const screen = m.screenAll;
    const gaps = crew.nurses.reduce((sum, nurse) => sum + nurse.gaps, 0);
    this.world.progress.show(
      `${where}  presses ${String(m.presses)}  open ${String(this.hospital.openCalls)}  screen p50 ${screen.percentile(0.5).toFixed(1)} p99 ${screen.percentile(0.99).toFixed(1)} ms  ` +
        `accept p99 ${m.acceptRoundTrip.percentile(0.99).toFixed(1)} ms  completed ${String(m.completed)}  errors ${String(m.errors.total)}  gaps ${String(gaps)}  live ${String(crew.liveCount)}/${String(crew.nurses.length)}`,
    );
  }

  /** The calls of the last presses are seen to like all others, for a bounded time. */
  private async waitForStragglers(): Promise<void> {
    const { stop } = this.world;
    const deadline = performance.now() + longestCareMs(this.hospital.pace) + STRAGGLER_MS;
    while (performance.now() < deadline && !stop.aborted) {
      if (this.hospital.openCalls === 0 && this.hospital.presser.waiting === 0) return;
      this.showStatus('waiting for the last calls');
      await sleep(LOOK_AGAIN_MS);
    }
  }

  /** A server that is gone by now must not cost the report of how it went. */
  private async clearUp(): Promise<number> {
    try {
      return await clearOpenCalls(this.world.admin, this.hospital.departments);
    } catch (error) {
      this.measurements.failure('CLEARING_UP', false, messageOf(error));
      return 0;
    }
  }

  private async audit(): Promise<AuditResult | undefined> {
    const { admin, progress } = this.world;
    const { wards } = this.hospital;
    progress.line('comparing what the nurses received with the server’s log');
    try {
      await settle(admin, wards, SETTLE_MS);
      return await audit(admin, wards, this.hospital.ledger);
    } catch (error) {
      this.measurements.failure('AUDIT', true, messageOf(error));
      return undefined;
    }
  }
}
