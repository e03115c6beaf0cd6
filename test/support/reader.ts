import { decodeFrame } from '../../tools/bench/client/frames.js';
import { LiveSocket } from '../../tools/bench/client/live-socket.js';
import type { Session } from './client.js';
import type { TestWardline } from './wardline.js';

/** A screen that follows a department and comes back by the protocol's rules, whatever happens to its connection. */
export class Reader {
  /** How each of its connections ended. */
  readonly endings: string[] = [];
  readonly troubles: string[] = [];
  readonly live: LiveSocket;

  constructor(target: Pick<TestWardline, 'url' | 'ca'>, session: Session, dept: string) {
    this.live = new LiveSocket(
      {
        target: { url: new URL(target.url), tls: { ca: target.ca, rejectUnauthorized: true } },
        cookie: session.cookie,
        dept,
        decode: (bytes) => decodeFrame(bytes.toString('utf8')),
        isSessionAlive: async () => (await session.get('/auth/session')).status === 200,
        random: Math.random,
      },
      {
        event: () => undefined,
        lost: (why) => this.endings.push(why),
        trouble: (code, detail) => this.troubles.push(`${code} ${detail}`),
      },
    );
    this.live.connect();
  }

  /** `seq` of the last event that it has, in order and without holes. */
  get last(): number | undefined {
    return this.live.stream.last;
  }

  /** What is wrong with what it got: nothing, all counts 0. */
  get defects(): Record<string, number> {
    const { gaps, outOfOrder, steppedOver, skippedEvents } = this.live.stream;
    return { gaps, outOfOrder, steppedOver, skippedEvents, troubles: this.troubles.length };
  }
}
