import { z } from 'zod';
import { type ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import { Backplane } from './backplane.js';
import { BackplaneAway, CapacityError } from './backplane-errors.js';

const POINT = 'backplane';
/** An implementation promises a second. */
const DEADLINE_MS = 2000;
const START_MS = 10_000;

const count = z.number().nonnegative();
const nothing = z.unknown();
const connections = z.array(z.object({ serverId: z.string(), connectionId: z.string() }));
const moves = z.object({ connections, changed: z.boolean() });
const pageOf = (item: z.ZodType) => z.object({ items: z.array(item), cursor: z.string().nullable() });

/** The answers of each store's methods. Any other answers at once. */
const ANSWERS = {
  servers: {
    beat: z.object({ known: z.boolean(), users: count, members: count }),
    restore: nothing,
    list: z.array(z.object({ serverId: z.string(), state: z.string(), version: z.string(), age: z.number(), online: count })),
    stale: z.array(z.string()),
    reap: z.object({ servers: count, owners: count, room_members: count, rooms: count, left: z.array(z.object({ room: z.string() })) }),
    tryLock: z.custom((given) => given === undefined || typeof given === 'function'),
  },
  owners: { own: nothing, release: z.boolean(), connectionsOf: connections, count },
  rooms: {
    join: z.boolean(),
    joinUser: moves,
    leave: z.boolean(),
    leaveUser: moves,
    isMember: z.boolean(),
    size: count,
    members: pageOf(z.object({ userId: z.string(), connections: count })),
    rooms: pageOf(z.object({ room: z.string(), size: count })),
  },
  bus: { publish: count, follow: nothing, unfollow: nothing },
  windows: { hit: count },
  streams: {
    append: z.string(),
    read: z.array(z.object({ id: z.string(), text: z.string() })),
    acknowledge: nothing,
    isWaiting: z.boolean(),
  },
} as const satisfies { [Store in StoreName]: Readonly<Record<string, z.ZodType>> };

type StoreName = 'servers' | 'owners' | 'rooms' | 'bus' | 'windows' | 'streams';

/** A hospital's own backplane: where it fails, is late or answers nonsense, it is away, and this node goes on with its own state. */
export class GuardedBackplane extends Backplane {
  readonly servers;
  readonly owners;
  readonly rooms;
  readonly bus;
  readonly windows;
  readonly streams;

  constructor(
    private readonly own: Backplane,
    private readonly guard: ExtensionGuard,
  ) {
    super();
    this.servers = this.guarded('servers');
    this.owners = this.guarded('owners');
    this.rooms = this.guarded('rooms');
    this.bus = this.guarded('bus');
    this.windows = this.guarded('windows');
    this.streams = this.guarded('streams');
  }

  get isUp(): boolean {
    return this.guard.sync(POINT, () => this.own.isUp) === true;
  }

  onChange(listener: (isUp: boolean) => void): void {
    this.guard.sync(POINT, () => {
      this.own.onChange(listener);
    });
  }

  /** A node without its backplane is better than none: it serves what it knows. */
  async start(): Promise<void> {
    await this.ask(() => this.own.start(), nothing, START_MS).catch(() => undefined);
  }

  async stop(): Promise<void> {
    await this.ask(() => this.own.stop(), nothing).catch(() => undefined);
  }

  private guarded<Name extends StoreName>(name: Name): Backplane[Name] {
    const store = this.own[name] as object;
    const answers: Readonly<Record<string, z.ZodType>> = ANSWERS[name];
    return new Proxy(store, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== 'function') return value;
        const method = value.bind(target) as (...parameters: unknown[]) => unknown;
        const answer = typeof property === 'string' ? answers[property] : undefined;
        if (!answer) return (...parameters: unknown[]) => this.guard.sync(POINT, () => method(...parameters));
        return (...parameters: unknown[]) => this.ask(() => method(...parameters), answer).then((given) => this.asGiven(given));
      },
    }) as Backplane[Name];
  }

  /** A lock is given back by a function of theirs. */
  private asGiven(answer: unknown): unknown {
    if (typeof answer !== 'function') return answer;
    return () => this.ask(() => (answer as () => unknown)(), nothing);
  }

  /** @throws BackplaneAway, CapacityError */
  private ask(work: () => unknown, answer: z.ZodType, deadlineMs = DEADLINE_MS): Promise<unknown> {
    return this.guard.call<unknown>({
      point: POINT,
      deadlineMs,
      rests: true,
      isAnswer: (error) => error instanceof BackplaneAway || error instanceof CapacityError,
      work,
      isValid: (given) => answer.safeParse(given).success,
      fallback: () => {
        throw new BackplaneAway('the backplane of the hospital’s own does not answer');
      },
    });
  }
}
