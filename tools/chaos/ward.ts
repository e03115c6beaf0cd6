import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seededRandom } from '../simulate/plan/random.js';
import type { Hearing } from './checker/history.js';
import { pressButtons } from './people/patients.js';
import { Ledger } from './people/ledger.js';
import { Person } from './people/person.js';
import { Poller } from './people/poller.js';
import type { Reader } from './people/reader.js';
import { Recorder } from './people/recorder.js';
import type { WardWorld } from './people/ward-world.js';
import type { Cluster } from './world/cluster.js';
import { type Employee, type Hospital, UNHEARING } from './world/hospital.js';

const PRESSERS = 6;
const ADMIN = 'admin';
const LOOK_MS = 100;

/** Everybody in the hospital, with all that they received and saw. */
export class Ward {
  readonly ledger = new Ledger();
  readonly recorder = new Recorder();
  private readonly people: Person[] = [];
  private readonly workers: Person[] = [];
  private readonly pollers: Poller[] = [];
  private readonly deafReaders: Reader[] = [];
  private admin: Person | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly hospital: Hospital,
    private readonly seed: number,
    private readonly signal: AbortSignal,
  ) {}

  /** Clients that can be made to stop reading. */
  get deaf(): readonly Reader[] {
    return this.deafReaders;
  }

  /** Screens that are connected at this moment. */
  get sockets(): number {
    return this.people.filter((person) => person.reader?.isThere === true).length;
  }

  get hearings(): Hearing[] {
    return this.people.map((person) => person.hearing);
  }

  /** Signs everybody in. */
  async open(): Promise<void> {
    for (const [n, employee] of this.hospital.staff.entries()) await this.come(employee, this.random(100 + n));
  }

  /** Until the signal, and until what was begun is done. */
  async work(): Promise<void> {
    const pressing = Array.from({ length: PRESSERS }, (_, n) => pressButtons(this.world(this.random(10 + n)), this.hospital.stations));
    await Promise.all([...pressing, ...this.workers.map((person) => person.work())]);
  }

  /**
   * Waits until every screen has reached the given position of its department's log.
   * @returns whether they all have
   */
  async caughtUp(mustHave: Readonly<Record<string, number>>, timeoutMs: number): Promise<boolean> {
    const giveUpAt = performance.now() + timeoutMs;
    const isThere = () => this.recorder.positions.every(({ dept, position }) => (position ?? -1) >= (mustHave[dept] ?? 0));
    while (!isThere()) {
      if (performance.now() > giveUpAt) return false;
      await sleep(LOOK_MS);
    }
    return true;
  }

  /** The administrator's answer about the audit record. */
  async verifyAudit(): Promise<{ ok: boolean; checked: number; brokenAt: number | null }> {
    const answer = await this.admin?.ask({ method: 'GET', path: '/api/v1/admin/audit/verify' });
    if (answer?.status !== 200) throw new Error(`the audit record could not be verified: ${String(answer?.status)}`);
    const { ok, checked, broken_at: brokenAt } = answer.body as { ok: boolean; checked: number; broken_at: number | null };
    return { ok, checked, brokenAt };
  }

  /** Ends all screens. */
  async close(): Promise<void> {
    await Promise.all(this.pollers.map((poller) => poller.stop()));
    for (const person of this.people) person.leave();
  }

  private async come(employee: Employee, random: Random): Promise<void> {
    const world = this.world(random);
    const { dept, screen, username } = employee;
    const person = await Person.come(world, employee, screen !== 'poller');
    this.people.push(person);
    if (username === ADMIN) this.admin = person;
    if (screen === undefined) this.workers.push(person);
    if (UNHEARING.has(screen)) await person.startShift();
    if (screen === 'deaf' && person.reader) this.deafReaders.push(person.reader);
    if (screen !== 'poller' || dept === undefined) return;
    const { client } = person;
    if (!client) return;
    const poller = new Poller(world, client, person.headers);
    this.pollers.push(poller);
    poller.start();
  }

  private world(random: Random): WardWorld {
    const { cluster, ledger, recorder, signal } = this;
    return { cluster, ledger, recorder, random, signal };
  }

  private random(place: number): Random {
    return seededRandom(this.seed * 1000 + place);
  }
}
