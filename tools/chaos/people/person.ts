import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hearing } from '../checker/history.js';
import type { Employee } from '../world/hospital.js';
import { type Answer, insist, once, type Request } from './commands.js';
import { askAgain } from './patients.js';
import { Reader } from './reader.js';
import type { ClientRecord } from './recorder.js';
import type { WardWorld } from './ward-world.js';

const OK = 200;
const UNAUTHORIZED = 401;
const EVENTS = {
  accept: 'call.accepted',
  arrive: 'call.in_progress',
  decline: 'call.declined',
  complete: 'call.completed',
  cancel: 'call.cancelled',
} as const;
type CallCommand = keyof typeof EVENTS;
const MIN_PAUSE_MS = 400;
const SPREAD_MS = 1600;
/** Longer than the grace, now and then. */
const AWAY_SPREAD_MS = 7000;
const AWAY_SHARE = 0.06;
const CHANGE_SHIFT_SHARE = 0.04;
const OVER_SOCKET_SHARE = 0.5;
const ASK_AGAIN_SHARE = 0.1;

interface Call {
  readonly id: string;
  readonly state: string;
  readonly accepted_by: string | null;
}

/** A client that stops reading goes straight to the node: the proxy's buffers would read in its stead. */
function place({ cluster, random }: WardWorld, { screen }: Employee): string {
  const slot = cluster.running(random);
  return (screen === 'deaf' ? slot.directUrl : undefined) ?? slot.url;
}

/** A member of the staff at a screen, who takes some calls, declines some, forgets some, and walks out of reach at times. */
export class Person {
  /** Administrators have none: they belong to no department. */
  readonly reader: Reader | undefined;
  private readonly record: ClientRecord | undefined;
  /** Calls on which a command was tried. */
  private readonly commanded = new Set<string>();

  private constructor(
    private readonly world: WardWorld,
    private readonly employee: Employee,
    private readonly id: string,
    readonly headers: Readonly<Record<string, string>>,
    hasScreen: boolean,
  ) {
    const { dept, username, screen } = employee;
    const { recorder, random } = world;
    this.record = dept === undefined ? undefined : recorder.client(username, dept);
    this.reader =
      dept === undefined || !hasScreen || this.record === undefined
        ? undefined
        : new Reader(this.record, {
            acks: screen === 'mute' ? 'nothing' : screen === 'stale' ? 'the first picture' : 'everything',
            cookie: headers['cookie'] ?? '',
            place: () => place(world, employee),
            random,
            pictureBytes: () => this.pictureBytes(dept),
            isSessionAlive: () => this.isSessionAlive(),
          });
  }

