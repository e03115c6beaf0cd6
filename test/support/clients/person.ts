import { randomUUID } from 'node:crypto';
import { eventually } from '../eventually.js';
import { signIn, Socket, type AnyFrame, type Answer, type Session } from './client.js';
import type { TestWardline } from '../wardline.js';

export type Transport = 'HTTP' | 'WebSocket';
export const TRANSPORTS: Transport[] = ['HTTP', 'WebSocket'];

export type CallCommand = 'accept' | 'arrive' | 'decline' | 'complete' | 'cancel';

/** The outcome of a command, over either transport. */
export interface Outcome {
  ok: boolean;
  /** The status of an HTTP answer. */
  status: number | undefined;
  code: string | undefined;
  retryable: boolean | undefined;
  /** The call answered, or the current one that a refusal carries. */
  call: AnyFrame;
}

export function outcomeOf(answer: Answer): Outcome {
  const ok = answer.status < 300;
  const error = ok ? undefined : answer.body.error;
  return { ok, status: answer.status, code: error?.code, retryable: error?.retryable, call: ok ? answer.body : error?.details?.call };
}

export function outcomeOfFrame(frame: AnyFrame): Outcome {
  const ok = frame.type === 'ok';
  return { ok, status: undefined, code: frame.code, retryable: frame.retryable, call: ok ? frame.data : frame.details?.call };
}

/** As {@link Socket.ask}, but when the id was used on this socket before, the answer to this very frame. */
export async function askAgain(socket: Socket, frame: Record<string, unknown> & { id: string }): Promise<AnyFrame> {
  const answersIt = (one: AnyFrame) => (one.type === 'ok' || one.type === 'error') && one.re === frame.id;
  const seen = new Set(socket.frames.filter(answersIt));
  socket.send(frame);
  return socket.until((one) => answersIt(one) && !seen.has(one), `the answer to ${String(frame['type'])}`);
}

/** A signed-in person with a socket open, who may command over either. */
export class Person {
  private constructor(
    readonly session: Session,
    readonly socket: Socket,
  ) {}

  static async come(target: TestWardline, username: string): Promise<Person> {
    const session = await signIn(target, username);
    return new Person(session, await Socket.open(target, session.cookie));
  }

  get id(): string {
    return this.session.user.id;
  }

  async command(
    transport: Transport,
    command: CallCommand,
    callId: string,
    fields: Record<string, unknown> = {},
    key: string = randomUUID(),
  ): Promise<Outcome> {
    if (transport === 'HTTP') return outcomeOf(await this.session.post(`/calls/${callId}/${command}`, fields, { 'idempotency-key': key }));
    return outcomeOfFrame(await askAgain(this.socket, { id: key, type: `call.${command}`, data: { call_id: callId, ...fields } }));
  }

  /** As {@link command}, sent again with the same key while the answer says that it may be, as a client does. */
  async insist(transport: Transport, command: CallCommand, callId: string): Promise<Outcome> {
    const key = randomUUID();
    return eventually(async () => {
      const outcome = await this.command(transport, command, callId, {}, key);
      return outcome.retryable === true ? undefined : outcome;
    }, command);
  }

  async raise(transport: Transport, fields: Record<string, unknown>, key: string = randomUUID()): Promise<Outcome> {
    if (transport === 'HTTP') return outcomeOf(await this.session.post('/calls', fields, { 'idempotency-key': key }));
    return outcomeOfFrame(await askAgain(this.socket, { id: key, type: 'call.raise', data: fields }));
  }

  async startShift(dept: string): Promise<void> {
    const answer = await this.socket.ask({ type: 'shift.start', data: { dept } });
    if (answer.type !== 'ok') throw new Error(`shift.start: ${String(answer.code)}`);
  }

  async endShift(dept: string): Promise<AnyFrame> {
    return this.socket.ask({ type: 'shift.end', data: { dept, confirm: true } });
  }

  /** The call as it is now. */
  async call(id: string): Promise<AnyFrame> {
    const answer = await this.session.get(`/calls/${id}`);
    if (answer.status !== 200) throw new Error(`GET /calls/${id} answered ${String(answer.status)}`);
    return answer.body;
  }
}

/** The whole log of a department after `after`, page by page. */
export async function readLog(session: Session, dept: string, after = 0): Promise<AnyFrame[]> {
  const events: AnyFrame[] = [];
  for (;;) {
    const last = events.at(-1)?.seq ?? after;
    const answer = await session.get(`/departments/${dept}/events?after=${String(last)}&limit=200`);
    if (answer.status !== 200) throw new Error(`events answered ${String(answer.status)}`);
    events.push(...answer.body.items);
    if (answer.body.items.length === 0 || events.at(-1).seq >= answer.body.head) return events;
  }
}

/** The log's events of one call, oldest first. */
export async function logOf(session: Session, dept: string, callId: string): Promise<AnyFrame[]> {
  return (await readLog(session, dept)).filter((event) => event.data.call_id === callId && event.type !== 'call.assigned');
}

/** Closes every open call as the administrator: a ward at peace for the next test. */
export async function closeAllCalls(admin: Session): Promise<void> {
  const open = await admin.get('/calls?state=open&limit=200');
  for (const call of open.body.items) await admin.post(`/calls/${call.id as string}/cancel`, { reason: 'end of a test' });
}
