import { createClient, type Wardline } from '@wardline/client';
import { checkedTransport } from './checked-transport.js';
import type { Session } from './client.js';
import type { TestWardline } from '../wardline.js';
import { eventually } from '../eventually.js';

/** A screen on `@wardline/client` that follows a department with the session of a person who has several. */
export class Reader {
  /** Close codes of its connections. */
  readonly endings: string[] = [];
  readonly faults: string[] = [];
  private readonly client: Wardline;
  private readonly node: ReturnType<typeof checkedTransport>;

  constructor(
    target: Pick<TestWardline, 'url' | 'ca'>,
    { cookie }: Session,
    private readonly dept: string,
  ) {
    const node = checkedTransport({ ca: target.ca });
    this.node = node;
    class SessionSocket extends (node.WebSocket as new (...args: unknown[]) => object) {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { headers: { cookie } });
      }
    }
    this.client = createClient({
      url: target.url,
      WebSocket: SessionSocket,
      fetch: (input, init) => node.fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), cookie } }),
    });
    this.client.on('status', ({ reason }) => {
      if (reason !== null && /^(LOST|\d+|[A-Z_]+)$/.test(reason)) this.endings.push(reason);
    });
    this.client.on('fault', ({ code, message }) => this.faults.push(`${code} ${message}`));
    this.client.department(dept).subscribe(() => undefined);
  }

  get isLive(): boolean {
    return this.client.status.phase === 'live';
  }

  whenLive(): Promise<boolean> {
    return eventually(() => this.isLive || undefined, `a screen of ${this.dept}`);
  }

  /** `seq` of the last event that it has, in order and without holes. */
  get last(): number {
    return this.client.department(this.dept).getSnapshot().seq;
  }

  /** The defects of the received stream: when it has none, all counts are 0. */
  get defects(): Record<string, number> {
    const { gaps, duplicatesDropped, skippedFetched } = this.client.proof(this.dept);
    return { gaps, duplicatesDropped, skippedFetched, faults: this.faults.length };
  }

  close(): void {
    this.client.close();
    this.node.close();
  }
}
