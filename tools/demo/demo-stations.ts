import type { CallView } from '@wardline/client';
import type { FirstRunStation } from '../bench/client/first-run.js';
import type { Random } from '../simulate/plan/random.js';

const LIMIT_MS = 10_000;

/** The buttons of a department. */
export class DemoStations {
  constructor(
    private readonly url: string,
    private readonly fetch: typeof globalThis.fetch,
    private readonly stations: readonly FirstRunStation[],
  ) {}

  /** One in a room without an open call. */
  free(calls: readonly CallView[], random: Random): FirstRunStation | undefined {
    const taken = new Set(calls.map((call) => call.room_id));
    const free = this.stations.filter(({ kind, room_id }) => kind !== 'staff_console' && !taken.has(room_id));
    // Most presses come from a bed.
    const wanted = free.filter(({ kind }) => (kind === 'bathroom') === random() < 0.12);
    const among = wanted.length > 0 ? wanted : free;
    return among[Math.floor(random() * among.length)];
  }

  press(station: FirstRunStation, type: string): Promise<void> {
    return this.send(station, '/stations/self/calls', { type });
  }

  /** Somebody presses the presence button in the room. */
  async presence({ id, room_id }: CallView): Promise<void> {
    const station = this.stations.find((one) => one.room_id === room_id);
    if (station) await this.send(station, `/stations/self/calls/${id}/presence`, {});
  }

  private async send({ id, key }: FirstRunStation, path: string, body: object): Promise<void> {
    const answer = await this.fetch(`${this.url}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const text = await answer.text();
    if (!answer.ok && answer.status !== 409) throw new Error(`${id}: ${String(answer.status)} ${text.slice(0, 200)}`);
  }
}
