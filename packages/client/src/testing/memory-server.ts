import type { EventFrame } from '../index.js';
import type { WebSocketConstructor } from '../environment/web-socket.js';
import { FakeSocket } from './fake/fake-socket.js';
import { FakePolls } from './fake/fake-poll.js';
import type { FakeServer, FakeServerOptions } from './fake/fake-server.js';
import { MemoryHttp } from './memory-http.js';
import { MemorySockets } from './memory-sockets.js';
import { MemoryState } from './memory-state.js';
import { MemoryWard } from './memory-ward.js';
import { SkippedRanges } from './skipped-ranges.js';

/** The knobs of a server in memory. */
export class MemoryServer implements FakeServer {
  readonly url = 'https://fake.wardline.test';
  readonly WebSocket: WebSocketConstructor;
  private readonly skipped = new SkippedRanges();
  private readonly losses = new Set<string>();
  private readonly polls = new FakePolls();
  private readonly state: MemoryState;
  private readonly ward: MemoryWard;
  private readonly sockets: MemorySockets;
  private readonly http: MemoryHttp;
  private readonly heartbeat: ReturnType<typeof setInterval>;
  readonly append: MemoryWard['append'];
  readonly press: MemoryWard['press'];
  readonly change: MemoryWard['change'];
  readonly log: MemoryWard['log'];

  constructor(options: FakeServerOptions) {
    const state = new MemoryState(options);
    const ward = new MemoryWard(state.user.id, this.publish.bind(this));
    const sockets = new MemorySockets(state, ward);
    this.state = state;
    this.ward = ward;
    this.sockets = sockets;
    this.http = new MemoryHttp(state, ward, sockets, this.polls);
    this.append = ward.append.bind(ward);
    this.press = ward.press.bind(ward);
    this.change = ward.change.bind(ward);
    this.log = ward.log.bind(ward);
    this.WebSocket = class extends FakeSocket {
      constructor() {
        super();
        sockets.opened(this);
      }
    };
    this.heartbeat = setInterval(() => {
      sockets.ping();
    }, state.options.heartbeatSec * 1000);
  }

  get acks(): FakeServer['acks'] {
    return this.state.acks;
  }

  get effects(): MemoryWard['effects'] {
    return this.ward.effects;
  }

  get connections(): number {
    return this.sockets.size;
  }

  cut(code = 1006): void {
    this.sockets.cut(code);
  }

  stall(isStalled: boolean): void {
    this.state.stalled = isStalled;
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
    this.sockets.refusedWith = status;
  }

  refuseStreams(isRefused: boolean): void {
    this.http.refusesStreams = isRefused;
  }

  endMembership(dept: string): void {
    this.state.ended.add(dept);
    this.sockets.toReaders(dept, { type: 'unsubscribed', dept, reason: 'membership_ended' });
    this.sockets.unfollow(dept);
    this.polls.wake();
  }

  refuseSubscribes(count: number, error: { code: string; retryable: boolean; retry_after?: number }): void {
    this.sockets.refusals = Array.from({ length: count }, () => ({ message: error.code, ...error }));
  }

  beginMembership(dept: string): void {
    this.state.ended.delete(dept);
  }

  slowAnswers(ms: number): void {
    this.sockets.answerMs = ms;
  }

  loseAnswers(count: number): void {
    this.sockets.lostAnswers = count;
  }

  unreachable(isGone: boolean): void {
    this.state.gone = isGone;
    if (isGone) this.cut();
  }

  close(): void {
    clearInterval(this.heartbeat);
    this.state.gone = true;
    this.polls.wake();
    this.cut(1001);
  }

  readonly fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    init.signal?.throwIfAborted();
    if (this.state.gone || this.state.stalled) throw new TypeError('fetch failed');
    return Promise.resolve(this.http.answer(init.method ?? 'GET', url.pathname.replace('/api/v1', ''), url.searchParams, init));
  };

  private publish(event: EventFrame): void {
    this.polls.wake();
    if (this.losses.delete(event.dept)) return;
    const frame = this.skipped.frameFor(event);
    if (frame) this.sockets.toReaders(event.dept, frame);
  }
}
