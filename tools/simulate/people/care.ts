import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, toApiError } from '../../bench/client/api-error.js';
import type { Ledger } from '../measure/ledger.js';
import type { Measurements } from '../measure/measurements.js';
import type { Nurse } from './nurse.js';
import { delayOf, type Step } from '../plan/pace.js';
import type { Random } from '../plan/random.js';
import type { StationDesk } from './station-desk.js';
import type { OpenCall, Ward } from '../ward.js';

/** Types of rank 2: presence is shown at the bedside, never claimed from a phone. */
const BEDSIDE_PRESENCE: ReadonlySet<string> = new Set(['bath_emergency', 'staff_emergency', 'code_blue']);

/** In so many calls a second nurse reaches for the same call in the same moment. */
const RACE_SHARE = 0.15;
const RACE_WITHIN_MS = 30;
const LOOK_AGAIN_MS = 500;
/** After so many failed attempts at one call it is left to the end's clearing up. */
const ATTEMPTS = 5;

const LOST_RACE = 'CALL_ALREADY_ACCEPTED';

export interface CareWorld {
  readonly measurements: Measurements;
  readonly ledger: Ledger;
  readonly desk: StationDesk;
  readonly random: Random;
  readonly pace: number;
  /** Ends all waiting: the run is over. */
  readonly over: AbortSignal;
}

/** People's care for calls: one accepts, goes there, helps. */
export class Care {
  constructor(private readonly world: CareWorld) {}

  /** Sees to a call until it is closed or the run is over. */
  async attend(ward: Ward, call: OpenCall): Promise<void> {
    call.attended = true;
    try {
      for (let attempt = 0; attempt < ATTEMPTS && call.pending; attempt += 1) {
        await this.pause('accept');
        await this.answerCall(ward, call);
      }
    } catch (error) {
      if (!this.world.over.aborted) throw error;
    } finally {
      call.attended = false;
    }
  }

  private async answerCall(ward: Ward, call: OpenCall): Promise<void> {
    const { random, over } = this.world;
    let able = this.able(ward, call);
    while (able.length === 0 && call.pending) {
      await sleep(LOOK_AGAIN_MS, undefined, { signal: over });
      able = this.able(ward, call);
    }
    if (!call.pending) return;
    const winner = able[Math.floor(random() * able.length)];
    const rival = random() < RACE_SHARE ? able[Math.floor(random() * able.length)] : undefined;
    const attempts = [this.accept(call, winner)];
    if (rival !== winner) {
      attempts.push(sleep(random() * RACE_WITHIN_MS, undefined, { signal: over }).then(() => this.accept(call, rival)));
    }
    await Promise.all(attempts);
  }

  /** The recipients of the call who have it on their screen; else anyone here who has. */
  private able(ward: Ward, call: OpenCall): Nurse[] {
    const seeing = ward.nurses.filter((nurse) => nurse.canSee(call.seq));
    const named = seeing.filter((nurse) => call.recipients.has(nurse.staffId));
    return named.length > 0 ? named : seeing;
  }

  private async accept(call: OpenCall, nurse: Nurse | undefined): Promise<void> {
    if (nurse === undefined) return;
    const { measurements, ledger } = this.world;
    const counted = measurements.counting;
    const answer = await nurse.command('call.accept', { call_id: call.id }, [LOST_RACE]);
    if (!answer.ok) {
      if (counted && answer.code === LOST_RACE) measurements.raced += 1;
      return;
    }
    call.pending = false;
    ledger.acknowledge(call.id, 'call.accepted');
    if (counted) {
      measurements.accepted += 1;
      measurements.acceptRoundTrip.record(answer.roundTripMs);
    }
    await this.help(call, nurse);
  }

  private async help(call: OpenCall, nurse: Nurse): Promise<void> {
    const { measurements, ledger } = this.world;
    await this.pause('arrive');
    if (!(await this.showPresence(call, nurse))) return;
    ledger.acknowledge(call.id, 'call.in_progress');
    if (measurements.counting) measurements.arrived += 1;
    await this.pause('complete');
    const done = await nurse.command('call.complete', { call_id: call.id });
    if (!done.ok) return;
    ledger.acknowledge(call.id, 'call.completed');
    if (measurements.counting) measurements.completed += 1;
  }

  private async showPresence(call: OpenCall, nurse: Nurse): Promise<boolean> {
    const { measurements, desk } = this.world;
    if (!BEDSIDE_PRESENCE.has(call.type) || !desk.knows(call.stationId)) {
      const answer = await nurse.command('call.arrive', { call_id: call.id });
      return answer.ok;
    }
    const counted = measurements.counting;
    if (counted) measurements.requests += 1;
    try {
      const answer = await desk.presence(call.stationId, call.id);
      if (answer.status >= 200 && answer.status <= 299) return true;
      throw toApiError(`presence at ${call.stationId}`, answer);
    } catch (error) {
      measurements.failure(codeOf(error), counted, error instanceof Error ? error.message : '');
      return false;
    }
  }

  private pause(step: Step): Promise<void> {
    const { pace, random, over } = this.world;
    return sleep(delayOf(step, pace, random), undefined, { signal: over });
  }
}
