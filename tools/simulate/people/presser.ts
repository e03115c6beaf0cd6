import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { codeOf, toApiError } from '../../bench/client/api-error.js';
import { messageOf } from '../../bench/client/invocation.js';
import type { Ledger } from '../measure/ledger.js';
import type { Measurements } from '../measure/measurements.js';
import type { Random } from '../plan/random.js';
import type { ScreenTimer } from './screen-timer.js';
import type { StationDesk } from './station-desk.js';
import { StationPool, type Station } from './station-pool.js';

/** Shares of all presses; the rest is `patient_normal`. */
const BATHROOM_SHARE = 0.05;
const SERVICE_SHARE = 0.15;
/** A server that answers nothing must not make this process collect requests without end. */
const MAX_UNANSWERED = 2000;

const HTTP_CREATED = 201;
const HTTP_OK = 200;

const callSchema = z.object({ id: z.string() });

export interface PresserWorld {
  readonly desk: StationDesk;
  readonly screens: ScreenTimer;
  readonly measurements: Measurements;
  readonly ledger: Ledger;
  readonly random: Random;
  /** True when this client's nurses know of the call as open. */
  readonly isOpen: (dept: string, callId: string) => boolean;
}

/** Presses buttons at times that were fixed beforehand, whether or not answers come. */
export class Presser {
  private readonly pools: Readonly<Record<Station['kind'], StationPool>>;
  private unanswered = 0;

  constructor(
    private readonly world: PresserWorld,
    stations: readonly Station[],
  ) {
    const ofKind = (kind: Station['kind']): StationPool => new StationPool(stations.filter((station) => station.kind === kind));
    this.pools = { bedside: ofKind('bedside'), bathroom: ofKind('bathroom') };
  }

  /** Presses at each of `times` (ms from `startAt`), until it is stopped. */
  async run(times: Float64Array, startAt: number, over: AbortSignal): Promise<void> {
    for (const time of times) {
      const due = startAt + time;
      const wait = due - performance.now();
      if (wait >= 1) await sleep(wait, undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return;
      const { measurements } = this.world;
      if (measurements.counting) {
        measurements.pressLateness.record(Math.max(0, performance.now() - due));
      }
      void this.press();
    }
  }

  get waiting(): number {
    return this.unanswered;
  }

  /** The station's call is over: it can be pressed again. */
  release(stationId: string): void {
    const station = this.world.desk.find(stationId);
    if (station !== undefined) this.pools[station.kind].release(station);
  }

  private async press(): Promise<void> {
    const { desk, measurements, random } = this.world;
    const kind = random() < BATHROOM_SHARE ? 'bathroom' : 'bedside';
    const station = this.pools[kind].take(random);
    if (station === undefined) return;
    const counted = measurements.counting;
    if (counted) {
      measurements.presses += 1;
      measurements.requests += 1;
    }
    if (this.unanswered >= MAX_UNANSWERED) {
      this.pools[kind].release(station);
      measurements.failure('NOT_PRESSED_TOO_MANY_UNANSWERED', counted);
      return;
    }
    const bedsideType = random() < SERVICE_SHARE ? 'service_request' : 'patient_normal';
    this.unanswered += 1;
    try {
      const answer = await desk.press(station, kind === 'bathroom' ? 'bath_emergency' : bedsideType);
      this.answered(station, answer, counted);
    } catch (error) {
      this.pools[kind].release(station);
      measurements.failure(codeOf(error), counted, `press of ${station.id}: ${messageOf(error)}`);
    } finally {
      this.unanswered -= 1;
    }
  }

  private answered(station: Station, answer: Awaited<ReturnType<StationDesk['press']>>, counted: boolean): void {
    const { measurements, screens, ledger } = this.world;
    if (answer.status !== HTTP_CREATED && answer.status !== HTTP_OK) {
      throw toApiError('press', answer);
    }
    const { id } = callSchema.parse(answer.body);
    if (counted) measurements.pressRoundTrip.record(answer.answeredAt - answer.writtenAt);
    if (answer.status === HTTP_CREATED) {
      if (counted) measurements.created += 1;
      ledger.acknowledge(id, 'call.pending');
      screens.answered(id, answer.writtenAt, counted);
      return;
    }
    if (counted) measurements.repeats += 1;
    // A call that nobody here has seen will not be seen to its end either.
    if (!this.world.isOpen(station.dept, id)) this.release(station.id);
  }
}