  /** Signs in, and turns the screen on. @throws Error when the sign-in is refused */
  static async come(world: WardWorld, employee: Employee, hasScreen: boolean): Promise<Person> {
    const { username, password } = employee;
    const response = await fetch(new URL('/api/v1/auth/login', world.cluster.running(world.random).url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    if (response.status !== OK) throw new Error(`${username} could not sign in: ${String(response.status)}`);
    const { user, csrf_token: token } = (await response.json()) as { user: { id: string }; csrf_token: string };
    const cookie = response.headers.getSetCookie().map((line) => line.split(';', 1)[0] ?? '');
    const person = new Person(world, employee, user.id, { cookie: cookie.join('; '), 'x-csrf-token': token }, hasScreen);
    person.reader?.connect();
    return person;
  }

  /** Until the end of the day; leaves the screen on, so that the ward comes to rest with its people there. */
  async work(): Promise<void> {
    const { random, signal } = this.world;
    await this.startShift();
    while (!signal.aborted) {
      await sleep(MIN_PAUSE_MS + random() * SPREAD_MS);
      const chance = random();
      if (chance < AWAY_SHARE) await this.walkAway();
      else if (chance < AWAY_SHARE + CHANGE_SHIFT_SHARE) await this.changeShift();
      else await this.lookAtOneCall();
    }
  }

  /** Asks as this person, until a node answers. */
  ask(request: Omit<Request, 'headers'>, key: string = randomUUID()): Promise<Answer | undefined> {
    return insist(this.world.cluster, this.world.random, { ...request, headers: this.headers }, key);
  }

  /** The record of a person who belongs to a department. */
  get client(): ClientRecord | undefined {
    return this.record;
  }

  /** All that this person did to show what they know. */
  get hearing(): Hearing {
    const { record } = this;
    const acknowledged = record === undefined ? {} : { [record.history.dept]: record.acknowledged };
    const { username: name, screen } = this.employee;
    return { staffId: this.id, name, acknowledged, commanded: [...this.commanded], isMute: screen === 'mute' };
  }

  leave(): void {
    this.reader?.close();
  }

  private async walkAway(): Promise<void> {
    this.reader?.leave();
    await sleep(this.world.random() * AWAY_SPREAD_MS);
    this.reader?.connect();
  }

  async startShift(): Promise<void> {
    const { dept, role } = this.employee;
    if (role !== 'nurse' || dept === undefined) return;
    const answer = await this.ask({ method: 'POST', path: `/api/v1/departments/${dept}/shifts` });
    this.world.ledger.note('shift start', String(answer?.status ?? 'unanswered'));
  }

  private async changeShift(): Promise<void> {
    const { dept, role } = this.employee;
    if (role !== 'nurse' || dept === undefined) return;
    const answer = await this.ask({ method: 'DELETE', path: `/api/v1/departments/${dept}/shifts/mine?confirm=true` });
    this.world.ledger.note('shift end', String(answer?.status ?? 'unanswered'));
    await sleep(this.world.random() * SPREAD_MS);
    await this.startShift();
  }

  private async lookAtOneCall(): Promise<void> {
    const { cluster, random } = this.world;
    const list = await once(cluster.running(random).url, { method: 'GET', path: '/api/v1/calls?limit=200', headers: this.headers });
    if (list?.status !== OK) return;
    const calls = list.body['items'] as Call[];
    const call = calls[Math.floor(random() * calls.length)];
    const command = call && this.decide(call);
    if (command) await this.command(command, call.id);
  }

  private decide({ state, accepted_by: acceptedBy }: Call): CallCommand | undefined {
    const chance = this.world.random();
    const isMine = acceptedBy === this.id;
    const { role } = this.employee;
    if (role !== 'nurse' && chance < 0.15) return 'cancel';
    if (state === 'pending') return chance < 0.6 ? 'accept' : chance < 0.75 ? 'decline' : chance < 0.8 ? 'arrive' : undefined;
    // A colleague comes to help, and takes the call over.
    if (!isMine) return chance < 0.05 ? 'arrive' : undefined;
    // Some are forgotten: nobody arrives, and the call is pending again.
    if (state === 'accepted') return chance < 0.4 ? 'arrive' : chance < 0.55 ? 'decline' : undefined;
    return chance < 0.8 ? 'complete' : undefined;
  }

  /** Over the socket or over HTTP; what the socket left open is asked for again over HTTP, under the same key. */
  private async command(command: CallCommand, callId: string): Promise<void> {
    const { random, ledger } = this.world;
    this.commanded.add(callId);
    const key = randomUUID();
    const fields = command === 'cancel' ? { reason: 'a chaos run' } : {};
    const request = { method: 'POST', path: `/api/v1/calls/${callId}/${command}`, body: fields } as const;
    const overSocket = random() < OVER_SOCKET_SHARE;
    const chance = random();
    const reply = overSocket ? await this.reader?.command(key, `call.${command}`, { call_id: callId, ...fields }) : undefined;
    if (reply && !reply.retryable) {
      this.note(command, key, callId, reply.ok, reply.code);
      if (reply.ok && chance < ASK_AGAIN_SHARE) await this.again(command, request, key, reply);
      return;
    }
    const answer = await this.ask(request, key);
    this.note(command, key, callId, answer?.status === OK, String(answer?.status ?? 'unanswered'));
    if (answer?.status === OK && chance < ASK_AGAIN_SHARE) await this.again(command, request, key, answer);
    if (answer === undefined) ledger.note('given up', command);
  }

  private note(command: CallCommand, key: string, callId: string, isDone: boolean, outcome: string): void {
    const acknowledged = { key, callId, event: EVENTS[command], by: `staff:${this.id}` };
    this.world.ledger.note(command, outcome, isDone ? acknowledged : undefined);
  }

  private again(command: CallCommand, request: Omit<Request, 'headers'>, key: string, first: { readonly body: unknown }): Promise<void> {
    return askAgain(this.world, `${command} by ${this.employee.username}`, { ...request, headers: this.headers }, key, first);
  }

  private async pictureBytes(dept: string): Promise<number | undefined> {
    const url = this.world.cluster.running(this.world.random).url;
    const answer = await once(url, { method: 'GET', path: `/api/v1/departments/${dept}/snapshot`, headers: this.headers });
    return answer?.status === OK ? JSON.stringify(answer.body).length : undefined;
  }

  private async isSessionAlive(): Promise<boolean | undefined> {
    const url = this.world.cluster.running(this.world.random).url;
    const answer = await once(url, { method: 'GET', path: '/api/v1/auth/session', headers: this.headers });
    if (answer?.status === OK) return true;
    return answer?.status === UNAUTHORIZED ? false : undefined;
  }
}
