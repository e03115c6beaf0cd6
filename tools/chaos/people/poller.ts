import { setTimeout as sleep } from 'node:timers/promises';
import type { SeenConnection } from '../checker/history.js';
import { once } from './commands.js';
import { type ClientRecord, factsOf, type WireEvent } from './recorder.js';
import type { WardWorld } from './ward-world.js';

const WAIT_SEC = 3;
const PAUSE_MS = 200;
const OK = 200;

interface Picture {
  readonly epoch: string;
  readonly seq: number;
  readonly data: { readonly calls: Parameters<typeof factsOf>[0][] };
}

interface Page {
  readonly epoch: string;
  readonly items: WireEvent[];
}

/** A board without a socket: one picture, then long polls from its position, on whichever node. */
export class Poller {
  private readonly connection: SeenConnection;
  private isOver = false;
  private polling: Promise<void> | undefined;

  constructor(
    private readonly world: WardWorld,
    private readonly record: ClientRecord,
    private readonly headers: Readonly<Record<string, string>>,
  ) {
    this.connection = record.connected();
  }

  start(): void {
    this.polling = this.poll();
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.polling;
  }

  private async poll(): Promise<void> {
    while (!this.isOver) {
      const isAnswered = this.record.position === undefined ? await this.look() : await this.next(this.record.position);
      if (!isAnswered) await sleep(PAUSE_MS);
    }
  }

  private async look(): Promise<boolean> {
    const picture = await this.get<Picture>('snapshot');
    if (!picture) return false;
    const { epoch, seq, data } = picture;
    this.record.saw(this.connection, { kind: 'snapshot', epoch, seq, calls: data.calls.map(factsOf), asked: null });
    return true;
  }

  private async next(after: number): Promise<boolean> {
    this.record.acknowledged = Math.max(this.record.acknowledged, after);
    const page = await this.get<Page>(`events?after=${String(after)}&limit=200&wait=${String(WAIT_SEC)}`);
    if (!page) return false;
    if (page.epoch !== this.record.epoch) {
      this.record.saw(this.connection, { kind: 'resumed', epoch: page.epoch, after, from: after + 1 });
    }
    for (const event of page.items) this.record.event(this.connection, event);
    return true;
  }

  private async get<T>(what: string): Promise<T | undefined> {
    const { cluster, random } = this.world;
    const path = `/api/v1/departments/${this.record.history.dept}/${what}`;
    const answer = await once(cluster.running(random).url, { method: 'GET', path, headers: this.headers });
    return answer?.status === OK ? (answer.body as unknown as T) : undefined;
  }
}
