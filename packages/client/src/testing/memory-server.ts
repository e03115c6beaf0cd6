import type { EventFrame } from '../index.js';
import type { WebSocketConstructor } from '../web-socket.js';
import { FakeSocket } from './fake-socket.js';
import { FakePolls } from './fake-poll.js';
import { fakeStream } from './fake-stream.js';
import { admission, commandOf, error, json } from './commands.js';
import { MemoryWard } from './memory-ward.js';
import type { FakeServer, FakeServerOptions } from './fake-server.js';
import { SkippedRanges } from './skipped-ranges.js';

export class MemoryServer implements FakeServer {
  readonly url = 'https://fake.wardline.test';
  readonly acks: { dept: string; seq: number }[] = [];
  readonly WebSocket: WebSocketConstructor;
  private readonly sockets = new Map<FakeSocket, Set<string>>();
  private readonly skipped = new SkippedRanges();
  private readonly losses = new Set<string>();
  private readonly polls = new FakePolls();
  private readonly ended = new Set<string>();
  private refusals: { code: string; message: string; retryable: boolean }[] = [];
  private noStreams = false;
  private refusedWith: number | undefined;
  private answerMs = 0;
  private lostAnswers = 0;
  private gone = false;
  private stalled = false;
  private heartbeat: ReturnType<typeof setInterval>;
  private readonly user: NonNullable<FakeServerOptions['user']>;
  private readonly options: Required<Omit<FakeServerOptions, 'user'>>;
  private readonly ward: MemoryWard;
  readonly append: MemoryWard['append'];
  readonly press: MemoryWard['press'];
  readonly change: MemoryWard['change'];
  readonly log: MemoryWard['log'];

  constructor({ user, heartbeatSec = 25, pollIntervalMs = 3000, aheadMs = 0 }: FakeServerOptions) {
    this.options = { heartbeatSec, pollIntervalMs, aheadMs };
    this.user = user ?? { id: '00000000-0000-4000-8000-000000000001', name: 'Nurse One', role: 'nurse', departments: ['icu'] };
    const ward = new MemoryWard(this.user.id, this.publish.bind(this));
    this.ward = ward;
    this.append = ward.append.bind(ward);
    this.press = ward.press.bind(ward);
    this.change = ward.change.bind(ward);
    this.log = ward.log.bind(ward);
    const open = this.opened.bind(this);
    this.WebSocket = class extends FakeSocket {
      constructor() {
        super();
        open(this);
      }
    };
    this.heartbeat = setInterval(() => {
      for (const socket of this.sockets.keys()) this.deliver(socket, { type: 'ping', t: this.now() });
    }, heartbeatSec * 1000);
  }

  get effects(): MemoryWard['effects'] {
    return this.ward.effects;
  }

  get connections(): number {
    return this.sockets.size;
  }

  cut(code = 1006): void {
    for (const socket of [...this.sockets.keys()]) socket.drop(code);
  }

  stall(isStalled: boolean): void {
    this.stalled = isStalled;
  }

  skip(dept: string, count: number): void {
    this.skipped.skip(dept, count);
  }

  lose(dept: string): void {
    this.losses.add(dept);
  }

  newEpoch(): void {
    this.ward.newEpoch();
    this.cut(1012);
  }

  refuseUpgrades(status: number | undefined): void {
    this.refusedWith = status;
  }

  refuseStreams(isRefused: boolean): void {
    this.noStreams = isRefused;
  }

  endMembership(dept: string): void {
    this.ended.add(dept);
    this.toReaders(dept, { type: 'unsubscribed', dept, reason: 'membership_ended' });
    for (const followed of this.sockets.values()) followed.delete(dept);
    this.polls.wake();
  }

  refuseSubscribes(count: number, error: { code: string; retryable: boolean; retry_after?: number }): void {
    this.refusals = Array.from({ length: count }, () => ({ message: error.code, ...error }));
  }

  beginMembership(dept: string): void {
    this.ended.delete(dept);
  }

  slowAnswers(ms: number): void {
    this.answerMs = ms;
  }

  loseAnswers(count: number): void {
    this.lostAnswers = count;
  }

  unreachable(isGone: boolean): void {
    this.gone = isGone;
    if (isGone) this.cut();
  }

  close(): void {
    clearInterval(this.heartbeat);
    this.gone = true;
    this.polls.wake();
    this.cut(1001);
  }

