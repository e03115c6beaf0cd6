import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Random } from '../simulate/random.js';
import type { Cluster } from './cluster.js';
import { type Answer, insist, type Request } from './commands.js';
import type { Employee } from './hospital.js';
import type { Ledger } from './ledger.js';

const OK = 200;
const EVENTS = {
  accept: 'call.accepted',
  arrive: 'call.in_progress',
  decline: 'call.declined',
  complete: 'call.completed',
  cancel: 'call.cancelled',
} as const;
type CallCommand = keyof typeof EVENTS;
const MIN_PAUSE_MS = 500;
const SPREAD_MS = 2000;
const RECONNECT_SPREAD_MS = 1200;
/** Longer than the grace, now and then. */
const AWAY_SPREAD_MS = 7000;
const AWAY_SHARE = 0.06;
const CHANGE_SHIFT_SHARE = 0.04;
const FAILED_SIGN_IN = 'nobody could be signed in';

interface Call {
  readonly id: string;
  readonly state: string;
  readonly accepted_by: string | null;
}

export interface World {
  readonly cluster: Cluster;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** A member of the staff with a socket, who takes some calls, declines some, forgets some, and walks out of reach at times. */
export class Person {
  private socket: WebSocket | undefined;
  private isAway = false;

  private constructor(
    private readonly world: World,
    private readonly employee: Employee,
    private readonly id: string,
    private readonly cookie: string,
    private readonly csrfToken: string,
  ) {}

  static async come(world: World, employee: Employee): Promise<Person> {
    const { username, password } = employee;
    const url = world.cluster.anyUrl(world.random);
    const response = await fetch(new URL('/api/v1/auth/login', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    if (response.status !== OK) throw new Error(`${FAILED_SIGN_IN}: ${String(response.status)}`);
    const { user, csrf_token: token } = (await response.json()) as { user: { id: string }; csrf_token: string };
    const cookie = response.headers.getSetCookie().map((line) => line.split(';', 1)[0] ?? '');
    const person = new Person(world, employee, user.id, cookie.join('; '), token);
    await person.startShift();
    return person;
  }

  /** Until the signal; leaves the socket open, so that the ward comes to rest with its people there. */
  async work(): Promise<void> {
    const { random, signal } = this.world;
    this.connect();
    while (!signal.aborted) {
      await sleep(MIN_PAUSE_MS + random() * SPREAD_MS);
      const chance = random();
      if (chance < AWAY_SHARE) await this.walkAway();
      else if (chance < AWAY_SHARE + CHANGE_SHIFT_SHARE) await this.changeShift();
      else await this.lookAtOneCall();
    }
  }

  leave(): void {
    this.isAway = true;
    this.socket?.terminate();
  }

  private connect(): void {
    if (this.isAway) return;
    const { cluster, random } = this.world;
    const again = () => setTimeout(() => this.connect(), random() * RECONNECT_SPREAD_MS).unref();
    const url = cluster.anyUrl(random);
    if (url === undefined) {
      again();
      return;
    }
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, ['wardline.v1'], { headers: { cookie: this.cookie } });
    this.socket = socket;
    // What was said does not matter here: only that somebody is there.
    socket.on('error', () => undefined);
    socket.on('close', again);
  }

  private async walkAway(): Promise<void> {
    this.leave();
    await sleep(this.world.random() * AWAY_SPREAD_MS);
    this.isAway = false;
    this.connect();
  }

  private async startShift(): Promise<void> {
    const { dept, role } = this.employee;
    if (role === 'nurse' && dept !== undefined) await this.ask('shift start', 'POST', `/departments/${dept}/shifts`);
  }

  private async changeShift(): Promise<void> {
    const { dept, role } = this.employee;
    if (role !== 'nurse' || dept === undefined) return;
    await this.ask('shift end', 'DELETE', `/departments/${dept}/shifts/mine`);
    await sleep(this.world.random() * SPREAD_MS);
    await this.startShift();
  }

  private async lookAtOneCall(): Promise<void> {
    const list = await this.send({ method: 'GET', path: '/api/v1/calls?limit=200', headers: {} }, 3);
    if (list?.status !== OK) return;
    const calls = list.body['items'] as Call[];
    const call = calls[Math.floor(this.world.random() * calls.length)];
    const command = call && this.decide(call);
    if (command) await this.command(command, call.id);
  }

  private decide({ state, accepted_by: acceptedBy }: Call): CallCommand | undefined {
    const chance = this.world.random();
    const isMine = acceptedBy === this.id;
    const { role } = this.employee;
    if (role !== 'nurse' && chance < 0.15) return 'cancel';
    if (state === 'pending') return chance < 0.6 ? 'accept' : chance < 0.75 ? 'decline' : chance < 0.8 ? 'arrive' : undefined;
    if (!isMine) return undefined;
    // Some are forgotten: nobody arrives, and the call is pending again.
    if (state === 'accepted') return chance < 0.4 ? 'arrive' : chance < 0.55 ? 'decline' : undefined;
    return chance < 0.8 ? 'complete' : undefined;
  }

  private async command(command: CallCommand, callId: string): Promise<void> {
    const answer = await this.ask(
      command,
      'POST',
      `/calls/${callId}/${command}`,
      command === 'cancel' ? { reason: 'a chaos run' } : {},
      false,
    );
    const event = EVENTS[command];
    this.world.ledger.note(command, answer?.status, answer?.status === OK ? { callId, event, by: `staff:${this.id}` } : undefined);
  }

  private async ask(what: string, method: 'POST' | 'DELETE', path: string, body?: unknown, isNoted = true): Promise<Answer | undefined> {
    const answer = await this.send({ method, path: `/api/v1${path}`, headers: {}, ...(body !== undefined && { body }) });
    if (isNoted) this.world.ledger.note(what, answer?.status);
    return answer;
  }

  private send(request: Request, tries?: number): Promise<Answer | undefined> {
    const headers = { cookie: this.cookie, 'x-csrf-token': this.csrfToken };
    return insist(this.world.cluster, this.world.random, { ...request, headers }, tries);
  }
}
