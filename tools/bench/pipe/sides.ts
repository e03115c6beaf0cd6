import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { makeCallData } from '../peers/event.js';
import type { PeerAnswers, Publishing, TlsFiles } from '../peers/peer.js';
import { Child } from '../process/child.js';
import type { DialectName } from '../fleet/frames/dialects.js';
import type { PROBE, Usage } from '../process/probe.js';
import type { WardlineServer } from './ward/wardline-server.js';

/** One of the servers that are compared, with its readers. */
export interface Side {
  readonly name: string;
  readonly dialect: DialectName;
  readonly port: number;
  /** The departments that the readers follow, in turns. */
  readonly departments: readonly string[];
  readonly cookies: readonly string[];
  readonly readers: number;
  /** The server's process, which knows what it has used. */
  ask(question: 'usage' | 'settle'): Promise<Usage>;
  profile(file: string, work: () => Promise<void>): Promise<void>;
  publish(publishing: Publishing): Promise<void>;
}

export type PeerName = 'ws' | 'ws-corked' | 'bare' | 'socket-io' | 'bun';

/** A program of `bench/peers`, running. */
export class PeerSide implements Side {
  readonly departments = ['ward-07'];
  readonly cookies = [];

  private constructor(
    readonly name: string,
    readonly dialect: DialectName,
    readonly port: number,
    readonly readers: number,
    readonly child: Child<PeerAnswers>,
  ) {}

  /** @param runtime the binary that runs it */
  static async start(peer: PeerName, name: string, runtime: string, readers: number, tls: TlsFiles | undefined): Promise<PeerSide> {
    const program = fileURLToPath(new URL(`../peers/${peer}.js`, import.meta.url));
    const args = peer === 'bun' ? [program] : ['--expose-gc', program];
    const child = Child.start<PeerAnswers>({ runtime, args, env: {} });
    try {
      const port = await child.ask('listen', { tls });
      return new PeerSide(name, peer === 'socket-io' ? 'socket.io' : 'websocket', port, readers, child);
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  ask(question: 'usage' | 'settle'): Promise<Usage> {
    return this.child.ask(question);
  }

  profile(file: string, work: () => Promise<void>): Promise<void> {
    return profiled(this.child, file, work);
  }

  async publish(publishing: Publishing): Promise<void> {
    await this.child.ask('publish', publishing);
  }
}

/** Readers of one department of a Wardline. Its events are appended to the log, from where its poller takes them. */
export class WardlineSide implements Side {
  readonly dialect = 'wardline';

  constructor(
    readonly name: string,
    private readonly server: WardlineServer,
    private readonly log: pg.Client,
    readonly departments: readonly string[],
    readonly cookies: readonly string[],
  ) {}

  get port(): number {
    return this.server.port;
  }

  get readers(): number {
    return this.cookies.length;
  }

  ask(question: 'usage' | 'settle'): Promise<Usage> {
    return this.server.child.ask(question);
  }

  profile(file: string, work: () => Promise<void>): Promise<void> {
    return profiled(this.server.child, file, work);
  }

  async publish({ turns, burst, everyMs }: Publishing): Promise<void> {
    const started = performance.now();
    for (let turn = 0; turn < turns; turn += 1) {
      const wait = started + turn * everyMs - performance.now();
      if (wait > 0) await sleep(wait);
      await this.append(burst);
    }
  }

  /** To the first department, in one transaction: the poller sees all of them at once. */
  private async append(count: number): Promise<void> {
    const events = Array.from({ length: count }, () => {
      const id = randomUUID();
      return {
        dept: this.departments[0],
        id,
        type: 'call.pending',
        payload: makeCallData(id),
        call_id: id,
        actor_id: 'station:ward-07-112-bed',
      };
    });
    await this.log.query({ name: 'append', text: 'SELECT dept, seq FROM append_events($1::jsonb)', values: [JSON.stringify(events)] });
  }
}

/** Writes the CPU profile of a server for as long as the work takes. */
export async function profiled(child: Child<typeof PROBE>, file: string, work: () => Promise<void>): Promise<void> {
  await child.ask('startProfile');
  await work();
  await child.ask('stopProfile', file);
}