  readonly fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    init.signal?.throwIfAborted();
    if (this.gone || this.stalled) throw new TypeError('fetch failed');
    return Promise.resolve(this.handle(init.method ?? 'GET', url.pathname.replace('/api/v1', ''), url.searchParams, init));
  };

  private handle(method: string, path: string, query: URLSearchParams, init: RequestInit): Response | Promise<Response> {
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : {};
    const session = { user: this.user, csrf_token: 'token', expires_at: new Date(Date.now() + 3_600_000).toISOString() };
    if (path === '/auth/login' || path === '/auth/session') return json(200, session);
    if (path === '/auth/logout') return new Response(null, { status: 204 });
    if (path === '/ws/admission') return admission(this.options.pollIntervalMs, this.now());
    const [, dept = '', rest] = /^\/departments\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (rest === 'events') return json(200, this.ward.page(dept, query));
    const asked = [dept, ...(query.get('dept') ?? '').split(',')];
    if (asked.some((one) => this.ended.has(one))) return json(404, { error: error('NOT_FOUND') });
    if (rest === 'snapshot') return json(200, { dept, ...this.ward.picture(dept) });
    if (rest === 'acks') {
      this.acks.push({ dept, seq: body['seq'] as number });
      return new Response(null, { status: 204 });
    }
    if (path === '/events') return this.polls.answer(this.ward, query, init.signal);
    if (path === '/events/stream') return this.noStreams ? json(502, {}) : this.stream(query, init.signal);
    const command = commandOf(method, path, body);
    if (!command) return json(404, { error: error('NOT_FOUND') });
    const key = new Headers(init.headers).get('Idempotency-Key') ?? crypto.randomUUID();
    const answer = this.ward.execute(key, command.type, command.data);
    return 'data' in answer ? json(200, answer.data) : json(409, { error: answer.error });
  }

  private stream(query: URLSearchParams, signal: AbortSignal | null | undefined): Response {
    const depts = (query.get('dept') ?? '').split(',');
    const after = new Map((query.get('after') ?? '').split(',').map((part) => part.split(':') as [string, string]));
    const { response, socket } = fakeStream(signal);
    this.sockets.set(socket, new Set(depts));
    socket.addEventListener('close', () => {
      this.sockets.delete(socket);
    });
    const isSame = query.get('epoch') === this.ward.epoch;
    const departments = depts.map((dept) => ({
      dept,
      recovered: isSame && after.has(dept),
      from: Number(after.get(dept) ?? 0) + 1,
      head: this.ward.log(dept).length,
    }));
    this.deliver(socket, { ...this.hello(15), departments });
    for (const { dept, recovered, from } of departments) this.begin(socket, dept, recovered ? from - 1 : undefined, null);
    return response;
  }

  private now(): number {
    return Date.now() + this.options.aheadMs;
  }

  private hello(heartbeat_sec: number): object {
    const { epoch } = this.ward;
    return {
      type: 'hello',
      connection_id: crypto.randomUUID(),
      epoch,
      user: this.user,
      heartbeat_sec,
      server_time: this.now(),
    };
  }

  private opened(socket: FakeSocket): void {
    queueMicrotask(() => {
      if (this.gone || this.refusedWith !== undefined) {
        socket.drop(1006);
        return;
      }
      this.sockets.set(socket, new Set());
      socket.accept((text) => {
        if (!this.stalled) this.read(socket, JSON.parse(text) as Record<string, unknown>);
      });
      socket.addEventListener('close', () => {
        this.sockets.delete(socket);
      });
      const limits = { max_payload: 65536, messages: 50, per_sec: 10 };
      this.deliver(socket, { ...this.hello(this.options.heartbeatSec), server_id: 'fake', limits });
    });
  }

  private read(socket: FakeSocket, frame: Record<string, unknown>): void {
    const { id, type, dept } = frame as { id: string; type: string; dept: string };
    switch (type) {
      case 'subscribe': {
        const refused = this.ended.has(dept) ? error('NOT_FOUND') : this.refusals.shift();
        if (refused) {
          this.deliver(socket, { type: 'error', re: id, ...refused });
          return;
        }
        const { after, epoch } = frame as { after?: number; epoch?: string };
        const head = this.ward.log(dept).length;
        const recovered = after !== undefined && epoch === this.ward.epoch && after <= head;
        const from = recovered ? after + 1 : head + 1;
        this.deliver(socket, { type: 'ok', re: id, data: { dept, epoch: this.ward.epoch, recovered, from, head } });
        this.sockets.get(socket)?.add(dept);
        this.begin(socket, dept, recovered ? after : undefined, id);
        return;
      }
      case 'unsubscribe':
        this.sockets.get(socket)?.delete(dept);
        this.deliver(socket, { type: 'ok', re: id, data: {} });
        return;
      case 'ack':
        this.acks.push({ dept, seq: frame['seq'] as number });
        return;
      case 'ping':
        this.deliver(socket, { type: 'pong', t: frame['t'] });
        return;
      default:
        if (type !== 'pong') this.command(socket, id, type, frame);
    }
  }

  private command(socket: FakeSocket, id: string, type: string, frame: Record<string, unknown>): void {
    const answer = this.ward.execute(id, type, (frame['data'] ?? {}) as Record<string, unknown>);
    if (this.lostAnswers > 0) {
      this.lostAnswers -= 1;
      return;
    }
    const send = () => {
      this.deliver(socket, 'data' in answer ? { type: 'ok', re: id, data: answer.data } : { type: 'error', re: id, ...answer.error });
    };
    if (this.answerMs > 0) setTimeout(send, this.answerMs);
    else send();
  }

  private begin(socket: FakeSocket, dept: string, after: number | undefined, re: string | null): void {
    const log = this.ward.log(dept);
    if (after === undefined) this.deliver(socket, { type: 'snapshot', re, dept, ...this.ward.picture(dept) });
    else for (const event of log.slice(after)) this.deliver(socket, event);
  }

  private publish(event: EventFrame): void {
    this.polls.wake();
    if (this.losses.delete(event.dept)) return;
    const frame = this.skipped.frameFor(event);
    if (frame) this.toReaders(event.dept, frame);
  }

  private toReaders(dept: string, frame: object): void {
    for (const [socket, followed] of this.sockets) if (followed.has(dept)) this.deliver(socket, frame);
  }

  private deliver(socket: FakeSocket, frame: object): void {
    if (!this.stalled) socket.deliver(JSON.stringify(frame));
  }
}
