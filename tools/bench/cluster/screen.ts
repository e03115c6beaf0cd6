import { decodeFrame } from '../client/socket/frames.js';
import { LiveSocket } from '../client/socket/live-socket.js';
import type { Target } from '../client/target.js';

const LIVE_TIMEOUT_MS = 15_000;

/** A nurse's screen at one node: when each call came to it first. */
export class Screen {
  readonly arrivals = new Map<string, number>();
  private readonly live: LiveSocket;

  constructor(
    readonly node: number,
    target: Target,
    cookie: string,
    dept: string,
  ) {
    const options = {
      target,
      cookie,
      dept,
      decode: (bytes: Buffer) => decodeFrame(bytes.toString('utf8')),
      isSessionAlive: () => Promise.resolve(true),
      random: Math.random,
    };
    this.live = new LiveSocket(options, {
      event: ({ type, data }, at) => {
        const id = (data as { call_id?: unknown }).call_id;
        if (type === 'call.pending' && typeof id === 'string' && !this.arrivals.has(id)) this.arrivals.set(id, at);
      },
      lost: () => undefined,
      trouble: () => undefined,
    });
    this.live.connect();
  }

  async whenLive(): Promise<void> {
    if (!(await this.live.whenLive(LIVE_TIMEOUT_MS))) throw new Error('a screen did not become live');
  }

  close(): Promise<void> {
    return this.live.close();
  }
}
