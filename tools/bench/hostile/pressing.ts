import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { HttpClient } from '../client/http-client.js';

const PROBE_EVERY_MS = 100;
const PRESSES = '/api/v1/stations/self/calls';
const LAMP = '/api/v1/stations/self/calls?wait=1';
const LAMP_WAIT_MS = 1000;

/** Requests of one kind, and how many were answered as they should be. */
export interface Share {
  readonly asked: number;
  readonly good: number;
}

/** A stretch of pressing, as the ward saw it. */
export interface Pressed {
  /** Milliseconds from the moment at which the button was due to its answer; refused presses are not in it. */
  readonly answeredMs: readonly number[];
  readonly refused: number;
  readonly ready: Share;
  /** A station's long poll for its light. */
  readonly lamp: Share;
}

/** Stations that press at a steady rate, whether or not earlier presses are answered; with a probe and a lamp. */
export class PressingWard {
  private readonly client: HttpClient;

  constructor(
    port: number,
    private readonly keys: readonly string[],
    private readonly perSecond: number,
  ) {
    this.client = new HttpClient({ url: new URL(`http://127.0.0.1:${String(port)}`), tls: { rejectUnauthorized: true } });
  }

  async pressFor(seconds: number): Promise<Pressed> {
    const everyMs = 1000 / this.perSecond;
    const started = performance.now();
    const until = started + seconds * 1000;
    const beside = [
      this.ask('/readyz', {}, until, PROBE_EVERY_MS),
      this.ask(LAMP, this.headersOf(this.keys.length - 1), until - LAMP_WAIT_MS, 0),
    ] as const;
    const presses: Promise<number | undefined>[] = [];
    for (let n = 0; n < seconds * this.perSecond; n += 1) {
      const dueAt = started + n * everyMs;
      const wait = dueAt - performance.now();
      if (wait > 0) await sleep(wait);
      presses.push(this.press(n, dueAt));
    }
    const times = await Promise.all(presses);
    const [ready, lamp] = await Promise.all(beside);
    const answeredMs = times.filter((ms) => ms !== undefined);
    return { answeredMs, refused: times.length - answeredMs.length, ready, lamp };
  }

  close(): void {
    this.client.close();
  }

  private headersOf(station: number): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.keys[station % this.keys.length] ?? ''}` };
  }

  /** The call is cancelled afterwards, so that the next press raises a new one. @returns undefined where the press was refused */
  private async press(n: number, dueAt: number): Promise<number | undefined> {
    const own = this.headersOf(n);
    const send = (path: string, body: unknown) =>
      this.client.send('POST', path, { headers: { ...own, 'idempotency-key': randomUUID() }, body });
    try {
      const { status, body, answeredAt } = await send(PRESSES, { type: 'patient_normal' });
      if (status > 299) return undefined;
      // A cancel that is refused leaves an open call, which the next press repeats.
      await send(`${PRESSES}/${(body as { id: string }).id}/cancel`, {}).catch(() => undefined);
      return answeredAt - dueAt;
    } catch {
      return undefined; // no answer counts as refused
    }
  }

  private async ask(path: string, headers: Readonly<Record<string, string>>, until: number, pauseMs: number): Promise<Share> {
    const share = { asked: 0, good: 0 };
    do {
      share.asked += 1;
      const answer = await this.client.send('GET', path, { headers }).catch(() => undefined);
      if (answer?.status === 200) share.good += 1;
      await sleep(answer?.status === 200 ? pauseMs : PROBE_EVERY_MS);
    } while (performance.now() < until);
    return share;
  }
}
