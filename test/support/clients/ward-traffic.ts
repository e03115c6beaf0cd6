import { setTimeout as sleep } from 'node:timers/promises';
import { asStation, type Session } from './client.js';
import type { TestWardline } from '../wardline.js';

type Target = Pick<TestWardline, 'url' | 'ca' | 'firstRun'>;

/** A node, and a nurse who is signed in there. */
export interface Serving {
  target: Target;
  nurse: Session;
}

/** Long enough that the load alone holds no slow machine up. */
const BETWEEN_PRESSES_MS = 25;
const STATIONS = ['icu-101-bed', 'icu-102-bed', 'icu-103-bed'];

/**
 * Presses, accepts and cancels at three buttons, each command at the next of the nodes that serve, until `stop`. Every answer that is not the right one
 * is a refusal.
 */
export class WardTraffic {
  readonly refused: string[] = [];
  readonly acknowledged: string[] = [];
  readonly accepted: string[] = [];
  private stopped = false;
  private turn = 0;
  private rounds = 0;
  private readonly work: Promise<unknown>;

  constructor(private serving: readonly Serving[]) {
    this.work = Promise.all(STATIONS.map((station) => this.press(station)));
  }

  /** From now on these nodes serve. Resolves when no command to any other is under way. */
  async moveTo(serving: readonly Serving[]): Promise<void> {
    this.serving = serving;
    await this.roundsMore(STATIONS.length + 1);
  }

  /** Resolves when so many more calls have been pressed, accepted and cancelled. */
  async roundsMore(count: number): Promise<void> {
    const end = this.rounds + count;
    while (this.rounds < end && !this.stopped) await sleep(10);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.work;
  }

  private next(): Serving {
    return this.serving[this.turn++ % this.serving.length]!;
  }

  private async press(station: string): Promise<void> {
    while (!this.stopped) {
      const call = await this.asked('press', asStation(this.next().target, station)('POST', '/calls', { type: 'patient_normal' }));
      const id = call?.['id'] as string | undefined;
      if (id !== undefined) {
        this.acknowledged.push(id);
        const accept = await this.asked('accept', this.next().nurse.post(`/calls/${id}/accept`, {}));
        if (accept) this.accepted.push(id);
        await this.asked('cancel', asStation(this.next().target, station)('POST', `/calls/${id}/cancel`, {}));
      }
      this.rounds++;
      await sleep(BETWEEN_PRESSES_MS);
    }
  }

  private async asked(what: string, answer: Promise<{ status: number; body: unknown }>): Promise<Record<string, unknown> | undefined> {
    try {
      const { status, body } = await answer;
      if (status < 300) return body as Record<string, unknown>;
      this.refused.push(`${what} ${String(status)} ${JSON.stringify(body)}`);
    } catch (error) {
      this.refused.push(`${what} ${String(error)}`);
    }
    return undefined;
  }
}
