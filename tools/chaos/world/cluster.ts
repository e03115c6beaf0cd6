import type { Random } from '../../simulate/plan/random.js';
import { type NodeSettings, NodeSlot } from './node-slot.js';

/** Seconds after which each level falls due. */
export const ESCALATION_SEC = [2, 4, 6] as const;

/** Screens acknowledge once a second. */
export const RECEIPT_SEC = 3;

/** A climb takes 6 seconds, a grace 3: everything happens many times in half a minute. */
const SETTINGS = {
  ESCALATION_L1_SEC: String(ESCALATION_SEC[0]),
  ESCALATION_L2_SEC: String(ESCALATION_SEC[1]),
  ESCALATION_L3_SEC: String(ESCALATION_SEC[2]),
  ESCALATION_REPEAT_SEC: '2',
  CALL_PRESENCE_SEC: '4',
  CALL_PRESS_AGAIN_SEC: '3',
  CALL_ATTENDANCE_SEC: '6',
  RECEIPT_SEC: String(RECEIPT_SEC),
  NURSE_DISCONNECT_GRACE_SEC: '3',
  SESSION_RECONNECT_BUFFER_SEC: '5',
  SESSION_CHECK_INTERVAL_SEC: '2',
  SERVER_HEARTBEAT_SEC: '1',
  SERVER_STALE_SEC: '6',
  SERVER_GC_INTERVAL_SEC: '2',
  HEARTBEAT_CHECK_INTERVAL_SEC: '2',
  HEARTBEAT_IDLE_SEC: '6',
  WORKER_STUCK_SEC: '6',
  SHUTDOWN_DRAIN_SEC: '2',
  SHUTDOWN_RECONNECT_SEC: '2',
  // Small enough to be reached by a client that does not read.
  MAX_PENDING_MESSAGES: '20',
  SLOW_CONSUMER_BYTES: '1048576',
  // That client asks for more than it may, and is to be slow, not turned away for it.
  CLIENT_RATE_LIMIT: '0',
  CHANNEL_HMAC_SECRETS: 'the-secret-of-the-bus-of-this-chaos-run',
};

/** Several nodes on one database, of which some are down now and then. */
export class Cluster {
  private constructor(readonly slots: readonly NodeSlot[]) {}

  /** Resolves when every node has been up once. The last one has a supervisor. */
  static async start(
    size: number,
    { DATABASE_URL: databaseUrl = '', ...env }: Readonly<Record<string, string>>,
    places: Pick<NodeSettings, 'logs' | 'output'>,
  ): Promise<Cluster> {
    const settings = { databaseUrl, env: { ...SETTINGS, ...env }, ...places };
    const slots = await Promise.all(
      Array.from({ length: size }, (_, n) => NodeSlot.open(`node-${String(n + 1)}`, n === size - 1, settings)),
    );
    const cluster = new Cluster(slots);
    try {
      await cluster.untilReady(60_000);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** Any place, also one whose node is down: as a load balancer that has not noticed. */
  any(random: Random): NodeSlot {
    const slot = this.slots[Math.floor(random() * this.slots.length)];
    if (!slot) throw new Error('a cluster has nodes');
    return slot;
  }

  /** The place of the node with a supervisor. */
  get supervised(): NodeSlot {
    const slot = this.slots.find(({ isSupervised }) => isSupervised);
    if (!slot) throw new Error('one node of a cluster has a supervisor');
    return slot;
  }

  /** A place whose node runs, as a load balancer chooses; any when all are down. */
  running(random: Random): NodeSlot {
    const up = this.slots.filter((slot) => slot.isRunning);
    return up[Math.floor(random() * up.length)] ?? this.any(random);
  }

  /** @throws Error that says which node is not ready, and why */
  async untilReady(timeoutMs: number): Promise<void> {
    const giveUpAt = performance.now() + timeoutMs;
    for (;;) {
      const states = await Promise.all(this.slots.map((slot) => slot.readiness()));
      if (states.every((state) => state.status === 200)) return;
      if (performance.now() > giveUpAt) {
        const which = states.flatMap((state, n) =>
          state.status === 200 ? [] : [`node-${String(n + 1)}: ${String(state.status)} ${state.body}`],
        );
        throw new Error(`not ready after ${String(timeoutMs / 1000)} s: ${which.join('; ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** The nodes' warnings, by event. */
  get complaints(): ReadonlyMap<string, number> {
    const sum = new Map<string, number>();
    for (const slot of this.slots) for (const [event, count] of slot.complaints) sum.set(event, (sum.get(event) ?? 0) + count);
    return sum;
  }

  get deaths(): string[] {
    return this.slots.flatMap((slot) => slot.deaths);
  }

  async stop(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.stop()));
  }

  async kill(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.kill()));
  }
}
