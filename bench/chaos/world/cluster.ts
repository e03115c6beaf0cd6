import { setTimeout as sleep } from 'node:timers/promises';
import { NodeProcess } from '../escalation/node-process.js';
import type { Random } from '../simulate/random.js';

/** A climb takes 6 seconds, a grace 3: everything happens many times in half a minute. */
const SETTINGS = {
  ESCALATION_L1_SEC: '2',
  ESCALATION_L2_SEC: '4',
  ESCALATION_L3_SEC: '6',
  ESCALATION_REPEAT_SEC: '2',
  CALL_PRESENCE_SEC: '4',
  NURSE_DISCONNECT_GRACE_SEC: '3',
  SESSION_RECONNECT_BUFFER_SEC: '5',
  SERVER_HEARTBEAT_SEC: '1',
  SERVER_STALE_SEC: '6',
};
const START_ATTEMPTS = 3;

/** Several nodes on one database, of which some are down now and then. */
export class Cluster {
  /** How often a node ended without being asked to. */
  died = 0;
  readonly complaints = new Map<string, number>();
  readonly lastWords: string[] = [];
  private readonly nodes: (NodeProcess | undefined)[];
  private readonly doomed = new WeakSet<NodeProcess>();

  constructor(
    private readonly databaseUrl: string,
    size: number,
  ) {
    this.nodes = Array.from({ length: size }, () => undefined);
  }

  get running(): NodeProcess[] {
    return this.nodes.filter((node) => node?.isRunning === true) as NodeProcess[];
  }

  /** Where one of the running nodes listens; undefined when all are down. */
  anyUrl(random: Random): string | undefined {
    const { running } = this;
    return running[Math.floor(random() * running.length)]?.url;
  }

  /** Brings up all that are down. */
  async start(): Promise<void> {
    const down = this.nodes.flatMap((node, place) => (node?.isRunning === true ? [] : [place]));
    await Promise.all(down.map((place) => this.startAt(place)));
  }

  /**
   * Ends a running node at once, or in order.
   * @returns undefined when none is running, else a function that brings up another in its place
   */
  end(random: Random, signal: 'SIGKILL' | 'SIGTERM'): (() => Promise<void>) | undefined {
    const up = this.nodes.flatMap((node, place) => (node?.isRunning === true ? [{ node, place }] : []));
    const chosen = up[Math.floor(random() * up.length)];
    if (!chosen) return undefined;
    const { node, place } = chosen;
    this.doomed.add(node);
    node.kill(signal);
    return async () => {
      await node.exited;
      await this.startAt(place);
    };
  }

  async stop(): Promise<void> {
    for (const node of this.running) this.doomed.add(node);
    await Promise.all(this.running.map((node) => node.stop()));
  }

  /** At once, when we are interrupted. */
  kill(): void {
    for (const node of this.running) node.kill('SIGKILL');
  }

  /** A start meets terminated connections too: it is a start of the hospital's service manager, which tries again. */
  private async startAt(place: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const node = await NodeProcess.start(this.databaseUrl, SETTINGS);
        this.nodes[place] = node;
        void node.exited.then(() => {
          this.ended(node);
        });
        return;
      } catch (error) {
        if (attempt === START_ATTEMPTS) throw error;
        await sleep(100);
      }
    }
  }

  private ended(node: NodeProcess): void {
    for (const [event, count] of node.complaints) this.complaints.set(event, (this.complaints.get(event) ?? 0) + count);
    if (this.doomed.has(node)) return;
    this.died += 1;
    this.lastWords.push(node.lastWords);
  }
}
