import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type EventFrame, type Wardline, WardlineError } from '@wardline/client';
import { seededRandom } from '../../../../tools/simulate/plan/random.js';
import { checkedTransport } from '../../../support/clients/checked-transport.js';
import { type AnyFrame, type Session, signIn } from '../../../support/clients/client.js';
import { readLog } from '../../../support/clients/person.js';
import { type StallingProxy, stallingProxy } from '../../../support/servers/proxies/stalling-proxy.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

/** Faults of one connection each. `npm run soak:client` makes 500. */
const FAULTS = Number(process.env['CLIENT_CUTS'] ?? 60);
const SEED = Number(process.env['CLIENT_CUTS_SEED'] ?? 14);
const LONG_MS = 60_000 + FAULTS * 2000;
const DEPARTMENTS = ['icu', 'med', 'surg'] as const;

let wardline: TestWardline;
let proxy: StallingProxy;
let admin: Session;
const random = seededRandom(SEED);
const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

beforeAll(async () => {
  wardline = await startTestWardline({ env: { CLIENT_RATE_LIMIT: '0', CONNECT_RATE_LIMIT: '0' } });
  admin = await signIn(wardline, 'admin');
  proxy = await stallingProxy({ host: '127.0.0.1', port: Number(new URL(wardline.url).port) });
  // Browsers say so when they are back; a client in Node hears it the same way.
  Object.defineProperty(globalThis, 'window', { value: new EventTarget(), configurable: true });
});
afterAll(async () => {
  Reflect.deleteProperty(globalThis, 'window');
  await proxy.close();
  await wardline.stop();
});

/** A nurse's screen behind the proxy, which gives commands all the time. */
class Screen {
  readonly events: EventFrame[] = [];
  readonly done = new Map<string, string[]>();
  private readonly node = checkedTransport({ ca: wardline.ca });
  readonly client: Wardline;
  private rooms: string[] = [];
  private working = true;

  constructor(readonly dept: string) {
    this.client = createClient({ url: `https://127.0.0.1:${String(proxy.port)}`, ...this.node });
  }

  async open(): Promise<void> {
    const person = wardline.firstRun.staff.find(({ username }) => username === `${this.dept}-nurse-1`);
    if (!person) throw new Error('no such nurse');
    const { username, password } = person;
    await this.client.signIn({ username, password });
    this.client.department(this.dept).on('*', (event) => this.events.push(event));
    await this.live();
    await this.client.shifts.start(this.dept);
    this.rooms = (await this.client.directory.get(this.dept)).rooms.map(({ id }) => id);
  }

  async live(): Promise<void> {
    await eventually(() => this.client.status.phase === 'live' || undefined, `${this.dept} live`, LONG_MS);
  }

  /** Calls from raise to complete, one after another. */
  async work(): Promise<void> {
    const { calls } = this.client;
    for (let n = 0; this.working; n++) {
      const call = await calls.raise({ type: 'patient_normal', room_id: this.rooms[n % this.rooms.length] ?? '' });
      await calls.accept(call.id);
      await calls.arrive(call.id);
      await calls.complete(call.id);
      this.done.set(call.id, ['call.pending', 'call.accepted', 'call.in_progress', 'call.completed']);
      await sleep(50);
    }
  }

  stop(): void {
    this.working = false;
  }

  close(): void {
    this.client.close();
    this.node.close();
  }
}

describe('a client behind a network that cuts, stalls and falls silent at random', () => {
  it('has every event of the log once and in order, and each command one effect', async () => {
    const screens = DEPARTMENTS.map((dept) => new Screen(dept));
    for (const screen of screens) await screen.open();
    const began = new Map(screens.map(({ dept, client }) => [dept, client.department(dept).getSnapshot().seq]));
    const working = screens.map((screen) => screen.work().catch((error: unknown) => error));
    const counts = { cut: 0, stalled: 0, silent: 0 };
    const made = () => counts.cut + counts.stalled + counts.silent;
    while (made() < FAULTS) {
      const fault = oneOf(['cut', 'cut', 'cut', 'stall', 'stall', 'silence'] as const);
      if (fault === 'cut') counts.cut += proxy.cut();
      if (fault === 'stall') {
        const release = proxy.hold();
        await sleep(random() * 800);
        counts.stalled += screens.length;
        release();
      }
      if (fault === 'silence') {
        counts.silent += proxy.silence(oneOf(['both', 'to the server', 'to the client'] as const));
        globalThis.window.dispatchEvent(new Event('online'));
      }
      await sleep(random() * 600);
      if (random() < 0.7) for (const screen of screens) await screen.live();
    }
    for (const screen of screens) screen.stop();
    const settled = await Promise.all(working);
    expect(settled.filter((error) => error instanceof WardlineError)).toEqual([]);
    let commands = 0;
    for (const { dept, client, events, done } of screens) {
      const from = began.get(dept) ?? 0;
      const log = await eventually(
        async () => {
          const all = await readLog(admin, dept, from);
          return client.status.phase === 'live' && (events.at(-1)?.seq ?? 0) >= (all.at(-1)?.seq ?? 0) ? all : undefined;
        },
        `the end of ${dept}'s log`,
        LONG_MS,
      );
      const shown = events.filter(({ seq }) => seq > from).map(({ seq, id, type }) => ({ seq, id, type }));
      expect(shown).toEqual(log.map(({ seq, id, type }: AnyFrame) => ({ seq, id, type })));
      expect(client.proof(dept)).toMatchObject({ gaps: 0, duplicatesDropped: 0 });
      for (const [id, types] of done) {
        const own = log.filter((event) => event.data.call_id === id).map(({ type }: AnyFrame) => type as string);
        // A call that nobody took in time may have been passed on: that is an event of its own.
        for (const type of types.slice(1))
          expect(
            own.filter((one) => one === type),
            `${type} of ${id}`,
          ).toHaveLength(1);
        expect(
          own.filter((one) => one === 'call.repeated'),
          `presses of ${id}`,
        ).toEqual([]);
        commands += types.length;
      }
    }
    console.info(`client-cuts: seed ${String(SEED)}, ${JSON.stringify(counts)}, ${String(commands)} commands, one effect each`);
    expect(commands).toBeGreaterThan(FAULTS / 10);
    for (const screen of screens) screen.close();
  });
});
